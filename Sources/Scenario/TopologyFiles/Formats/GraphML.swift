// GraphML (http://graphml.graphdrawing.org), as networkx, igraph, Gephi and yEd write it.
import Graphs
import JSON
import Kernels
import Registry

enum GraphML: TextGraphFormat, GraphWriter {
    static let title = "GraphML"
    static let name = "graphml"
    static let lacks: [GraphPart] = [.weightRule, .schedule, .taps, .marks]

    static func fits(_ text: TextStart) -> Bool {
        text.firstLine.hasPrefix("<") && ["<graphml", ":graphml"].contains(where: text.text.contains)
    }

    // MARK: - Reading

    static func read(_ source: JSONSource) throws(ConfigurationFault) -> GraphCollector {
        var parser = Parser(source)
        return try parser.read()
    }

    private struct Link {
        let source: String
        let target: String
        let isDirected: Bool
        var weight: Double?
        let offset: Int
    }

    private struct Parser {
        private var xml: XMLReader
        private var graph = GraphCollector()
        private var links: [Link] = []
        /// What each key of data is called.
        private var names: [String: String] = [:]
        private var isDirected = true
        private var hasGraph = false

        init(_ source: JSONSource) { xml = XMLReader(source) }

        mutating func read() throws(ConfigurationFault) -> GraphCollector {
            while let event = try xml.next() {
                guard case .start(let name, let attributes, let offset) = event else { continue }
                switch (name, xml.depth) {
                case ("graphml", 1): break
                case (_, 1): throw xml.fault("<\(name)> where <graphml> was expected", at: offset)
                case ("key", 2): try readKey(attributes)
                case ("graph", 2): try readGraph(attributes, offset)
                default: try skip()
                }
            }
            guard hasGraph else { throw xml.fault("there is no <graph>", at: xml.source.bytes.count) }
            graph.directed = links.isEmpty ? isDirected : links.contains(where: \.isDirected)
            for link in links {
                let position = xml.source.position(at: link.offset)
                let (source, target) = (
                    try graph.node(link.source, at: position), try graph.node(link.target, at: position)
                )
                try graph.connect(source, target, weight: link.weight, oneWay: link.isDirected, at: position)
            }
            return graph
        }

        private mutating func readKey(_ attributes: [XMLAttribute]) throws(ConfigurationFault) {
            if let id = attributes["id"], let name = attributes["attr.name"] { names[id] = name }
            try skip()
        }

        private mutating func readGraph(_ attributes: [XMLAttribute], _ start: Int) throws(ConfigurationFault) {
            guard !hasGraph else { throw xml.fault("a second <graph>; allowed: one", at: start) }
            hasGraph = true
            isDirected = try direction(attributes, start)
            let depth = xml.depth
            while let event = try xml.next() {
                if case .end = event, xml.depth < depth { return }
                guard case .start(let name, let attributes, let offset) = event else { continue }
                switch name {
                case "node": try readNode(attributes, offset)
                case "edge": try readEdge(attributes, offset)
                case "data":
                    let (key, text) = try readData(attributes)
                    if key == "name" { graph.name = text } else { note(key, "the graph", offset) }
                case "desc": try skip()
                default: throw xml.fault("<\(name)> in <graph>; allowed: node, edge, data, desc", at: offset)
                }
            }
        }

        private func direction(_ attributes: [XMLAttribute], _ offset: Int) throws(ConfigurationFault) -> Bool {
            switch attributes["edgedefault"] {
            case "directed": return true
            case "undirected": return false
            case let other:
                throw xml.fault(
                    "edgedefault is '\(excerpt(of: other ?? ""))'; allowed: directed, undirected", at: offset)
            }
        }

        private mutating func readNode(_ attributes: [XMLAttribute], _ start: Int) throws(ConfigurationFault) {
            guard let id = attributes["id"] else { throw xml.fault("a <node> has no id", at: start) }
            try graph.addNode(id, at: xml.source.position(at: start))
            let depth = xml.depth
            while let event = try xml.next() {
                if case .end = event, xml.depth < depth { return }
                guard case .start(let name, let attributes, let offset) = event else { continue }
                guard name != "graph" else { throw xml.fault("a <graph> in a <node>; allowed: one graph", at: offset) }
                guard name == "data" else {
                    try skip()
                    continue
                }
                let (key, text) = try readData(attributes)
                if key == "address" {
                    try graph.setAddress(
                        text, of: NodeID(graph.labels.count - 1), key: "address", at: xml.source.position(at: offset))
                } else {
                    note(key, "nodes", offset)
                }
            }
        }

