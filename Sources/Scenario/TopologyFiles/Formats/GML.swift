// GML, the Graph Modelling Language (Himsolt 1997), as networkx, Gephi and igraph write it.
import Graphs
import JSON
import Kernels
import Registry

enum GML: TextGraphFormat, GraphWriter {
    static let title = "GML"
    static let name = "gml"
    static let lacks: [GraphPart] = [.weightRule, .schedule, .taps, .marks]

    static func fits(_ text: TextStart) -> Bool {
        let line = text.firstLine.lowercased()
        let pieces = text.text.lowercased().split(separator: "graph", omittingEmptySubsequences: false)
        let lists = pieces.dropFirst().filter { $0.first { !$0.isWhitespace } == "[" }
        // A DOT file may have graph [ … ] as well, but begins with another graph.
        if line.hasPrefix("graph") { return pieces[1].first { !$0.isWhitespace } == "[" }
        return ["creator", "version", "comment", "#"].contains(where: line.hasPrefix) && !lists.isEmpty
    }

    // MARK: - Reading

    static func read(_ source: JSONSource) throws(ConfigurationFault) -> GraphCollector {
        var scanner = GMLScanner(source)
        var found: GraphCollector?
        while let (key, offset) = try scanner.key() {
            if key == "graph", found == nil {
                try scanner.open(key)
                found = try graph(&scanner)
            } else if key == "graph" {
                throw scanner.fault("a second graph; allowed: one", at: offset)
            } else {
                try scanner.skip(key)
            }
        }
        guard let found else { throw scanner.fault("there is no graph [ … ]", at: source.bytes.count) }
        return found
    }

    private struct Node {
        var id: Int
        var label: String?
        var address: String?
        let offset: Int
    }

    private struct Link {
        let source: Int
        let target: Int
        let weight: Double?
        let offset: Int
    }

    private static func graph(_ scanner: inout GMLScanner) throws(ConfigurationFault) -> GraphCollector {
        var graph = GraphCollector()
        var (nodes, links): ([Node], [Link]) = ([], [])
        while let (key, offset) = try scanner.key() {
            switch key {
            case "node":
                try scanner.open(key)
                nodes.append(try node(&scanner, offset, &graph.notes))
            case "edge":
                try scanner.open(key)
                links.append(try link(&scanner, offset, &graph.notes))
            case "directed":
                let flag = try scanner.number(key)
                guard flag == 0 || flag == 1 else {
                    throw scanner.fault("directed is \(flag); allowed: 0, 1", at: offset)
                }
                graph.directed = flag == 1
            case "name": graph.name = try scanner.text(key)
            default:
                try scanner.skip(key)
                if key != "multigraph" {
                    graph.notes.count(
                        "the attribute '\(key)' of the graph is not used", at: scanner.source.position(at: offset))
                }
            }
        }
        try add(nodes, links, to: &graph, scanner)
        return graph
    }

    private static func add(
        _ nodes: [Node], _ links: [Link], to graph: inout GraphCollector, _ scanner: GMLScanner
    ) throws(ConfigurationFault) {
        // networkx keeps its ids in the labels, and numbers the nodes.
        let labels = nodes.compactMap(\.label)
        var seen = LabelIndex()
        let areLabelled =
            labels.count == nodes.count && labels.allSatisfy { !$0.isEmpty && seen.add($0, for: NodeID(0)) == nil }
        if !areLabelled, !labels.isEmpty {
            graph.notes.add("nodes are called by their ids, since not all have a label, each its own")
        }
        var indices: [Int: Int] = [:]
        for (index, node) in nodes.enumerated() {
            guard indices.updateValue(index, forKey: node.id) == nil else {
                throw scanner.fault("a second node has the id \(node.id); expected different ids", at: node.offset)
            }
            let position = scanner.source.position(at: node.offset)
            try graph.addNode((areLabelled ? node.label : nil) ?? "\(node.id)", at: position)
            if let address = node.address {
                try graph.setAddress(address, of: NodeID(index), key: "address", at: position)
            }
        }
        for link in links {
            guard let source = indices[link.source], let target = indices[link.target] else {
                let end = indices[link.source] == nil ? link.source : link.target
                throw scanner.fault("an edge ends at node \(end), which is not there", at: link.offset)
            }
            try graph.connect(
                NodeID(source), NodeID(target), weight: link.weight, at: scanner.source.position(at: link.offset))
        }
    }

    private static func node(
        _ scanner: inout GMLScanner, _ start: Int, _ notes: inout Notes
    ) throws(ConfigurationFault) -> Node {
        var id: Int?
        var (label, address): (String?, String?)
        while let (key, offset) = try scanner.key() {
            switch key {
            case "id": id = try scanner.whole(key)
            case "label": label = try scanner.text(key)
            case "address": address = try scanner.text(key)
            default:
                try scanner.skip(key)
                notes.count("the attribute '\(key)' of nodes is not used", at: scanner.source.position(at: offset))
            }
        }
        guard let id else { throw scanner.fault("a node has no id", at: start) }
        return Node(id: id, label: label, address: address, offset: start)
    }

    private static func link(
        _ scanner: inout GMLScanner, _ start: Int, _ notes: inout Notes
    ) throws(ConfigurationFault) -> Link {
        var (source, target): (Int?, Int?)
        var weight: Double?
        while let (key, offset) = try scanner.key() {
            switch key {
            case "source": source = try scanner.whole(key)
            case "target": target = try scanner.whole(key)
            case "weight": weight = try scanner.number(key)
            default:
                try scanner.skip(key)
                if !["key", "id"].contains(key) {
                    notes.count("the attribute '\(key)' of edges is not used", at: scanner.source.position(at: offset))
                }
            }
        }
        guard let source, let target else {
            throw scanner.fault("an edge has not both of source and target", at: start)
        }
        return Link(source: source, target: target, weight: weight, offset: start)
    }

    // MARK: - Writing

    static func write(_ file: TopologyFile) -> String {
        let graph = file.written
        var text = "graph [\n" + (graph.directed ? "  directed 1\n" : "")
        if !graph.name.isEmpty { text += "  name \(quoted(graph.name))\n" }
        for node in graph.nodes {
            let address = graph.addresses[node.index].map { " address \(quoted($0))" } ?? ""
            text += "  node [ id \(node.index) label \(quoted(graph.labels[node.index]))\(address) ]\n"
        }
        for edge in graph.edges {
            let weight = edge.weight.map { " weight \($0)" } ?? ""
            text += "  edge [ source \(edge.source.index) target \(edge.target.index)\(weight) ]\n"
        }
        return text + "]\n"
    }

    /// GML is ASCII: everything else is a numbered character, as in HTML.
    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            let isPlain = (32..<127).contains(scalar.value) && scalar != "\"" && scalar != "&"
            if isPlain { text.unicodeScalars.append(scalar) } else { text += "&#\(scalar.value);" }
        }
        return text + "\""
    }
}
