// The results of a sweep with its seeds folded into means and intervals. How a table looks is TextTable's business.
import JSON
public import Metrics

/// The finished cells of a sweep and what they say together.
public struct SweepTable: Sendable {
    /// All cells that differ in their seed only.
    public struct Group: Sendable {
        /// What tables call its value on each axis but the seed's.
        public let labels: [String]
        /// The position of its value on each of these axes.
        let choices: [Int]
        /// Seeds that it has in the sweep.
        fileprivate(set) var planned = 0
        /// Whether its nodes mix nothing that others send.
        fileprivate(set) var isAlone = true
        /// The group that does so and is otherwise the same.
        fileprivate(set) var baseline: Int?
        public fileprivate(set) var results: [CellResult] = []
        /// The position on the seed's axis of each result.
        fileprivate(set) var seeds: [Int] = []

        /// Those that count.
        public var finished: [CellResult] { results.filter { $0.failure == nil } }
        /// Runs that lost too many honest nodes.
        public var leftOut: [CellResult] { results.filter(\.fellApart) }
        /// Cells that could not be run.
        public var failed: [CellResult] { results.filter { $0.failure != nil && !$0.fellApart } }

        /// What was measured of every seed that counts, by position on the seed's axis.
        var series: [Int: CellSeries] {
            var series: [Int: CellSeries] = [:]
            for (seed, result) in zip(seeds, results) where result.failure == nil { series[seed] = result.series }
            return series
        }

        /// The figure of every seed that counts and has it, by position on the seed's axis.
        func figures(_ measure: SweepMeasure) -> [Int: Double] {
            var figures: [Int: Double] = [:]
            for (seed, result) in zip(seeds, results) where result.failure == nil {
                figures[seed] = result.figures[measure]
            }
            return figures
        }

        /// `nil` if nothing has finished or a figure is not finite: a mean without it would be of other runs.
        public func estimate(_ measure: SweepMeasure) -> Estimate? {
            let values = finished.map { $0.figures[measure] }
            guard !values.isEmpty, !values.contains(nil) else { return nil }
            return Estimate(values.compactMap(\.self))
        }
    }

    public let sweep: Sweep
    /// The cells that have a result, in order.
    public let results: [(labels: [String], result: CellResult)]
    /// In the order of the cells.
    public let groups: [Group]

    public init(_ plan: SweepPlan, result: (CellKey) -> CellResult?) {
        sweep = plan.sweep
        var results: [(labels: [String], result: CellResult)] = []
        var groups: [Group] = []
        var groupOfChoices: [[Int]: Int] = [:]
        let folded = sweep.axes.firstIndex(where: \.isSeed)
        for cell in 0..<sweep.cellCount {
            let labels = sweep.labels(of: cell)
            var choices = sweep.choices(of: cell)
            let seed = folded.map { choices.remove(at: $0) } ?? 0
            let group = groupOfChoices[choices, default: groups.count]
            if group == groups.count {
                groupOfChoices[choices] = group
                groups.append(
                    Group(labels: zip(sweep.axes, labels).filter { !$0.0.isSeed }.map { $1 }, choices: choices))
            }
            groups[group].planned += 1
            if !plan.alone.contains(cell) { groups[group].isAlone = false }
            guard let result = result(plan.keys[cell]) else { continue }
            groups[group].results.append(result)
            groups[group].seeds.append(seed)
            results.append((labels, result))
        }
        for (group, baseline) in SweepTable.baselines(of: groups).enumerated() { groups[group].baseline = baseline }
        self.results = results
        self.groups = groups
    }

    /// One line for each cell that no mean counts.
    public var failures: [String] {
        results.compactMap { labels, result in
            result.failure.map {
                "\(result.fellApart ? "left out" : "failed"): \(labels.joined(separator: ", ")): \($0)"
            }
        }
    }

