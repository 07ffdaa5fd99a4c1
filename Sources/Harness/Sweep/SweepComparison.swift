// SweepComparison: every group of a sweep against one of them, seed by seed, with a test and the number of tests.
import Metrics
public import Registry

/// Differences to the groups that have one value on one axis, and are otherwise the same.
public struct SweepComparison: Sendable {
    private let table: SweepTable
    private let measure: SweepMeasure
    private let baseline: String
    private let axis: Int
    /// For each group, in order, the differences to its baseline.
    private let differences: [[Double]]

    /// The level below which a difference is marked, all comparisons together (Bonferroni).
    private static let level = 0.05
    private static let mark = "*"

    /// - Parameter baseline: what tables call a value on one of the axes.
    public init(_ table: SweepTable, _ measure: SweepMeasure, against baseline: String) throws(ConfigurationFault) {
        guard let axis = table.axes.firstIndex(where: { $0.values.contains { $0.label == baseline } }),
            let position = table.axes[axis].values.firstIndex(where: { $0.label == baseline })
        else {
            let known = table.axes.flatMap { $0.values.map(\.label) }
            throw ConfigurationFault(
                .unknown(noun: "value of the grid", given: baseline, known: known), at: "--against")
        }
        self.table = table
        self.measure = measure
        self.baseline = baseline
        self.axis = axis
        let places = Dictionary(table.groups.enumerated().map { ($1.choices, $0) }) { first, _ in first }
        differences = table.groups.map { group in
            var choices = group.choices
            guard choices[axis] != position else { return [] }
            choices[axis] = position
            guard let other = places[choices].map({ table.groups[$0].figures(measure) }) else { return [] }
            return group.figures(measure).sorted { $0.key < $1.key }.compactMap { seed, figure in
                other[seed].map { figure - $0 }
            }
        }
    }

    private var comparisons: Int { differences.count { !$0.isEmpty } }

    /// What the figures are, and how many tests were made.
    public var caption: String {
        let most = differences.map(\.count).max() ?? 0
        let title = measure.title.prefix(1).uppercased() + measure.title.dropFirst()
        let what = "\(title): difference to \(baseline)\(measure.isShare ? " in points" : "")"
        guard most > 1 else { return "\(what), of one seed, which is no test." }
        let least = SignedRankTest.least(of: most)
        return "\(what), seed by seed, mean ± half the 95 % interval; p of Wilcoxon's signed-rank test, exact, "
            + "two-sided, not adjusted. \(comparisons) comparisons: \(Self.mark) where p is at most "
            + "\(Self.level)/\(comparisons); with \(most) seeds no p is below \(significant(least))."
    }

    /// A matrix where two keys vary beside the seed, otherwise a line for each group.
    public var shown: TextTable { table.arranged(measure.rawValue) { text(differences[$0]) } }

    private func text(_ differences: [Double]) -> String {
        guard !differences.isEmpty else { return "–" }
        let unit = measure.isShare ? 100.0 : 1
        let decimals = measure.isShare ? 1 : 4
        let estimate = Estimate(differences)
        let mean = rounded(unit * estimate.mean, decimals)
        guard let half = estimate.halfWidth else { return mean }
        let test = SignedRankTest(differences)
        let isMarked = test.p <= Self.level / Double(comparisons)
        return "\(mean) ± \(rounded(unit * half, decimals)), p \(significant(test.p))\(isMarked ? Self.mark : "")"
    }
}
