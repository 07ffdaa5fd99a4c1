// The written-out form of a topology: networkx's node-link JSON of any version, and one object of our own at
// graph.gossipnode. D3's graphs are read too: those of its version 3 name the ends of links by position.
import Graphs
import JSON
import Kernels
import Registry

enum NodeLink: JSONGraphFormat, GraphWriter {
    static let title = "what networkx.node_link_data writes"
    static let name = "node-link"
    static let lacks: [GraphPart] = []

    static func fits(_ file: JSONValue) -> Bool { file.first(of: "nodes") != nil }

    // MARK: - Reading

    /// Reads what `json.dump(networkx.node_link_data(graph), file)` of any version of networkx wrote.
    static func read(_ value: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        let file = try value.object("")
        try file.refuseUnknownKeys(known: ["directed", "multigraph", "graph", "nodes", "edges", "links"])
        var graph = GraphCollector(directed: try file["directed"]?.flag("directed") ?? false)
        // Parallel edges are read as one wherever they agree, so it does not matter which of the two it is.
        _ = try file["multigraph"]?.flag("multigraph")
        let attributes = try file["graph"]?.object("graph")
        if let name = attributes?["name"] { _ = try name.text("graph.name") }
        try graph.readAttributes(attributes)
        let nodes = try file.required("nodes", expected: "an array")
        let edges = try edgesValue(of: file)
        let haveIDs = try readNodes(nodes, namedBy: edges?.firstElement, into: &graph)
        if let edges { try readEdges(try edges.array("edges"), byPosition: !haveIDs, into: &graph) }
        return graph
    }

    /// - Returns: whether the nodes have ids.
    private static func readNodes(
        _ value: JSONValue, namedBy edge: JSONValue?, into graph: inout GraphCollector
    ) throws(ConfigurationFault) -> Bool {
        let elements = try value.array("nodes")
        guard !elements.isEmpty else { throw value.fault("nodes is empty; expected at least one node") }
        if elements.first.has("name"), edge?.member("source")?.number != nil,
            elements.allSatisfy({ $0.isObject && !$0.has("id") })
        {
            try readNames(elements, into: &graph)
            return false
        }
        for (index, element) in elements.enumerated() {
            let node = try element.object("nodes[\(index)]")
            let (label, position) = try node.nodeLabel("id")
            try graph.addNode(label, at: position)
            try graph.readAttributes(of: node, besides: ["id"])
        }
        return true
    }

    /// Nodes of D3 version 3, which have names at most.
    private static func readNames(
        _ elements: JSONElements, into graph: inout GraphCollector
    ) throws(ConfigurationFault) {
        graph.notes.add(
            "nodes have no id, as in D3 version 3: their names are their ids, and links name them by position")
        for (index, element) in elements.enumerated() {
            let node = try element.object("nodes[\(index)]")
            let (label, position) = try node.nodeLabel("name")
            try graph.addNode(label, at: position)
            try graph.readAttributes(of: node, besides: ["name"])
        }
    }

    private typealias Ends = (members: JSONMembers, source: JSONValue, target: JSONValue)

    private static func readEdges(
        _ elements: JSONElements, byPosition: Bool, into graph: inout GraphCollector
    ) throws(ConfigurationFault) {
        var arePositions = byPosition
        if !byPosition, try nameNoIDs(elements, graph) {
            arePositions = true
            graph.notes.add("edges name their ends by position, as networkx 1 wrote them")
        }
        for (index, element) in elements.enumerated() {
            let ends = try ends(of: element, index)
            graph.notes.countOthers(in: ends.members, besides: ["source", "target", "weight", "key"], of: "edges")
            let source = try node(ends.source, "edges[\(index)].source", isPosition: arePositions, graph)
            let target = try node(ends.target, "edges[\(index)].target", isPosition: arePositions, graph)
            let weight = try ends.members["weight"]?.number("edges[\(index)].weight")
            try graph.connect(source, target, weight: weight, at: element.position)
        }
    }

    /// Whether all ends are numbers that no node has as its id.
    private static func nameNoIDs(
        _ elements: JSONElements, _ graph: GraphCollector
    ) throws(ConfigurationFault) -> Bool {
        func isNumberOnly(_ value: JSONValue) -> Bool {
            guard case .number = value.kind else { return false }
            return graph.node(JSONText.canonical(value)) == nil
        }
        for (index, element) in elements.enumerated() {
            let ends = try ends(of: element, index)
            guard isNumberOnly(ends.source), isNumberOnly(ends.target) else { return false }
        }
        return !elements.isEmpty
    }

    private static func ends(of element: JSONValue, _ index: Int) throws(ConfigurationFault) -> Ends {
        if case .object(let members) = element.kind, let source = members["source"], let target = members["target"] {
            return (members, source, target)
        }
        let edge = try element.object("edges[\(index)]")
        let source = try edge.required("source", expected: "the id of a node")
        return (edge.members, source, try edge.required("target", expected: "the id of a node"))
    }

    /// - Parameter key: made only for a fault; a million edges have two million.
    private static func node(
        _ value: JSONValue, _ key: @autoclosure () -> String, isPosition: Bool, _ graph: GraphCollector
    ) throws(ConfigurationFault) -> NodeID {
        isPosition ? NodeID(try value.count(key(), in: 0...graph.labels.count - 1)) : try graph.node(value, key())
    }

