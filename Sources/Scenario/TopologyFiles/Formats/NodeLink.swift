// The written-out form of a topology: networkx's node-link JSON, and one object of our own at graph.gossipnode.
import Graphs
import JSON
import Kernels
import Registry

enum NodeLink {
    /// Reads what `json.dump(networkx.node_link_data(graph), file)` of any version of networkx wrote.
    static func read(_ file: JSONObject, room: MemoryRoom) throws(ConfigurationFault) -> TopologyFile {
        try file.refuseUnknownKeys(known: ["directed", "multigraph", "graph", "nodes", "edges", "links"])
        let directed = try file["directed"]?.flag("directed") ?? false
        // Parallel edges are read as one wherever they agree, so it does not matter which of the two it is.
        _ = try file["multigraph"]?.flag("multigraph")
        let graph = try file["graph"]?.object("graph")
        var reader = NodeLinkReader(directed: directed)
        if let graph { reader.notes.countOthers(in: graph.members, besides: ["name", "gossipnode"], of: "the graph") }
        let options = try graph?["gossipnode"]?.object("graph.gossipnode")
        let allowsNoEdges = try options.map(readOptions) ?? false

        let nodes = try file.required("nodes", expected: "an array")
        try reader.readNodes(nodes)
        let edges = try edgesValue(of: file)
        if let edges { try reader.readEdges(try edges.array("edges")) }
        guard !reader.edges.isEmpty || allowsNoEdges else { throw noEdges(file, edges) }

        let name = try graph?["name"]?.text("graph.name") ?? ""
        let topology = try nodes.position.locating { () throws(ConfigurationFault) in
            try reader.topology(named: name)
        }
        if !topology.isConnected { reader.notes.add("the graph is in parts that no edge joins") }
        let rule = try TopologyFile.weightRule(in: options)
        if rule != .file, topology.edges.contains(where: { $0.weight != nil }) {
            reader.notes.add("the weights of edges are not used, since graph.gossipnode.weights is not \"file\"")
        }
        let taps = try options.map { options throws(ConfigurationFault) in try readTaps(options, topology) } ?? []
        return try TopologyFile(
            topology, options: options, taps: taps, warnings: reader.notes.sentences, room: room)
    }

    /// Checks `graph.gossipnode`; returns whether the graph may be without edges.
    private static func readOptions(_ options: JSONObject) throws(ConfigurationFault) -> Bool {
        try options.refuseUnknownKeys(known: ["version", "weights", "schedule", "allowNoEdges", "taps"])
        let version = try options.required("version", expected: "1")
        _ = try version.count("graph.gossipnode.version", in: 1...1)
        return try options["allowNoEdges"]?.flag("graph.gossipnode.allowNoEdges") ?? false
    }

    /// `graph.gossipnode.taps`: pairs of ids, who is overheard and by whom.
    private static func readTaps(
        _ options: JSONObject, _ topology: Topology
    ) throws(ConfigurationFault) -> [Edge] {
        let key = "graph.gossipnode.taps"
        var taps: [Edge] = []
        for (index, element) in try (options["taps"]?.array(key) ?? JSONElements([])).enumerated() {
            let pair = try element.array("\(key)[\(index)]")
            guard pair.count == 2 else { throw element.fault("\(key)[\(index)] has \(pair.count) ids; expected two") }
            let ends = try pair.map { end throws(ConfigurationFault) in
                let label = try NodeLinkReader.label(end, "\(key)[\(index)]")
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

    /// The edges under either name: networkx wrote `links` up to version 3.3 and `edges` since.
    private static func edgesValue(of file: JSONObject) throws(ConfigurationFault) -> JSONValue? {
        guard let edges = file["edges"], let links = file["links"] else { return file["edges"] ?? file["links"] }
        guard JSONText.digest(edges) == JSONText.digest(links) else {
            throw links.fault("links says something else than edges at \(edges.position.lineColumn); keep one of them")
        }
        return edges
    }

    private static func noEdges(_ file: JSONObject, _ edges: JSONValue?) -> ConfigurationFault {
        let found = "found the keys \(file.members.map(\.key).joined(separator: ", "))"
        let sentence =
            "the graph has no edge (\(found)), nearly always an accident with the names edges and links; if it is"
            + " meant, say \"graph\": {\"gossipnode\": {\"version\": 1, \"allowNoEdges\": true}}"
        return ConfigurationFault(sentence, at: (edges?.position ?? file.position).description)
    }

    /// The tree of the written-out form; for a digest without what changes no result.
    static func tree(of file: TopologyFile, forDigest: Bool) -> JSONValue {
        let (topology, taps) = (file.written, file.taps)
        let writesWeights = file.weightRule == .file || !forDigest
        let label = { @Sendable (node: NodeID) in JSONValue.text(topology.labels[node.index]) }
        return .object([
            "directed": .flag(topology.directed),
            "multigraph": .flag(false),
            "graph": .object([
                "name": forDigest || topology.name.isEmpty ? nil : .text(topology.name),
                "gossipnode": .object([
                    "version": .number(1),
                    "weights": file.schedule?.bringsWeights ?? false ? nil : .text(file.weightRule.rawValue),
                    "schedule": file.schedule?.json(label),
                    "allowNoEdges": topology.edges.isEmpty ? .flag(true) : nil,
                    "taps": taps.isEmpty
                        ? nil
                        : .rows(taps.count) { .array([label(taps[$0].source), label(taps[$0].target)]) },
                ]),
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
    fileprivate static func rows(_ count: Int, _ row: @escaping @Sendable (Int) -> JSONValue) -> JSONValue {
        JSONValue(.array(JSONElements(count: count, row)))
    }
}
