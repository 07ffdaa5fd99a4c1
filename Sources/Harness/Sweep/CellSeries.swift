// CellSeries: what was measured of a cell while it ran, column by column: a line of series.jsonl.
import JSON
import Metrics

/// The measured rounds of one cell, and a column for each measure.
public struct CellSeries: Sendable, Equatable {
    public let key: CellKey
    /// Measured every so many rounds.
    public let every: Int
    /// Ascending.
    public let rounds: [Int]
    /// Of those measures that the task has, a value for each of the rounds; `nil` for what is not finite.
    public private(set) var columns: [SweepMeasure: [Double?]] = [:]

    init(_ key: CellKey, _ evaluations: [EvaluationRecord], every: Int) {
        self.key = key
        self.every = every
        rounds = evaluations.map(\.rounds)
        let figures = evaluations.map(\.allFigures)
        for measure in SweepMeasure.allCases {
            let column = figures.map { $0[measure.figure.name].flatMap { $0.isFinite ? $0 : nil } }
            if column.contains(where: { $0 != nil }) { columns[measure] = column }
        }
    }
}

extension CellSeries {
    /// One line of `series.jsonl`.
    var json: [UInt8] {
        var line = JSONLine()
        line.add("version", CellResult.version)
        key.write(to: &line)
        line.add("every", every)
        line.add("rounds", rounds) { $0.append(integer: $1) }
        for measure in SweepMeasure.allCases {
            guard let column = columns[measure] else { continue }
            line.add(measure.rawValue, column) { $0.append(number: $1) }
        }
        return line.line()
    }

    /// A series read back; `nil` for a line of another version and for what is no whole line.
    init?(line: [UInt8]) {
        guard let json = try? StrictJSON.read(line, name: ""),
            json.member("version")?.count == CellResult.version, let key = CellKey(json),
            let every = json.member("every")?.count, let rounds = json.member("rounds")?.elements.map(\.count),
            !rounds.contains(nil)
        else { return nil }
        self.key = key
        self.every = every
        self.rounds = rounds.compactMap(\.self)
        for member in json.members {
            let column = member.value.elements
            guard let measure = SweepMeasure(rawValue: member.key), column.count == self.rounds.count else { continue }
            columns[measure] = column.map(\.number)
        }
    }
}
