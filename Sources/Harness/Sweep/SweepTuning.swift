// SweepTuning: what a sweep has chosen, from the results of its candidates.
import Metrics
public import Registry

/// The candidate of each row whose worst case is best.
public struct SweepTuning: Sendable {
    /// What was chosen for one combination of values.
    private struct Pick {
        let row: [Int]
        let candidate: [Int]
        /// Its worst mean over seeds.
        let score: Double
        /// How many candidates have finished everywhere.
        let compared: Int
    }

    private let sweep: Sweep
    private let choice: SweepChoice
    private let picks: [Pick]
    public let measure: SweepMeasure

    /// - Parameters:
    ///   - sweep: what is chosen for.
    ///   - table: of all its candidates.
    /// - Throws: where no candidate of some row has a figure everywhere.
    public init?(of sweep: Sweep, _ table: SweepTable) throws(ConfigurationFault) {
        guard let choice = sweep.choice else { return nil }
        self.sweep = sweep
        self.choice = choice
        let measures: [SweepMeasure] =
            switch choice.part {
            case .validation: [.validation, .validationLoss]
            case .test: [.worst, .worstLoss]
            }
        let finished = table.groups.flatMap(\.finished)
        measure = measures.first { measure in finished.contains { $0.figures[measure] != nil } } ?? measures[0]
        let better = measure.better ?? { $0 < $1 }

        // In the order of the cells.
        var rows: [[Int]] = []
        var scores: [[Int]: [[Int]: Double?]] = [:]
        for group in table.groups {
            let (row, candidate) = SweepTuning.places(of: group, in: sweep, choice)
            if scores[row] == nil { rows.append(row) }
            let figure = group.finished.count == group.planned ? group.estimate(measure)?.mean : nil
            let before = scores[row, default: [:]][candidate]
            let worst = figure.flatMap { figure in
                guard let before else { return figure }
                return before.map { better(figure, $0) ? $0 : figure }
            }
            scores[row, default: [:]].updateValue(worst, forKey: candidate)
        }
        var picks: [Pick] = []
        for row in rows {
            let known = (scores[row] ?? [:]).compactMap { candidate, score in score.map { (candidate, $0) } }
                .sorted { $0.0.lexicographicallyPrecedes($1.0) }
            guard let best = known.min(by: { better($0.1, $1.1) }) else {
                let name = zip(choice.kept(sweep.axes), row).map { $0.values[$1].label }.joined(separator: ", ")
                throw ConfigurationFault(
                    "no candidate of choose.over has come to a \(measure.title) in every cell"
                        + (name.isEmpty ? "" : " of \(name)"))
            }
            picks.append(Pick(row: row, candidate: best.0, score: best.1, compared: known.count))
        }
        self.picks = picks
    }

    /// The positions of a group's values on the axes that are chosen for, and on those that are chosen over.
    private static func places(
        of group: SweepTable.Group, in sweep: Sweep, _ choice: SweepChoice
    ) -> (row: [Int], candidate: [Int]) {
        // Groups have no position on the axis of the seed.
        var choices = group.choices
        if let seed = sweep.axes.firstIndex(where: \.isSeed) { choices.insert(0, at: seed) }
        return (choice.kept(Array(choices.prefix(sweep.axes.count))), Array(choices.dropFirst(sweep.axes.count)))
    }

    /// The sweep with what was chosen.
    public var chosen: Sweep {
        sweep.choosing(Dictionary(picks.map { ($0.row, $0.candidate) }) { first, _ in first })
    }

    /// What the table is.
    public var caption: String {
        let doubt = choice.part == .test ? "; the same part that the results are of, which makes them too good" : ""
        return "Chosen by the worst \(choice.adversity) on the \(choice.part.rawValue) part (\(measure.title))\(doubt)."
    }

    /// A line for everything that was chosen.
    public var table: TextTable {
        let kept = choice.kept(sweep.axes)
        let rows = picks.map { pick in
            let names = zip(kept, pick.row).map { $0.values[$1].label }
            let values = zip(choice.over, pick.candidate).map { $0.values[$1].label }
            let score = measure.isShare ? percent(pick.score) : significant(pick.score)
            return names + values + [score, "\(pick.compared)"]
        }
        let header = kept.map(\.path) + choice.over.map(\.path)
        return TextTable(
            header: header + ["worst \(choice.adversity)", "candidates"], names: header.count, rows: rows)
    }
}
