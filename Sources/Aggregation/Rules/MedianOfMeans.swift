// Geometric median of means: groups are averaged first, and the median of the averages is taken.
import Kernels
import Registry

/// The geometric median of the means of k groups of consecutive inputs, of sizes that differ by one at most (Chen, Su,
/// Xu, SIGMETRICS 2017, arXiv 1705.05491). f hostile inputs spoil f groups: k = 2f + 1 unless told otherwise, and no
/// more than there are inputs.
public struct MedianOfMeans: AggregationRule {
    public static let name = "medianOfMeans"
    public static let aliases = ["gmom", "geometricMedianOfMeans"]
    public static let summary = "Geometric median of the means of groups of inputs."
    public static let robustness = Robustness.statement(
        "the geometric median's of the group means, of which f may be hostile, if k > 2f")
    public static let cost = "n d + k² d + steps · k²"
    public static let source = "Chen, Su, Xu, SIGMETRICS 2017, arXiv 1705.05491, algorithm 2"
    public static let parameters = [
        Parameter.count("groups", 0...1_000_000, default: 0, "k; 0: 2f + 1").known(as: "k")
    ]

    private let groups: Int
    private let median = GeometricMedian(.defaults(GeometricMedian.parameters))

    public init(_ parameters: ParameterValues) { groups = parameters.count("groups") }

    private func groupCount(_ rows: Int, hostile: Int) -> Int {
        min(rows, groups == 0 ? 2 * hostile + 1 : groups)
    }

    public func capacity(of count: Int) -> Int { ((groups == 0 ? count : min(groups, count)) - 1) / 2 }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        let count = groupCount(inputs.rows, hostile: context.hostile)
        // Taken out of the scratch, which the median uses as well.
        var means = VectorBatch(columns: 0, capacity: 0)
        swap(&means, &scratch.batch)
        means.begin(columns: inputs.columns)
        for group in 0..<count {
            let members = group * inputs.rows / count..<(group + 1) * inputs.rows / count
            scratch.setCoefficients(0, rows: inputs.rows)
            for row in members { scratch.coefficients[row] = 1 / Double(members.count) }
            combine(inputs, scratch.coefficients, onto: &means)
        }
        var inner = MixReport(rows: count)
        median.aggregate(means, context: context, into: &output, report: &inner, scratch: &scratch)
        report.reachedLimit = inner.reachedLimit
        swap(&means, &scratch.batch)
    }
}