    /// Where other codes' conventions make a run look better than its worst node is; `nil` where they do not.
    public var doubt: String? {
        let counted = results.map(\.result).filter { $0.failure == nil }
        let cells = counted.count(where: \.looksBetterElsewhere)
        guard cells > 0 else { return nil }
        return "in \(cells) of \(counted.count) cells the mean over honest nodes or their average model is better than "
            + "the worst node by more than sampling noise; see --measure mean, --measure averageModel"
    }

    /// By which measure the worst node is found: the loss where nothing is classified.
    public var measure: SweepMeasure {
        let counted = results.map(\.result).filter { $0.failure == nil }
        return !counted.isEmpty && counted.allSatisfy { $0.figures[.worst] == nil } ? .worstLoss : .worst
    }

    /// The axes that distinguish groups.
    var axes: [Sweep.Axis] { sweep.axes.filter { !$0.isSeed } }

    /// Seeds in every group of a complete sweep.
    var seeds: Int { sweep.axes.first(where: \.isSeed)?.values.count ?? 1 }
}

// The same, in cells of text.
extension SweepTable {
    /// What the figures of `shown(_:)` are.
    public func caption(_ measure: SweepMeasure) -> String {
        let title = measure.title.prefix(1).uppercased() + measure.title.dropFirst()
        let interval = seeds > 1 ? ", mean ± half the 95 % interval over \(seeds) seeds" : ""
        let isMarked = groups.contains { isNoBetter($0, measure) }
        return "\(title)\(measure.isShare ? " in %" : "")\(interval).\(isMarked ? " \(markInWords)." : "")"
    }

    /// One measure, the best of each column in bold, and the worst case over attacks in a column of its own.
    public func shown(_ measure: SweepMeasure) -> TextTable {
        var table = arranged(measure.rawValue) { text(groups[$0], measure) }
        guard let better = measure.better else { return table }
        let isMatrix = axes.count == 2
        // The place in the table of each group, and the figure that stands there.
        var figures: [[Int]: Double] = [:]
        for (row, group) in groups.enumerated() {
            guard group.finished.count == group.planned, let mean = group.estimate(measure)?.mean else { continue }
            let place = isMatrix ? [group.choices[0], 1 + group.choices[1]] : [row, axes.count]
            figures[place] = mean
        }
        if isMatrix, axes[1].isAdversary, axes[1].values.count > 1 {
            let worst = axes[0].values.indices.map { row -> Double? in
                let line = axes[1].values.indices.map { figures[[row, 1 + $0]] }
                return line.contains(nil) ? nil : line.compactMap(\.self).min { better($1, $0) }
            }
            for (row, value) in worst.enumerated() { figures[[row, table.header.count]] = value }
            table = table.adding("worst", worst.map { $0.map { text($0, measure) } ?? "–" })
        }
        // What stands in one column, or in a list, what differs on the first axis alone.
        let columns = Dictionary(grouping: figures) { place, _ in
            isMatrix ? [place[1]] : Array(groups[place[0]].choices.dropFirst())
        }
        for column in columns.values where column.count > 1 {
            guard let best = column.map(\.value).min(by: better) else { continue }
            for entry in column where entry.value == best { table.bold.insert(entry.key) }
        }
        return table
    }

    /// A text for every group: a matrix where two keys vary beside the seed, otherwise a line for each group.
    func arranged(_ title: String, _ text: (Int) -> String) -> TextTable {
        guard axes.count == 2 else {
            return TextTable(
                header: axes.map(\.path) + [title], names: axes.count,
                rows: groups.indices.map { groups[$0].labels + [text($0)] })
        }
        let places = Dictionary(groups.enumerated().map { ($1.choices, $0) }) { first, _ in first }
        let rows = axes[0].values.indices.map { row in
            [axes[0].values[row].label] + axes[1].values.indices.map { places[[row, $0]].map(text) ?? "" }
        }
        return TextTable(header: [axes[0].path] + axes[1].values.map(\.label), names: 1, rows: rows)
    }

    /// The usual measures, and those others that any cell has.
    var measures: [SweepMeasure] {
        let known = results.reduce(into: Set(SweepMeasure.usual)) { $0.formUnion($1.result.figures.keys) }
        return SweepMeasure.allCases.filter(known.contains)
    }

