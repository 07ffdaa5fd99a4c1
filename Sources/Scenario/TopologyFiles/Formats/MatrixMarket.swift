// Matrix Market files, as scipy.io.mmwrite writes them: https://math.nist.gov/MatrixMarket/formats.html.
import Graphs
import JSON
import Kernels
import Registry

enum MatrixMarket: TextGraphFormat, GraphWriter {
    static let title = "a Matrix Market file"
    static let name = "mtx"
    static let lacks: [GraphPart] = [.name, .labels, .addresses, .weightRule, .schedule, .taps, .marks]

    static func fits(_ text: TextStart) -> Bool { text.firstLine.lowercased().hasPrefix("%%matrixmarket") }

    static func read(_ source: JSONSource) throws(ConfigurationFault) -> GraphCollector {
        var rows = TextRows(source)
        let place = { source.position(at: $0) }
        let header = Header(rows.nextLine().map { String(decoding: source.bytes[$0], as: UTF8.self) } ?? "")
        guard let header else {
            throw ConfigurationFault(
                "the first line is not that of a real, integer or pattern matrix, general or symmetric; allowed: "
                    + "%%MatrixMarket matrix coordinate real general, and so on",
                at: place(source.markBytes).description)
        }
        guard let size = try rows.next() else {
            throw ConfigurationFault("the line with the size is missing", at: place(source.bytes.count).description)
        }
        let numbers = size.words.compactMap(\.index)
        guard numbers.count == size.words.count, numbers.count == (header.isSparse ? 3 : 2) else {
            throw ConfigurationFault(
                "the size is not \(header.isSparse ? "rows, columns and entries" : "rows and columns")",
                at: place(size.offset).description)
        }
        guard numbers[0] == numbers[1] else {
            throw ConfigurationFault(
                "the matrix has \(numbers[0]) rows and \(numbers[1]) columns; expected as many",
                at: place(size.offset).description)
        }
        // A node that has an edge is named in the file.
        guard numbers[0] <= source.bytes.count else {
            throw ConfigurationFault(
                "the matrix has \(numbers[0]) rows, more than the file has bytes", at: place(size.offset).description)
        }
        var graph = GraphCollector()
        try graph.addNodes(numbers[0], at: place(size.offset))
        var table = LinkTable(of: graph.labels, place)
        if header.isSparse {
            try readEntries(&rows, count: numbers[2], nodes: numbers[0], header, &table, place)
        } else {
            try readColumns(&rows, nodes: numbers[0], header, &table, place)
        }
        try table.fill(&graph, word: "the matrix")
        return graph
    }

    private struct Header {
        let isSparse: Bool
        let isPattern: Bool
        let isSymmetric: Bool

        init?(_ line: String) {
            let words = line.lowercased().split(whereSeparator: \.isWhitespace)
            guard words.count == 5, words[1] == "matrix", ["coordinate", "array"].contains(words[2]),
                ["real", "double", "integer", "pattern"].contains(words[3]),
                ["general", "symmetric"].contains(words[4]),
                words[2] == "coordinate" || words[3] != "pattern"
            else { return nil }
            (isSparse, isPattern, isSymmetric) = (
                words[2] == "coordinate", words[3] == "pattern", words[4] == "symmetric"
            )
        }
    }

    private static func readEntries(
        _ rows: inout TextRows, count: Int, nodes: Int, _ header: Header, _ table: inout LinkTable,
        _ place: (Int) -> JSONPosition
    ) throws(ConfigurationFault) {
        var found = 0
        while let row = try rows.next() {
            found += 1
            let ends = row.words.prefix(2).compactMap(\.index).filter { $0 >= 1 && $0 <= nodes }
            let weight = header.isPattern ? 1 : row.words.last?.number
            guard row.words.count == (header.isPattern ? 2 : 3), ends.count == 2, let weight else {
                throw ConfigurationFault(
                    "entry \(found) is not a row and a column from 1 to \(nodes)"
                        + (header.isPattern ? "" : " and a number"),
                    at: place(row.offset).description)
            }
            guard weight != 0 else { continue }
            try table.add(ends[0] - 1, ends[1] - 1, weight: weight, at: row.offset)
            if header.isSymmetric, ends[0] != ends[1] {
                try table.add(ends[1] - 1, ends[0] - 1, weight: weight, at: row.offset)
            }
        }
        guard found == count else {
            throw ConfigurationFault(
                "there are \(found) entries; expected \(count), as the size says",
                at: place(rows.source.bytes.count).description)
        }
    }

    /// Column after column; of a symmetric matrix from the diagonal on.
    private static func readColumns(
        _ rows: inout TextRows, nodes: Int, _ header: Header, _ table: inout LinkTable, _ place: (Int) -> JSONPosition
    ) throws(ConfigurationFault) {
        for column in 0..<nodes {
            for row in (header.isSymmetric ? column : 0)..<nodes {
                guard let line = try rows.next(), line.words.count == 1, let weight = line.words[0].number else {
                    throw ConfigurationFault(
                        "the entry of row \(row + 1) and column \(column + 1) is no number on a line of its own",
                        at: place(rows.source.bytes.count).description)
                }
                guard weight != 0 else { continue }
                try table.add(row, column, weight: weight, at: line.offset)
                if header.isSymmetric, row != column { try table.add(column, row, weight: weight, at: line.offset) }
            }
        }
    }

    static func write(_ file: TopologyFile) -> String {
        let graph = file.written
        let isWeighted = graph.edges.contains { $0.weight != nil }
        var text = "%%MatrixMarket matrix coordinate \(isWeighted ? "real" : "pattern") "
        text +=
            "\(graph.directed ? "general" : "symmetric")\n\(graph.nodeCount) \(graph.nodeCount) \(graph.edges.count)\n"
        for edge in graph.edges {
            // Of a symmetric matrix the part below the diagonal is written.
            let (row, column) =
                graph.directed ? (edge.source.index, edge.target.index) : (edge.target.index, edge.source.index)
            text += "\(row + 1) \(column + 1)\(isWeighted ? " \(edge.weight ?? 1)" : "")\n"
        }
        return text
    }
}
