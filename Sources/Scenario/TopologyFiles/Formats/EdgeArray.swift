// Lists of edges in JSON: an array of pairs, of triples with a weight, or of objects with source and target.
import Graphs
import JSON
import Kernels
import Registry

enum EdgeArray: JSONGraphFormat {
    static let title = "a list of edges in JSON"

    static func fits(_ file: JSONValue) -> Bool {
        guard let first = file.firstElement else { return false }
        return (2...3).contains(first.elements.count) || (first.has("source") && first.has("target"))
    }

    /// Nodes are in the order of their first mention, or by number where all ids are whole numbers.
    static func read(_ file: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        var mentions = EdgeMentions()
        for (index, edge) in try file.array("the edges").enumerated() {
            let (ends, weight) = try ends(of: edge, index, &mentions.graph)
            mentions.connect(
                mentions.node(try ends[0].nodeLabel("an end of edge \(index + 1)")),
                mentions.node(try ends[1].nodeLabel("an end of edge \(index + 1)")),
                weight: try weight?.number("the weight of edge \(index + 1)"), at: edge.position)
        }
        return try mentions.finish(at: file.position)
    }

    private static func ends(
        of edge: JSONValue, _ index: Int, _ graph: inout GraphCollector
    ) throws(ConfigurationFault) -> (ends: [JSONValue], weight: JSONValue?) {
        if edge.isObject {
            let object = try edge.object("edge \(index + 1)")
            graph.notes.countOthers(in: object.members, besides: ["source", "target", "weight"], of: "edges")
            let source = try object.required("source", expected: "the id of a node")
            return ([source, try object.required("target", expected: "the id of a node")], object["weight"])
        }
        let parts = Array(try edge.array("edge \(index + 1)"))
        guard (2...3).contains(parts.count) else {
            throw edge.fault("edge \(index + 1) has \(parts.count) elements; expected two ids and perhaps a weight")
        }
        return (Array(parts.prefix(2)), parts.count == 3 ? parts[2] : nil)
    }
}
