// PackResults: everything that a pack has measured and computed, looked up by names.
import Metrics

/// What the sweeps and calculations of a pack came to.
public struct PackResults: Sendable {
    public private(set) var tables: [String: SweepTable] = [:]
    public private(set) var calculated: [String: CalculatedTable] = [:]

    public init() {}

    public mutating func add(_ table: SweepTable) { tables[table.sweep.name] = table }
    public mutating func add(_ table: CalculatedTable, for calculation: Calculation) {
        calculated[calculation.name] = table
    }

    /// Groups of a sweep whose values on the axes named here are these, in order.
    func groups(of sweep: String, _ labels: [String: String]) throws(MissingFigure) -> [SweepTable.Group] {
        guard let table = tables[sweep] else { throw MissingFigure("the sweep \(sweep) has not been run") }
        return try table.groups(labels)
    }

    /// Seeds by their names, of a sweep or of a calculation that has some.
    func seeds(of sweep: String) throws(MissingFigure) -> [String] {
        if let table = calculated[sweep], !table.seeds.isEmpty { return table.seeds }
        guard let table = tables[sweep] else { throw MissingFigure("the sweep \(sweep) has not been run") }
        return table.sweep.axes.first(where: \.isSeed)?.values.map(\.label) ?? [""]
    }
}

extension SweepTable {
    /// Groups whose values on the axes named here are these, in order; at least one.
    func groups(_ labels: [String: String]) throws(MissingFigure) -> [Group] {
        let places = try labels.map { path, label throws(MissingFigure) in
            guard let axis = axes.firstIndex(where: { $0.path == path }),
                axes[axis].values.contains(where: { $0.label == label })
            else { throw MissingFigure("the sweep \(sweep.name) has no \(path) '\(label)'") }
            return (axis, label)
        }
        return groups.filter { group in places.allSatisfy { group.labels[$0.0] == $0.1 } }
    }
}

/// Why there is no figure.
public struct MissingFigure: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// What a claim may look at for one seed.
public struct Evidence: Sendable {
    private let results: PackResults
    /// The position on the seed's axis.
    let seed: Int

    init(_ results: PackResults, seed: Int) {
        self.results = results
        self.seed = seed
    }

    /// The final figure of one cell. Every axis but the seed's is named, or the sweep has only one value there.
    public func figure(
        _ sweep: String, _ labels: [String: String], _ measure: SweepMeasure = .mean
    ) throws(MissingFigure) -> Double {
        let groups = try results.groups(of: sweep, labels)
        guard groups.count == 1 else {
            throw MissingFigure("\(groups.count) cells of the sweep \(sweep) are meant by \(named(labels))")
        }
        guard let figure = groups[0].figures(measure)[seed] else {
            throw MissingFigure("the cell \(named(labels)) of \(sweep) has no \(measure.rawValue)")
        }
        // The greatest of several would hide it.
        guard !figure.isNaN else {
            throw MissingFigure("\(measure.rawValue) of the cell \(named(labels)) of \(sweep) is not a number")
        }
        return figure
    }

    /// What was measured of one cell over rounds; `nil` for what is not finite.
    public func series(
        _ sweep: String, _ labels: [String: String], _ measure: SweepMeasure = .mean
    ) throws(MissingFigure) -> [(round: Int, value: Double?)] {
        let groups = try results.groups(of: sweep, labels)
        guard groups.count == 1, let series = groups[0].series[seed], let column = series.columns[measure] else {
            throw MissingFigure("the cell \(named(labels)) of \(sweep) has no series of \(measure.rawValue)")
        }
        return Array(zip(series.rounds, column)).map { ($0, $1) }
    }

    /// The names of a sweep's values on one axis, in order.
    public func names(_ sweep: String, on path: String) throws(MissingFigure) -> [String] {
        guard let table = results.tables[sweep] else { throw MissingFigure("the sweep \(sweep) has not been run") }
        guard let axis = table.axes.first(where: { $0.path == path }) else {
            throw MissingFigure("the sweep \(sweep) has no axis \(path)")
        }
        return axis.values.map(\.label)
    }

    /// A number that was computed.
    public func number(_ calculation: String, _ row: String, _ column: String) throws(MissingFigure) -> Double {
        guard let table = results.calculated[calculation] else {
            throw MissingFigure("\(calculation) has not been computed")
        }
        guard let value = table.value(row, column) else {
            throw MissingFigure("\(calculation) has no number for \(row), \(column)")
        }
        guard !value.isNaN else {
            throw MissingFigure("what \(calculation) has for \(row), \(column) is not a number")
        }
        return value
    }

    private func named(_ labels: [String: String]) -> String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
