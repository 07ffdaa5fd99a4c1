// The mean of all inputs: the baseline of every other rule, controlled by one hostile input.
import Kernels
import Registry

/// 1/n Σ x_j. One hostile input puts it anywhere.
public struct Mean: AggregationRule {
    public static let name = "mean"
    public static let aliases = ["Average", "average"]
    public static let summary = "Mean of all inputs; one hostile input controls it."
    public static let robustness = Robustness.none
    public static let cost = "n d"
    public static let source = "folklore"
    public static let isColumnwise = true
    public static let condition = "any n and f"

    public init(_ parameters: ParameterValues) {}

    public func capacity(of count: Int) -> Int { count }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        scratch.chooseAll(inputs.rows)
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }
}
