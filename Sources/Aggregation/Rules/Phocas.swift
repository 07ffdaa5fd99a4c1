// Phocas: per coordinate, the mean of the n − f values nearest to the trimmed mean.
import Kernels
import Registry

/// Per coordinate, the mean of the n − f values nearest to the trimmed mean (Xie, Koyejo, Gupta 2018, arXiv
/// 1805.09682).
public struct Phocas: AggregationRule {
    public static let name = "phocas"
    public static let aliases = ["Phocas"]
    public static let summary = "Per coordinate, the mean of the n - f values nearest to the trimmed mean."
    public static let robustness = Robustness.range
    public static let cost = "d n log² n"
    public static let source = "Xie, Koyejo, Gupta 2018, arXiv 1805.09682, definition 7"
    public static let isColumnwise = true

    public init(_ parameters: ParameterValues) {}

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        if context.hostile > 0 { report.noteAll(.split) }
        columnMeans(
            inputs, nearestToTrimmedMean: inputs.rows - context.hostile, dropping: context.hostile, into: &output)
    }
}
