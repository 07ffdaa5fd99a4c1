// The series of a sweep's cells as curves: the mean over seeds of each group, and a band from the least to the
// greatest.
import Metrics

extension BandPlot {
    /// - Parameter groups: what each line is called, and its cells; one without series has none.
    /// - Returns: `nil` where nothing was measured on the way.
    init?(id: String, title: String, of groups: [(name: String, group: SweepTable.Group)], _ measure: SweepMeasure) {
        var rounds: [Int] = []
        var lines: [Line] = []
        for (name, group) in groups {
            let all = group.series.sorted { $0.key < $1.key }.map(\.value)
            guard let first = all.first else { continue }
            if rounds.isEmpty { rounds = first.rounds }
            let columns = all.filter { $0.rounds == rounds }.compactMap { $0.columns[measure] }
            let values = rounds.indices.map { row -> (low: Double, mean: Double, high: Double)? in
                let known = columns.compactMap { $0[row] }
                guard !known.isEmpty, known.count == columns.count else { return nil }
                let mean = known.reduce(0, +) / Double(known.count)
                return (known.min() ?? mean, mean, known.max() ?? mean)
            }
            lines.append(Line(name: name, values: values))
        }
        guard rounds.count > 1 else { return nil }
        let all = lines.flatMap { line in line.values.flatMap { $0.map { [$0.low, $0.high] } ?? [] } }
        self.init(
            id: id, title: title, rounds: rounds, lines: lines,
            vertical: measure.isShare ? Axis(shares: all) : Axis(logarithmic: all)
        ) { measure.isShare ? percent($0) : significant($0) }
    }
}
