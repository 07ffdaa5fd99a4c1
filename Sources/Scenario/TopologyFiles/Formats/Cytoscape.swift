// Cytoscape's JSON: elements in two lists or in one, as Cytoscape and Cytoscape.js export them
// (https://js.cytoscape.org/#notation/elements-json) and networkx's cytoscape_data writes them.
import Graphs
import JSON
import Kernels
import Registry

enum Cytoscape: JSONGraphFormat, GraphWriter {
    static let title = "Cytoscape JSON"
    static let name = "cytoscape"
    static let lacks: [GraphPart] = []

    static func fits(_ file: JSONValue) -> Bool {
        file.has("elements") || file.first(of: "nodes").has("data") || file.firstElement.has("data")
    }

    // MARK: - Reading

    static func read(_ file: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        let isDirected = try file.member("directed")?.flag("directed") ?? false
        var graph = GraphCollector(directed: isDirected)
        if let data = file.member("data") { try graph.readAttributes(try AdjacencyData.pairs(data, "data")) }
        let (nodes, edges) = try lists(in: file)
        // networkx puts a node's true id into `value`, and a text of it into `id`.
        let isOfNetworkx = file.has("multigraph") && nodes.allSatisfy { $0.data.has("value") }
        for (element, data) in nodes {
            let node = try data.object("data of a node")
            let (label, position) = try node.nodeLabel(isOfNetworkx ? "value" : "id")
            try graph.addNode(label, at: position)
            try graph.readAttributes(of: node, besides: ["id", "value", "name", "label"])
            if let parent = node["parent"], parent.text != nil || parent.number != nil {
                graph.notes.count("a node is part of another one, which is not used", at: element.position)
            }
        }
        for (element, data) in edges {
            let edge = try data.object("data of an edge")
            graph.notes.countOthers(
                in: edge.members, besides: ["id", "source", "target", "weight", "key", "name"], of: "edges")
            let source = try graph.node(try edge.required("source", expected: JSONValue.idForms), "data.source")
            let target = try graph.node(try edge.required("target", expected: JSONValue.idForms), "data.target")
            try graph.connect(source, target, weight: try edge.number("weight"), at: element.position)
        }
        return graph
    }

    private typealias Element = (element: JSONValue, data: JSONValue)

    /// Nodes and edges, from two lists or from one in which an edge is what has two ends.
    private static func lists(in file: JSONValue) throws(ConfigurationFault) -> ([Element], [Element]) {
        let elements = file.member("elements") ?? file
        if elements.isObject {
            let elements = try elements.object("elements")
            return (try list(elements["nodes"], "nodes"), try list(elements["edges"], "edges"))
        }
        var (nodes, edges): ([Element], [Element]) = ([], [])
        for element in try list(elements, "elements") {
            let isEdge =
                element.element.member("group")?.text.map { $0 == "edges" }
                ?? (element.data.has("source") && element.data.has("target"))
            if isEdge { edges.append(element) } else { nodes.append(element) }
        }
        return (nodes, edges)
    }

    private static func list(_ value: JSONValue?, _ key: String) throws(ConfigurationFault) -> [Element] {
        guard let value else { return [] }
        var list: [Element] = []
        for (index, element) in try value.array(key).enumerated() {
            let object = try element.object("\(key)[\(index)]")
            list.append((element, try object.required("data", expected: "an object")))
        }
        return list
    }

    // MARK: - Writing

    static func write(_ file: TopologyFile) -> String {
        let graph = file.written
        let data: JSONValue = .object([
            "name": graph.name.isEmpty ? nil : .text(graph.name), "gossipnode": NodeLink.options(of: file),
        ])
        let nodes = JSONValue.rows(graph.nodeCount) { node in
            let address = graph.addresses[node].map(JSONValue.text)
            // networkx looks for the node in `value`.
            return .object([
                "data": .object([
                    "id": .text(graph.labels[node]), "value": .text(graph.labels[node]), "address": address,
                ])
            ])
        }
        let edges = JSONValue.rows(graph.edges.count) { index in
            let edge = graph.edges[index]
            return .object([
                "data": .object([
                    "id": .text("e\(index)"), "source": .text(graph.labels[edge.source.index]),
                    "target": .text(graph.labels[edge.target.index]), "weight": edge.weight.map { .number($0) },
                ])
            ])
        }
        return JSONText.pretty(
            .object([
                "directed": .flag(graph.directed), "multigraph": .flag(false), "data": data,
                "elements": .object(["nodes": nodes, "edges": edges]),
            ]))
    }
}