    /// Checks the object `gossipnode`; returns whether the graph may be without edges.
    static func readOptions(_ options: JSONObject) throws(ConfigurationFault) -> Bool {
        let known = ["version", "weights", "schedule", "allowNoEdges", "taps", "hostile", "address"]
        try options.refuseUnknownKeys(known: known)
        let version = try options.required("version", expected: "1")
        _ = try version.count(options.path(of: "version"), in: 1...1)
        return try options["allowNoEdges"]?.flag(options.path(of: "allowNoEdges")) ?? false
    }

    /// `taps` of the object `gossipnode`: pairs of ids, who is overheard and by whom.
    static func readTaps(
        _ options: JSONObject, _ topology: Topology
    ) throws(ConfigurationFault) -> [Edge] {
        let key = options.path(of: "taps")
        var taps: [Edge] = []
        for (index, element) in try (options["taps"]?.array(key) ?? JSONElements([])).enumerated() {
            let pair = try element.array("\(key)[\(index)]")
            guard pair.count == 2 else { throw element.fault("\(key)[\(index)] has \(pair.count) ids; expected two") }
            let ends = try pair.map { end throws(ConfigurationFault) in
                let label = try end.nodeLabel("\(key)[\(index)]")
                guard let node = topology.node(labelled: label) else {
                    throw ConfigurationFault(
                        .unknown(noun: "node in \(key)", given: label, known: topology.labels),
                        at: end.position.description)
                }
                return node
            }
            guard ends[0] != ends[1] else { throw element.fault("\(key)[\(index)] lets a node overhear itself") }
            taps.append(Edge(ends[0], ends[1]))
        }
        return taps
    }

    /// `hostile` of the object `gossipnode`: the ids of nodes that are marked so.
    static func readHostile(
        _ options: JSONObject, _ topology: Topology
    ) throws(ConfigurationFault) -> [NodeID] {
        let key = options.path(of: "hostile")
        var nodes: [NodeID] = []
        for (index, element) in try (options["hostile"]?.array(key) ?? JSONElements([])).enumerated() {
            let label = try element.nodeLabel("\(key)[\(index)]")
            guard let node = topology.node(labelled: label) else {
                throw ConfigurationFault(
                    .unknown(noun: "node in \(key)", given: label, known: topology.labels),
                    at: element.position.description)
            }
            nodes.append(node)
        }
        return nodes
    }

    /// The edges under either name: networkx wrote `links` up to version 3.3 and `edges` since.
    private static func edgesValue(of file: JSONObject) throws(ConfigurationFault) -> JSONValue? {
        guard let edges = file["edges"], let links = file["links"] else { return file["edges"] ?? file["links"] }
        guard JSONText.digest(edges) == JSONText.digest(links) else {
            throw links.fault("links says something else than edges at \(edges.position.lineColumn); keep one of them")
        }
        return edges
    }

    // MARK: - Writing

    static func write(_ file: TopologyFile) -> String { JSONText.pretty(tree(of: file, forDigest: false)) }

    /// The object `gossipnode`: what the file says beyond its nodes and edges.
    static func options(of file: TopologyFile, forDigest: Bool = false) -> JSONValue {
        let (topology, taps) = (file.written, file.taps)
        let label = { @Sendable (node: NodeID) in JSONValue.text(topology.labels[node.index]) }
        return .object([
            "version": .number(1),
            "weights": file.schedule?.bringsWeights ?? false ? nil : file.weighting.json,
            "schedule": file.schedule?.json(label),
            "allowNoEdges": topology.edges.isEmpty ? .flag(true) : nil,
            "taps": taps.isEmpty
                ? nil : .rows(taps.count) { .array([label(taps[$0].source), label(taps[$0].target)]) },
            "hostile": file.marked.isEmpty || forDigest ? nil : .array(file.marked.map(label)),
        ])
    }

    /// The tree of the written-out form; for a digest without what changes no result.
    static func tree(of file: TopologyFile, forDigest: Bool) -> JSONValue {
        let topology = file.written
        let writesWeights = file.weighting.kind.readsEdges || !forDigest
        let label = { @Sendable (node: NodeID) in JSONValue.text(topology.labels[node.index]) }
        return .object([
            "directed": .flag(topology.directed),
            "multigraph": .flag(false),
            "graph": .object([
                "name": forDigest || topology.name.isEmpty ? nil : .text(topology.name),
                "gossipnode": options(of: file, forDigest: forDigest),
            ]),
            "nodes": .rows(topology.nodeCount) { node in
                .object([
                    "id": label(NodeID(node)),
                    "address": forDigest ? nil : topology.addresses[node].map(JSONValue.text),
                ])
            },
            "edges": .rows(topology.edges.count) { index in
                let edge = topology.edges[index]
                return .object([
                    "source": label(edge.source), "target": label(edge.target),
                    "weight": writesWeights ? edge.weight.map { .number($0) } : nil,
                ])
            },
        ])
    }
}

extension JSONValue {
    /// An array of rows that are made one by one while they are written.
    static func rows(_ count: Int, _ row: @escaping @Sendable (Int) -> JSONValue) -> JSONValue {
        JSONValue(.array(JSONElements(count: count, row)))
    }
}
