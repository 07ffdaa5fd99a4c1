// What a benchmark found: rows of figures with the conditions under which they hold, as a table and as JSON.
import JSON
import Platform
import Scenario

/// The rows of a benchmark, with the conditions under which they hold.
public struct BenchReport {
    /// One figure of every row.
    struct Column {
        /// In JSON; with its unit.
        let key: String
        /// In the table.
        let header: String
        let decimals: Int
    }

    struct Row {
        let name: String
        /// As many as there are columns.
        let figures: [Double?]
    }

    let bench: String
    /// What was measured on what.
    var conditions: [(name: String, value: JSONValue)]
    let columns: [Column]
    var rows: [Row] = []
    /// What a reader must know to take the figures for what they are; one sentence each.
    let notes: [String]

    /// - Parameter conditions: beside those that hold for every benchmark.
    init(
        _ bench: String, repetitions: Int, conditions: [(name: String, value: JSONValue)], columns: [Column],
        notes: [String]
    ) {
        self.bench = bench
        self.conditions =
            [
                ("processors", .number(HostLimits.processors)), ("instructions", .text(Processor.instructions)),
                ("repetitions", .number(repetitions)),
            ] + conditions
        self.columns = columns
        self.notes = notes
    }

    /// For people.
    public var lines: [String] {
        let table = TextTable(
            header: [bench] + columns.map(\.header), names: 1,
            rows: rows.map { row in
                [row.name]
                    + zip(row.figures, columns).map { figure, column in
                        figure.map { rounded($0, column.decimals) } ?? ""
                    }
            })
        let stated = conditions.map { "\($0.name) \(JSONText.canonical($0.value))" }.joined(separator: ", ")
        return [stated, ""] + table.plain + [""] + notes
    }

    /// For programs.
    public var json: String {
        let figures = rows.map { row in
            JSONValue(
                .object(
                    [JSONMember("name", .text(row.name))]
                        + zip(columns, row.figures).map { column, figure in
                            JSONMember(column.key, figure.map(JSONValue.number) ?? JSONValue(.null))
                        }))
        }
        return JSONText.pretty(
            .object([
                "bench": .text(bench),
                "conditions": JSONValue(.object(conditions.map { JSONMember($0.name, $0.value) })),
                "rows": .array(figures), "notes": .array(notes.map(JSONValue.text)),
            ]))
    }
}
