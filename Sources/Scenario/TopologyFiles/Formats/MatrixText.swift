// Adjacency matrices in text, one row a line: what numpy.savetxt and pandas write, with or without labels.
import Graphs
import JSON
import Kernels
import Registry

enum MatrixText: TextGraphFormat, GraphWriter {
    static let title = "an adjacency matrix"
    static let name = "matrix"
    static let lacks: [GraphPart] = [.name, .labels, .addresses, .weightRule, .schedule, .taps, .marks]
    /// The text grows with their square: this many are 200 MB.
    static let mostNodes = 10_000

    /// Of more than three columns, or so small that it could be a list of edges and yet is a matrix of zeros and ones.
    static func fits(_ text: TextStart) -> Bool {
        let rows = text.rows(4)
        guard let first = rows.first, first.attributes == nil else { return false }
        let width = first.words.count
        if heading(of: first, rows.dropFirst().first) != nil { return true }
        guard first.words.allSatisfy({ $0.number != nil || $0.isNoNumber }) else { return false }
        if width > 3 { return true }
        return width > 1 && MatrixRows.isSmallMatrix(rows.map { $0.words.map(\.number) })
    }

    /// The labels in the first row, if they are what it has.
    private static func heading(of row: TextRow, _ next: TextRow?) -> [TextWord]? {
        guard let next, row.words.count > 1,
            next.words.dropFirst().allSatisfy({ $0.number != nil || $0.isNoNumber })
        else { return nil }
        if row.words[0].text.isEmpty, next.words.count == row.words.count { return Array(row.words.dropFirst()) }
        guard row.words.contains(where: { $0.number == nil && !$0.isNoNumber }), next.words.count == row.words.count + 1
        else {
            return nil
        }
        return row.words
    }

    static func read(_ source: JSONSource) throws(ConfigurationFault) -> GraphCollector {
        var graph = GraphCollector()
        let place = { source.position(at: $0) }
        var rows = TextRows(source)
        guard let first = try rows.next() else {
            throw ConfigurationFault("there is no row", at: place(source.markBytes).description)
        }
        let second = try rows.next()
        let heading = heading(of: first, second)
        for label in heading ?? [] { try graph.addNode(label.text, at: place(label.offset)) }
        if heading == nil { try graph.addNodes(first.words.count, at: place(first.offset)) }
        var table = LinkTable(of: graph.labels, place)
        var row = heading == nil ? first : second
        var isSecondDue = heading == nil
        var index = 0
        while let current = row {
            try read(current, index: index, isLabelled: heading != nil, graph, into: &table, place)
            index += 1
            if isSecondDue { row = second } else { row = try rows.next() }
            isSecondDue = false
        }
        guard index == graph.labels.count else {
            throw ConfigurationFault(
                "the matrix has \(index) rows and \(graph.labels.count) columns; expected as many",
                at: place(first.offset).description)
        }
        try table.fill(&graph, word: "the matrix")
        return graph
    }

    private static func read(
        _ row: TextRow, index: Int, isLabelled: Bool, _ graph: GraphCollector, into table: inout LinkTable,
        _ place: (Int) -> JSONPosition
    ) throws(ConfigurationFault) {
        let entries = isLabelled ? row.words.dropFirst() : row.words[...]
        guard entries.count == graph.labels.count, index < graph.labels.count else {
            throw ConfigurationFault(
                "row \(index + 1) of the matrix has \(entries.count) numbers; "
                    + "expected \(graph.labels.count) of each of as many",
                at: place(row.offset).description)
        }
        if isLabelled, !row.words[0].text.utf8.elementsEqual(graph.labels[index].utf8) {
            throw ConfigurationFault(
                "row \(index + 1) is called '\(row.words[0].text)' and its column '\(graph.labels[index])'; "
                    + "expected one order",
                at: place(row.offset).description)
        }
        for (column, word) in entries.enumerated() {
            guard let weight = word.number else {
                throw ConfigurationFault("'\(excerpt(of: word.text))' is no number", at: place(word.offset).description)
            }
            if weight != 0 { try table.add(index, column, weight: weight, at: word.offset) }
        }
    }

    static func write(_ file: TopologyFile) -> String {
        let graph = file.written
        var text = ""
        var row = [String](repeating: "0", count: graph.nodeCount)
        var outgoing = [[(Int, String)]](repeating: [], count: graph.nodeCount)
        for edge in graph.edges {
            let entry = edge.weight.map { "\($0)" } ?? "1"
            outgoing[edge.source.index].append((edge.target.index, entry))
            if !graph.directed { outgoing[edge.target.index].append((edge.source.index, entry)) }
        }
        for links in outgoing {
            for (column, entry) in links { row[column] = entry }
            text += row.joined(separator: ",") + "\n"
            for (column, _) in links { row[column] = "0" }
        }
        return text
    }
}
