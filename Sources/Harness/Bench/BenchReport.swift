// What a benchmark found: rows of figures with the conditions under which they hold, shown as they are measured, and as
// JSON.
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

    private static let nameWidth = 46
    private static let figureWidth = 8

    let bench: String
    /// What was measured on what.
    var conditions: [(name: String, value: JSONValue)]
    let columns: [Column]
    private(set) var rows: [Row] = []
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

    /// A row that was measured; it is shown at once, the first one under its header.
    mutating func add(_ row: Row, _ settings: BenchSettings) {
        if rows.isEmpty { settings.show(opening) }
        rows.append(row)
        let texts = zip(row.figures, columns).map { figure, column in
            figure.map { rounded($0, column.decimals) } ?? ""
        }
        settings.show([line(row.name, texts)])
    }

    /// What the figures hold for, and their header.
    private var opening: [String] {
        let stated = conditions.map { "\($0.name) \(JSONText.canonical($0.value))" }.joined(separator: ", ")
        return [stated, "", line(bench, columns.map(\.header))]
    }

    /// Columns are as wide as is usual, since nobody knows yet what else will stand in them.
    private func line(_ name: String, _ texts: [String]) -> String {
        let cells = zip(texts, columns).map { text, column in
            let width = max(Self.figureWidth, column.header.count)
            return String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let blanks = String(repeating: " ", count: max(0, Self.nameWidth - name.count))
        return String("\(name)\(blanks)  \(cells.joined(separator: "  "))".reversed().drop { $0 == " " }.reversed())
    }

    /// What stands under the rows.
    public var closing: [String] { [""] + notes }

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
