// The series of a sweep's cells as curves: the mean over seeds of each group, and a band from the least to the
// greatest.
import Metrics

extension Plot {
    /// - Parameter groups: what each line is called, and its cells; one without series has none.
    /// - Returns: `nil` where nothing was measured on the way.
    init?(id: String, title: String, of groups: [(name: String, group: SweepTable.Group)], _ measure: SweepMeasure) {
        var rounds: [Int] = []
        var lines: [Series] = []
        for (name, group) in groups {
            let all = group.series.sorted { $0.key < $1.key }.map(\.value)
            guard let first = all.first else { continue }
            if rounds.isEmpty { rounds = first.rounds }
            let columns = all.filter { $0.rounds == rounds }.compactMap { $0.columns[measure] }
            // By round; of one that some seed lacks, none.
            let known = rounds.indices.map { row -> [Double] in
                let known = columns.compactMap { $0[row] }
                return known.count == columns.count ? known : []
            }
            var line = Series(
                name: name, values: known.map { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) },
                text: measure.text)
            if columns.count > 1 {
                line.band = Band(
                    name: "least to greatest over seeds", edges: ("\(name), least", "\(name), greatest"),
                    values: known.map { values in values.min().flatMap { low in values.max().map { (low, $0) } } })
            }
            lines.append(line)
        }
        guard rounds.count > 1 else { return nil }
        let ends = lines.flatMap { line in line.band?.values.flatMap { $0.map { [$0.low, $0.high] } ?? [] } ?? [] }
        let all = ends + lines.flatMap { $0.values.compactMap(\.self) }
        self.init(
            id: id, title: title, rounds: rounds, series: lines,
            vertical: measure.isShare ? Axis(shares: all) : Axis(logarithmic: all), source: "series.jsonl")
    }
}
