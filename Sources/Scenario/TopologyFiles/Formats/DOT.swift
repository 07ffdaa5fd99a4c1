// DOT, the language of Graphviz (https://graphviz.org/doc/info/lang.html): nodes, edges and their groups; looks are
// passed over.
import Graphs
import JSON
import Kernels
import Registry

enum DOT: TextGraphFormat, GraphWriter {
    static let title = "DOT"
    static let name = "dot"
    static let lacks: [GraphPart] = [.weightRule, .schedule, .taps, .marks]

    static func fits(_ text: TextStart) -> Bool {
        guard var scanner = try? DOTScanner(text.source) else { return false }
        if scanner.isKeyword("strict") { try? scanner.advance() }
        guard scanner.isKeyword("graph") || scanner.isKeyword("digraph") else { return false }
        try? scanner.advance()
        if case .id = scanner.token { try? scanner.advance() }
        return scanner.token == .sign("{")
    }

    static func read(_ source: JSONSource) throws(ConfigurationFault) -> GraphCollector {
        var parser = Parser(graph: GraphCollector(), scanner: try DOTScanner(source))
        try parser.readFile()
        return parser.graph
    }

    private struct Parser {
        var graph: GraphCollector
        var scanner: DOTScanner
        private var depth = 0
        /// As they are written, repeated ones too.
        private var edgeCount = 0
        private static let mostDepth = 64

        init(graph: GraphCollector, scanner: DOTScanner) { (self.graph, self.scanner) = (graph, scanner) }

        private var place: JSONPosition { scanner.source.position(at: scanner.start) }

        mutating func readFile() throws(ConfigurationFault) {
            if scanner.isKeyword("strict") { try scanner.advance() }
            guard scanner.isKeyword("graph") || scanner.isKeyword("digraph") else {
                throw scanner.fault("\(scanner.found) where graph or digraph was expected")
            }
            graph.directed = scanner.isKeyword("digraph")
            try scanner.advance()
            if scanner.token != .sign("{") { graph.name = try scanner.id() }
            _ = try readGroup()
            guard scanner.token == .end else {
                throw scanner.fault("\(scanner.found) after the graph; allowed: one graph")
            }
        }

        /// The statements between braces.
        ///
        /// - Returns: the nodes that they name.
        private mutating func readGroup() throws(ConfigurationFault) -> [NodeID] {
            try scanner.expect("{")
            guard depth < Self.mostDepth else { throw scanner.fault("groups in groups deeper than \(Self.mostDepth)") }
            depth += 1
            var members: [NodeID] = []
            while try !scanner.accept("}") {
                if try scanner.accept(";") { continue }
                members += try readStatement()
            }
            depth -= 1
            return members
        }

        private mutating func readStatement() throws(ConfigurationFault) -> [NodeID] {
            if ["graph", "node", "edge"].contains(where: scanner.isKeyword) {
                try scanner.advance()
                _ = try readAttributes(of: nil)
                return []
            }
            let start = place
            var ends = [try readEnd()]
            guard !ends[0].isEmpty || scanner.token != .sign("=") else {
                try scanner.advance()
                _ = try scanner.id()
                return []
            }
            while scanner.token == .sign("--") || scanner.token == .sign("->") {
                guard scanner.token == .sign(graph.directed ? "->" : "--") else {
                    throw scanner.fault("\(scanner.found) in a \(graph.directed ? "digraph" : "graph")")
                }
                try scanner.advance()
                ends.append(try readEnd())
            }
            let attributes = try readAttributes(of: ends.count > 1 ? "edges" : "nodes")
            if ends.count == 1, let address = attributes.address, let node = ends[0].last {
                try graph.setAddress(address, of: node, key: "address", at: start)
            }
            for (sources, targets) in zip(ends, ends.dropFirst()) {
                // Two groups are few characters and many edges.
                edgeCount = edgeCount.clampedPlus(sources.count.clampedTimes(targets.count))
                let most = scanner.source.bytes.count.clampedTimes(64)
                guard edgeCount <= most else {
                    throw ConfigurationFault(
                        "more than \(most) edges, 64 for each character of the file; allowed: fewer",
                        at: start.description)
                }
                for source in sources {
                    for target in targets { try graph.connect(source, target, weight: attributes.weight, at: start) }
                }
            }
            return ends.flatMap(\.self)
        }

        /// A node, or all nodes of a group; none where the word is that of a setting, `word = value`.
        private mutating func readEnd() throws(ConfigurationFault) -> [NodeID] {
            if scanner.isKeyword("subgraph") {
                try scanner.advance()
                if scanner.token != .sign("{") { _ = try scanner.id() }
                return try readGroup()
            }
            if scanner.token == .sign("{") { return try readGroup() }
            let start = place
            let label = try scanner.id()
            if scanner.token == .sign("=") { return [] }
            // A port, which says where at the node an edge is drawn.
            while try scanner.accept(":") { _ = try scanner.id() }
            if let node = graph.node(label) { return [node] }
            try graph.addNode(label, at: start)
            return [NodeID(graph.labels.count - 1)]
        }

        private mutating func readAttributes(
            of owner: String?
        ) throws(ConfigurationFault) -> (weight: Double?, address: String?) {
            var (weight, address): (Double?, String?)
            while try scanner.accept("[") {
                while try !scanner.accept("]") {
                    let start = place
                    let key = try scanner.id()
                    let value = try scanner.accept("=") ? try scanner.id() : "true"
                    if key == "weight", owner == "edges" {
                        weight = TextWord(text: value, offset: 0).number
                        guard weight != nil else {
                            throw ConfigurationFault(
                                "the weight is '\(excerpt(of: value))'; expected a number", at: start.description)
                        }
                    } else if key == "address", owner == "nodes" {
                        address = value
                    }
                    _ = try scanner.accept(",") ? true : try scanner.accept(";")
                }
            }
            return (weight, address)
        }
    }

    // MARK: - Writing

    /// DOT would take a backslash for a part of the quote behind it.
    static func canWrite(_ text: String) -> Bool { !text.utf8.contains { $0 < 32 || $0 == UInt8(ascii: "\\") } }

    static func write(_ file: TopologyFile) -> String {
        let graph = file.written
        var text =
            (graph.directed ? "digraph " : "graph ") + (graph.name.isEmpty ? "" : quoted(graph.name) + " ") + "{\n"
        for node in graph.nodes {
            let address = graph.addresses[node.index].map { " [address=\(quoted($0))]" } ?? ""
            text += "  \(quoted(graph.labels[node.index]))\(address);\n"
        }
        let sign = graph.directed ? "->" : "--"
        for edge in graph.edges {
            let (source, target) = (quoted(graph.labels[edge.source.index]), quoted(graph.labels[edge.target.index]))
            text += "  \(source) \(sign) \(target)\(edge.weight.map { " [weight=\"\($0)\"]" } ?? "");\n"
        }
        return text + "}\n"
    }

    /// A text with a backslash before each quote in it.
    private static func quoted(_ label: String) -> String {
        "\"\(label.replacingScalars { $0 == "\"" ? "\\\"" : nil })\""
    }
}
