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
        var graph = GraphCollector()
        let edges = try file.array("the edges")
        var labels: [String] = []
        var seen = LabelIndex()
        for (index, edge) in edges.enumerated() {
            for end in try ends(of: edge, index, &graph).ends {
                let label = try end.nodeLabel("an end of edge \(index + 1)")
                if seen[label] == nil {
                    _ = seen.add(label, for: NodeID(labels.count))
                    labels.append(label)
                }
            }
        }
        let numbers = labels.compactMap { TextWord(text: $0, offset: 0).index }
        for label in numbers.count == labels.count ? numbers.sorted().map(String.init) : labels {
            try graph.addNode(label, at: file.position)
        }
        var unused = graph
        for (index, edge) in edges.enumerated() {
            let (ends, weight) = try ends(of: edge, index, &unused)
            try graph.connect(
                try graph.node(ends[0], "an end of edge \(index + 1)"),
                try graph.node(ends[1], "an end of edge \(index + 1)"),
                weight: try weight?.number("the weight of edge \(index + 1)"), at: edge.position)
        }
        return graph
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
