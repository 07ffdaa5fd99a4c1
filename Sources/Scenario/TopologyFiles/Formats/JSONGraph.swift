// JSON Graph Format, version 2, and version 1, whose nodes are an array: https://jsongraphformat.info.
import Graphs
import JSON
import Kernels
import Registry

enum JSONGraph: JSONGraphFormat, GraphWriter {
    static let title = "JSON Graph Format"
    static let name = "jgf"
    static let lacks: [GraphPart] = []

    static func fits(_ file: JSONValue) -> Bool {
        if file.has("graphs") { return true }
        guard let graph = file.member("graph"), !file.has("nodes") else { return false }
        return graph.has("nodes") || graph.has("edges")
    }

    // MARK: - Reading

    static func graphs(in file: JSONValue) throws(ConfigurationFault) -> [JSONValue] {
        let file = try file.object("")
        try file.refuseUnknownKeys(known: ["graph", "graphs"])
        guard let graphs = file["graphs"] else { return [try file.required("graph", expected: "an object")] }
        guard file["graph"] == nil else { throw graphs.fault("graphs stands beside graph; keep one of them") }
        let list = Array(try graphs.array("graphs"))
        guard !list.isEmpty else { throw graphs.fault("graphs is empty; expected at least one graph") }
        return list
    }

    static func read(_ value: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        let object = try value.object("graph")
        // Unless it says otherwise a graph is directed, and each of its edges is as the graph is.
        let isDirected = try object["directed"]?.flag("graph.directed") ?? true
        let edges = try object["edges"]?.array("graph.edges") ?? JSONElements([])
        let anyDirected = edges.contains { $0.member("directed").map { $0.quickFlag ?? isDirected } ?? isDirected }
        var graph = GraphCollector(directed: edges.isEmpty ? isDirected : anyDirected)
        graph.notes.countOthers(
            in: object.members,
            besides: ["id", "type", "label", "directed", "metadata", "nodes", "edges", "hyperedges"],
            of: "the graph")
        if let hyperedges = object["hyperedges"], try !hyperedges.array("graph.hyperedges").isEmpty {
            throw hyperedges.fault("the graph has hyperedges; allowed: edges between two nodes")
        }
        try graph.readAttributes(try object["metadata"]?.object("graph.metadata"))
        if let label = object["label"]?.text { graph.name = label }
        try readNodes(try object.required("nodes", expected: "an object"), into: &graph)
        for (index, element) in edges.enumerated() {
            try readEdge(element, "graph.edges[\(index)]", isDirected: isDirected, into: &graph)
        }
        return graph
    }

    private static func readNodes(_ nodes: JSONValue, into graph: inout GraphCollector) throws(ConfigurationFault) {
        if case .object(let members) = nodes.kind {
            for member in members {
                try graph.addNode(member.key, at: member.keyPosition)
                try readNode(try member.value.object("graph.nodes.\(excerpt(of: member.key))"), into: &graph)
            }
            return
        }
        for (index, element) in try nodes.array("graph.nodes").enumerated() {
            let node = try element.object("graph.nodes[\(index)]")
            let (label, position) = try node.nodeLabel("id")
            try graph.addNode(label, at: position)
            try readNode(node, into: &graph)
        }
    }

    /// What there is of the node that was added last.
    private static func readNode(_ node: JSONObject, into graph: inout GraphCollector) throws(ConfigurationFault) {
        graph.notes.countOthers(in: node.members, besides: ["id", "label", "metadata"], of: "nodes")
        guard let metadata = try node["metadata"]?.object(node.path(of: "metadata")) else { return }
        try graph.readAttributes(of: metadata, besides: [])
    }

    private static func readEdge(
        _ element: JSONValue, _ key: String, isDirected: Bool, into graph: inout GraphCollector
    ) throws(ConfigurationFault) {
        let edge = try element.object(key)
        graph.notes.countOthers(
            in: edge.members, besides: ["id", "source", "target", "relation", "directed", "label", "metadata"],
            of: "edges")
        let source = try graph.node(try edge.required("source", expected: JSONValue.idForms), edge.path(of: "source"))
        let target = try graph.node(try edge.required("target", expected: JSONValue.idForms), edge.path(of: "target"))
        let metadata = try edge["metadata"]?.object(edge.path(of: "metadata"))
        if let metadata { graph.notes.countOthers(in: metadata.members, besides: ["weight"], of: "edges") }
        let oneWay = try edge["directed"]?.flag(edge.path(of: "directed")) ?? isDirected
        try graph.connect(source, target, weight: try metadata?.number("weight"), oneWay: oneWay, at: element.position)
    }

    // MARK: - Writing

    static func write(_ file: TopologyFile) -> String {
        let graph = file.written
        let nodes = graph.nodes.map { node in
            let address = graph.addresses[node.index].map(JSONValue.text)
            let metadata = address.map { JSONValue.object(["address": $0]) }
            return JSONMember(graph.labels[node.index], .object(["metadata": metadata]))
        }
        return JSONText.pretty(
            .object([
                "graph": .object([
                    "directed": .flag(graph.directed),
                    "label": graph.name.isEmpty ? nil : .text(graph.name),
                    "metadata": .object(["gossipnode": NodeLink.options(of: file)]),
                    "nodes": JSONValue(.object(nodes)),
                    "edges": .rows(graph.edges.count) { index in
                        let edge = graph.edges[index]
                        return .object([
                            "source": .text(graph.labels[edge.source.index]),
                            "target": .text(graph.labels[edge.target.index]),
                            "metadata": edge.weight.map { .object(["weight": .number($0)]) },
                        ])
                    },
                ])
            ]))
    }
}

extension JSONValue {
    /// The flag that the value is.
    var quickFlag: Bool? { if case .flag(let flag) = kind { flag } else { nil } }
}