    /// Every measure of every group, as numbers.
    var folded: TextTable {
        let measures = measures
        let columns = measures.flatMap { [$0.rawValue, "\($0.rawValue)HalfWidth"] }
        let rows = groups.map { group in
            let counts = [group.finished, group.failed, group.leftOut].map { "\($0.count)" }
            let figures = measures.flatMap { measure in
                let estimate = group.estimate(measure)
                return [estimate?.mean, estimate?.halfWidth].map(SweepTable.number)
            }
            return group.labels + counts + figures + [measuresNoBetter(group).map(\.rawValue).joined(separator: " ")]
        }
        return TextTable(
            header: axes.map(\.path) + ["seeds", "failed", "leftOut"] + columns + ["noBetterThanAlone"],
            names: axes.count, rows: rows)
    }

    /// Every cell that has a result.
    var cells: TextTable {
        let measures = measures
        let rows = results.map { labels, result in
            labels + measures.map { SweepTable.number(result.figures[$0]) } + [
                "\(result.lost)", result.digest, SweepTable.number(result.seconds), result.verdict,
                result.failure ?? "",
            ]
        }
        return TextTable(
            header: sweep.axes.map(\.path) + measures.map(\.rawValue)
                + ["lost", "modelDigest", "seconds", "verdict", "failure"],
            names: sweep.axes.count, rows: rows)
    }

    private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

    private func text(_ group: Group, _ measure: SweepMeasure) -> String {
        let (finished, leftOut) = (group.finished.count, group.leftOut.count)
        guard finished > 0 else { return leftOut > 0 ? "left out" : "failed" }
        guard let estimate = group.estimate(measure) else {
            return measure.mayBeMissing && group.figures(measure).isEmpty ? "–" : "not finite"
        }
        let width = estimate.halfWidth.map { " ± \(text($0, measure))" } ?? ""
        let count = leftOut > 0 ? "\(leftOut) left out" : "\(finished) of \(group.planned)"
        let part = finished < group.planned ? " (\(count))" : ""
        return text(estimate.mean, measure) + width + (isNoBetter(group, measure) ? Self.mark : "") + part
    }

    private func text(_ value: Double, _ measure: SweepMeasure) -> String {
        if measure.isShare { return rounded(100 * value, 1) }
        // Squares and gaps may be far below what four decimals show.
        return value != 0 && value.magnitude < 5e-4 ? significant(value) : rounded(value, 4)
    }
}

// The same, for programs.
extension SweepTable {
    public var json: String {
        var line = JSONLine()
        line.add("name", sweep.name)
        line.add("engine", sweep.engine.rawValue)
        let measures = measures
        line.add("groups", groups) { line, group in
            line.appendObject { object in
                SweepTable.write(zip(axes, group.labels), to: &object)
                object.add("seeds", group.finished.count)
                object.add("failed", group.failed.count)
                object.add("leftOut", group.leftOut.count)
                object.add("noBetterThanAlone", measuresNoBetter(group)) { $0.append(text: $1.rawValue) }
                for measure in measures {
                    let estimate = group.estimate(measure)
                    object.add(measure.rawValue) { figure in
                        figure.add("mean", estimate?.mean)
                        figure.add("halfWidth", estimate?.halfWidth)
                    }
                }
            }
        }
        line.add("cells", results) { line, entry in
            line.appendObject { object in
                SweepTable.write(zip(sweep.axes, entry.labels), to: &object)
                entry.result.write(to: &object)
            }
        }
        return String(decoding: line.line(), as: UTF8.self)
    }

    /// `"cell":{"aggregation.rule":"csPlus","seed":"2"}`.
    private static func write(_ values: Zip2Sequence<[Sweep.Axis], [String]>, to line: inout JSONLine) {
        line.add("cell") { object in
            for (axis, label) in values { object.add(axis.path, label) }
        }
    }
}
