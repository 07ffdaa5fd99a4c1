// MVA, minimum-variance averaging: the mean of the n − f inputs with the least variance.
import Kernels
import Registry

/// The mean of the n − f inputs with the least sum of squared distances from their mean, which is that of their squared
/// distances from each other over n − f (Allouah, Farhadkhani, Guerraoui, Gupta, Pinot, Stephan, AISTATS 2023, arXiv
/// 2302.01772).
public struct MinimumVariance: AggregationRule {
    public static let name = "mva"
    public static let aliases = ["MVA", "minimumVariance"]
    public static let summary = "Mean of the n - f inputs with the least variance."
    public static let robustness = Robustness.variance(.ofLeastVariance)
    public static let cost = "n² d + subsets of n - f"
    public static let source = "Allouah et al., AISTATS 2023, arXiv 2302.01772, code of its authors"
    public static let condition = SubsetSearch.condition
    public static let isSelection = true
    public static let parameters = SubsetSearch.parameters

    private let isForced: Bool

    public init(_ parameters: ParameterValues) { isForced = parameters.flag("force") }

    public func capacity(of count: Int) -> Int { SubsetSearch.capacity(of: count, isForced: isForced) }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        let count = inputs.rows
        squaredDistances(among: inputs, into: &scratch.pairs)
        let pairs = scratch.pairs
        SubsetSearch.run(context, rows: count, &scratch) { sum, members, row in
            members.reduce(sum) { $0 + pairs[row * count + $1] }
        } value: { _, sum, _ in
            sum
        }
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }
}
