// MoNNA's aggregation on a set: the mean of the n − f inputs nearest to one trusted input. As a gossip rule it is
// `nna`.
import Kernels
import Registry

/// The mean of the n − f inputs nearest to the pivot, itself among them (Farhadkhani, Guerraoui, Gupta, Hoang, Pinot,
/// Stephan, ICML 2023, arXiv 2209.10931). The pivot is the node's own input where there is one.
public struct NearestToPivot: AggregationRule {
    public static let name = "monna"
    public static let aliases = ["MoNNA", "nearestToPivot", "cva"]
    public static let summary = "Mean of the n - f inputs nearest to a trusted one."
    public static let robustness = Robustness.statement("as NNA, if the pivot is honest")
    public static let cost = "n d"
    public static let source = "Farhadkhani et al., ICML 2023, arXiv 2209.10931, section 4"
    public static let parameters = [
        Parameter.count(
            "pivot", 0...1_000_000, default: 0, "the trusted input where none is the own; the last if there are fewer"
        ).known(as: "idx")
    ]

    private let pivot: Int

    public init(_ parameters: ParameterValues) { pivot = parameters.count("pivot") }

    public func check(inputs: Int, own: Int?) throws(ConfigurationFault) {
        guard own != nil || pivot < inputs else {
            throw ConfigurationFault(
                .notAllowed(key: "pivot", given: "\(pivot)", allowed: "an input from 0 to \(inputs - 1)"))
        }
    }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        let pivot = context.own ?? min(pivot, inputs.rows - 1)
        scratch.measure(inputs, from: inputs.elements.span.extracting(inputs.range(ofRow: pivot)))
        // Before all that equal it.
        scratch.distances[pivot] = -1
        scratch.rank(by: scratch.distances)
        scratch.chooseFirst(inputs.rows - context.hostile, pinned: nil)
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }
}
