// Lists of edges in plain text: two ids a line and perhaps a weight, parted by blanks or commas; networkx's edge lists,
// tables with a heading such as source,target,weight, and those of the SNAP collection.
import Graphs
import JSON
import Kernels
import Registry

enum EdgeList: TextGraphFormat, GraphWriter {
    static let title = "a list of edges"
    static let name = "edges"
    static let lacks: [GraphPart] = [.name, .addresses, .weightRule, .schedule, .taps, .marks]

    static func fits(_ text: TextStart) -> Bool {
        let rows = text.rows(2)
        guard let row = rows.first(where: { $0.words.count > 1 }) ?? rows.first else { return false }
        let isPlain = { (word: TextWord) in
            !word.text.isEmpty && word.text.first != "*" && !word.text.hasSuffix(":")
                && !word.text.contains { "{}[]<>".contains($0) }
        }
        return row.words.count > 1 && row.words.prefix(2).allSatisfy(isPlain)
    }

    /// Whether a comment says that a list of edges follows, as those of SNAP and ours do.
    static func isMark(_ comment: String) -> Bool {
        let words = comment.drop(while: \.isWhitespace)
        return words.hasPrefix("directed graph") || words.hasPrefix("undirected graph")
    }

    // MARK: - Reading

    static func read(_ source: JSONSource) throws(ConfigurationFault) -> GraphCollector {
        var list = List(source)
        var rows = TextRows(source)
        var columns = Columns.bare
        var isFirst = true
        while let row = try rows.next() {
            if isFirst, !rows.comments.contains(where: isMark), let heading = Columns(heading: row) {
                columns = heading
            } else {
                try list.add(row, columns)
            }
            isFirst = false
        }
        list.mentions.graph.directed = rows.comments.contains {
            $0.drop(while: \.isWhitespace).hasPrefix("directed graph")
        }
        return try list.mentions.finish(at: source.position(at: source.markBytes))
    }

    /// Where in a row the ends and the weight stand.
    private struct Columns {
        var source = 0
        var target = 1
        var weight: Int? = 2
        var others: [(Int, String)] = []
        /// How many words a row has; `nil`: two, or three with a weight.
        var count: Int?

        static let bare = Columns()

        private init() {}

        /// What a heading says, if the row is one.
        init?(heading row: TextRow) {
            let words = row.words.map { $0.text.lowercased() }
            guard let source = words.firstIndex(where: ["source", "from", "src", "node1", "node_1", "u"].contains),
                let target = words.firstIndex(where: ["target", "to", "dst", "dest", "node2", "node_2", "v"].contains)
            else { return nil }
            self.source = source
            self.target = target
            weight = words.firstIndex(of: "weight")
            count = words.count
            others = words.indices.filter { ![source, target, weight].contains($0) }.map { ($0, row.words[$0].text) }
        }
    }

    /// The rows, one after the other.
    private struct List {
        var mentions = EdgeMentions()
        private let source: JSONSource

        init(_ source: JSONSource) { self.source = source }

        mutating func add(_ row: TextRow, _ columns: Columns) throws(ConfigurationFault) {
            if row.words.count == 1, row.attributes == nil, columns.count == nil {
                mentions.namesNodes = true
                _ = try node(row.words[0])
                return
            }
            guard columns.count.map({ row.words.count == $0 }) ?? (2...3).contains(row.words.count) else {
                let expected = columns.count.map { "\($0), as in the heading" } ?? "two ids and perhaps a weight"
                throw fault(
                    "the line has \(row.words.count) \(row.words.count == 1 ? "word" : "words"); expected \(expected)",
                    row.offset)
            }
            var weight: Double?
            if let column = columns.weight, column < row.words.count, !row.words[column].text.isEmpty {
                weight = row.words[column].number
                guard weight != nil else {
                    throw fault(
                        "the weight is '\(excerpt(of: row.words[column].text))'; expected a number",
                        row.words[column].offset)
                }
            }
            if let attributes = row.attributes {
                weight = try EdgeList.weight(in: attributes, &mentions.graph, source) ?? weight
            }
            for (_, name) in columns.others {
                mentions.graph.notes.count("the column '\(name)' is not used", at: source.position(at: row.offset))
            }
            mentions.connect(
                try node(row.words[columns.source]), try node(row.words[columns.target]), weight: weight,
                at: source.position(at: row.offset))
        }

        private mutating func node(_ word: TextWord) throws(ConfigurationFault) -> NodeID {
            guard !word.text.isEmpty else { throw fault("an id is empty", word.offset) }
            guard !word.isNoNumber else {
                throw fault("an id is \(word.text), which stands for a missing number; an id is in quotes", word.offset)
            }
            return mentions.node(word.text)
        }

        private func fault(_ sentence: String, _ offset: Int) -> ConfigurationFault {
            ConfigurationFault(sentence, at: source.position(at: offset).description)
        }
    }

    /// The weight among what networkx writes behind an edge: `{'weight': 0.5}`.
    private static func weight(
        in attributes: TextWord, _ graph: inout GraphCollector, _ source: JSONSource
    ) throws(ConfigurationFault) -> Double? {
        var weight: Double?
        let inside = attributes.text.dropFirst().dropLast()
        for part in inside.split(separator: ",") {
            let pair = part.split(separator: ":", maxSplits: 1).map { $0.filter { !" '\"".contains($0) } }
            guard pair.count == 2 else { continue }
            guard pair[0] == "weight" else {
                graph.notes.count(
                    "the attribute '\(pair[0])' of edges is not used", at: source.position(at: attributes.offset))
                continue
            }
            weight = TextWord(text: pair[1], offset: 0).number
            guard weight != nil else {
                throw ConfigurationFault(
                    "the weight is '\(excerpt(of: pair[1]))'; expected a number",
                    at: source.position(at: attributes.offset).description)
            }
        }
        return weight
    }

    // MARK: - Writing

    static func canWrite(_ text: String) -> Bool { !text.utf8.contains { $0 < 32 } }

    static func write(_ file: TopologyFile) -> String {
        let graph = file.written
        var text = graph.directed ? "# Directed graph\n" : "# Undirected graph\n"
        let labels = graph.labels.map(quoted)
        if !findsOrder(of: graph) { for label in labels { text += label + "\n" } }
        for edge in graph.edges {
            text += "\(labels[edge.source.index]) \(labels[edge.target.index])"
            text += (edge.weight.map { " \($0)" } ?? "") + "\n"
        }
        return text
    }

    /// Whether the edges alone tell all nodes in their order.
    private static func findsOrder(of graph: Topology) -> Bool {
        var isSeen = [Bool](repeating: false, count: graph.nodeCount)
        var seen: [Int] = []
        for node in graph.edges.flatMap({ [$0.source.index, $0.target.index] }) where !isSeen[node] {
            isSeen[node] = true
            seen.append(node)
        }
        let order = EdgeMentions.order(of: seen.map { graph.labels[$0] }).map { seen[$0] }
        return order == Array(0..<graph.nodeCount)
    }

    /// The label as one word.
    private static func quoted(_ label: String) -> String {
        let isWord =
            !label.utf8.contains { $0 <= 32 || ",;\"#%{}[]<>:".utf8.contains($0) }
            && !TextWord(text: label, offset: 0).isNoNumber
        return isWord
            ? label
            : "\"\(label.replacingScalars { $0 == "\"" ? "\"\"" : nil })\""
    }
}