        private mutating func readEdge(_ attributes: [XMLAttribute], _ start: Int) throws(ConfigurationFault) {
            guard let source = attributes["source"], let target = attributes["target"] else {
                throw xml.fault("an <edge> has not both of source and target", at: start)
            }
            let word = attributes["directed"]
            guard [nil, "true", "false", "1", "0"].contains(word) else {
                throw xml.fault("directed is '\(excerpt(of: word ?? ""))'; allowed: true, false", at: start)
            }
            let isDirected = word.map { $0 == "true" || $0 == "1" } ?? self.isDirected
            var link = Link(source: source, target: target, isDirected: isDirected, offset: start)
            let depth = xml.depth
            while let event = try xml.next() {
                if case .end = event, xml.depth < depth { break }
                guard case .start(let name, let attributes, let offset) = event else { continue }
                guard name == "data" else {
                    try skip()
                    continue
                }
                let (key, text) = try readData(attributes)
                guard key == "weight" else {
                    note(key, "edges", offset)
                    continue
                }
                link.weight = TextWord(text: text, offset: offset).number
                guard link.weight != nil else {
                    throw xml.fault("the weight is '\(excerpt(of: text))'; expected a number", at: offset)
                }
            }
            links.append(link)
        }

        private mutating func note(_ key: String, _ owner: String, _ offset: Int) {
            graph.notes.count("the attribute '\(key)' of \(owner) is not used", at: xml.source.position(at: offset))
        }

        /// What a <data> that has just begun is called, and its text.
        private mutating func readData(_ attributes: [XMLAttribute]) throws(ConfigurationFault) -> (String, String) {
            let key = attributes["key"] ?? ""
            let depth = xml.depth
            var text = ""
            while let event = try xml.next() {
                if case .end = event, xml.depth < depth { break }
                if case .text(let more) = event, xml.depth == depth { text += more }
            }
            let blanks = text.drop(while: \.isWhitespace)
            return (names[key] ?? key, String(blanks.reversed().drop(while: \.isWhitespace).reversed()))
        }

        /// Passes over the rest of an element that has just begun.
        private mutating func skip() throws(ConfigurationFault) {
            let depth = xml.depth
            while let event = try xml.next() {
                if case .end = event, xml.depth < depth { return }
            }
        }
    }

    // MARK: - Writing

    static func write(_ file: TopologyFile) -> String {
        let graph = file.written
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
              <key id="name" for="graph" attr.name="name" attr.type="string"/>
              <key id="address" for="node" attr.name="address" attr.type="string"/>
              <key id="weight" for="edge" attr.name="weight" attr.type="double"/>
              <graph edgedefault="\(graph.directed ? "directed" : "undirected")">

            """
        if !graph.name.isEmpty { text += "    <data key=\"name\">\(MarkupText.escaped(graph.name))</data>\n" }
        for node in graph.nodes {
            let id = "    <node id=\"\(MarkupText.escaped(graph.labels[node.index]))\""
            let address = graph.addresses[node.index].map {
                "><data key=\"address\">\(MarkupText.escaped($0))</data></node>\n"
            }
            text += id + (address ?? "/>\n")
        }
        for edge in graph.edges {
            text += "    <edge source=\"\(MarkupText.escaped(graph.labels[edge.source.index]))\""
            text += " target=\"\(MarkupText.escaped(graph.labels[edge.target.index]))\""
            text += edge.weight.map { "><data key=\"weight\">\($0)</data></edge>\n" } ?? "/>\n"
        }
        return text + "  </graph>\n</graphml>\n"
    }
}

extension [XMLAttribute] {
    /// The value of the attribute of this name.
    fileprivate subscript(name: String) -> String? { first { $0.name == name }?.value }
}
