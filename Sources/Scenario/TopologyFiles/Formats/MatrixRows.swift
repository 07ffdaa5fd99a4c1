// Adjacency matrices in JSON: an array of rows, as json.dump(matrix.tolist()) writes them.
import Graphs
import JSON
import Registry

enum MatrixRows: JSONGraphFormat {
    static let title = "an adjacency matrix in JSON"

    static func fits(_ file: JSONValue) -> Bool {
        guard case .array(let rows) = file.kind, case .array(let first)? = rows.first?.kind,
            first.allSatisfy({ $0.number != nil })
        else { return false }
        if first.count > 3 { return true }
        return first.count > 1 && isSmallMatrix(rows.prefix(4).map { $0.elements.map(\.number) })
    }

    /// Whether rows that may be edges are a symmetric matrix of zeros and ones, whose diagonal is zero; or at least
    /// three rows of zeros and ones, which would be edges between two nodes over and over.
    static func isSmallMatrix(_ rows: [[Double?]]) -> Bool {
        guard rows.joined().allSatisfy({ $0 == 0 || $0 == 1 }) else { return false }
        if rows.count >= 3, rows[0].count == 3 { return true }
        guard rows.allSatisfy({ $0.count == rows.count }) else { return false }
        return rows.indices.allSatisfy { i in
            rows[i][i] == 0 && rows.indices.allSatisfy { rows[i][$0] == rows[$0][i] }
        }
    }

    static func read(_ file: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        let rows = try file.array("the matrix")
        var graph = GraphCollector()
        try graph.addNodes(rows.count, at: file.position)
        let positions = rows.map(\.position)
        var table = LinkTable(of: graph.labels) { positions[$0] }
        for (index, row) in rows.enumerated() {
            let entries = try row.array("row \(index + 1) of the matrix")
            guard entries.count == rows.count else {
                throw row.fault(
                    "row \(index + 1) of the matrix has \(entries.count) numbers; "
                        + "expected \(rows.count), as many as rows"
                )
            }
            for (column, entry) in entries.enumerated() {
                let weight = try entry.number("entry \(column + 1) of row \(index + 1)")
                if weight != 0 { try table.add(index, column, weight: weight, at: index) }
            }
        }
        try table.fill(&graph, word: "the matrix")
        return graph
    }
}
