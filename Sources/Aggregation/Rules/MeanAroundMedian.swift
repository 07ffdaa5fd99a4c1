// MeaMed: per coordinate, the mean of the n − f values nearest to the median.
import Kernels
import Registry

/// Per coordinate, the mean of the n − f values nearest to the median (Xie, Koyejo, Gupta 2018, arXiv 1802.10116).
public struct MeanAroundMedian: AggregationRule {
    public static let name = "meamed"
    public static let aliases = ["Meamed", "MeaMed", "meanAroundMedian"]
    public static let summary = "Per coordinate, the mean of the n - f values nearest to the median."
    public static let robustness = Robustness.range
    public static let cost = "d n log² n"
    public static let source = "Xie, Koyejo, Gupta 2018, arXiv 1802.10116, definition 6"
    public static let isColumnwise = true

    public init(_ parameters: ParameterValues) {}

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        if context.hostile > 0 { report.noteAll(.split) }
        columnMeans(inputs, nearestToMedian: inputs.rows - context.hostile, into: &output)
    }
}
