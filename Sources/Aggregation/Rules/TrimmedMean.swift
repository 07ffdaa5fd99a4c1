// The coordinate-wise trimmed mean. Its trim is a count: as a proportion it would be rounded away for some n.
import Kernels
import Registry

/// Per coordinate, the mean without the f least and the f greatest values (Yin, Chen, Kannan, Bartlett, ICML 2018,
/// arXiv 1803.01498).
public struct TrimmedMean: AggregationRule {
    public static let name = "trimmedMean"
    public static let aliases = ["TrMean", "trmean", "cwtm"]
    public static let summary = "Per coordinate, the mean without the f least and the f greatest values."
    public static let robustness = Robustness.variance(
        Coefficient("6f/(n-2f)·(1+f/(n-2f))") { n, f in 6 * f / (n - 2 * f) * (1 + f / (n - 2 * f)) })
    public static let cost = "d n log² n"
    public static let source = "Yin, Chen, Kannan, Bartlett, ICML 2018, arXiv 1803.01498, definition 2"
    public static let isColumnwise = true

    public init(_ parameters: ParameterValues) {}

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        if context.hostile > 0 { report.noteAll(.split) }
        trimmedColumnMeans(inputs, dropping: context.hostile, into: &output)
    }
}
