// Calculation: what a pack computes without a sweep: constants, bounds, small instances of theory. Its numbers are
// looked up by row and column, as cells of a sweep are by their labels.
import Registry

/// A table that is computed.
public struct Calculation: Sendable {
    /// Claims and figures know it by this.
    public let name: String
    /// What it runs for that, where it takes long.
    let experiments: [PackExperiment]
    /// Computes it, from nothing but what the study holds; asked between steps whether it is to stop.
    ///
    /// - Returns: `nil` where it was stopped.
    public let run: @Sendable (_ shouldStop: () -> Bool) throws -> CalculatedTable?

    public init(_ name: String, _ run: @escaping @Sendable (_ shouldStop: () -> Bool) throws -> CalculatedTable?) {
        self.init(name, running: [], run)
    }

    init(
        _ name: String, running experiments: [PackExperiment],
        _ run: @escaping @Sendable (_ shouldStop: () -> Bool) throws -> CalculatedTable?
    ) {
        self.name = name
        self.experiments = experiments
        self.run = run
    }
}

/// Numbers with names for rows and columns.
public struct CalculatedTable: Sendable, Equatable {
    /// What the rows are.
    public let rowTitle: String
    public let columns: [String]
    /// Names of the seeds that claims may be measured over; empty where it is computed once.
    public let seeds: [String]
    /// One value a column; `nil` for what there is not.
    public private(set) var rows: [(name: String, values: [Double?])] = []

    public init(rows rowTitle: String, columns: [String], seeds: [String] = []) {
        self.rowTitle = rowTitle
        self.seeds = seeds
        self.columns = columns
    }

    /// What is not a number is not there.
    public mutating func add(_ name: String, _ values: [Double?]) {
        precondition(values.count == columns.count, "a value a column")
        rows.append((name, values.map { $0.flatMap { $0.isNaN ? nil : $0 } }))
    }

    public func value(_ row: String, _ column: String) -> Double? {
        guard let index = columns.firstIndex(of: column) else { return nil }
        return rows.first { $0.name == row }?.values[index]
    }

    public static func == (a: CalculatedTable, b: CalculatedTable) -> Bool {
        a.rowTitle == b.rowTitle && a.columns == b.columns && a.seeds == b.seeds
            && a.rows.map(\.name) == b.rows.map(\.name)
            && a.rows.map(\.values) == b.rows.map(\.values)
    }

    var text: TextTable {
        TextTable(
            header: [rowTitle] + columns, names: 1,
            rows: rows.map { [$0.name] + $0.values.map { $0.map(significant) ?? "–" } })
    }
}
