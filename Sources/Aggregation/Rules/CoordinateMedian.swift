// The coordinate-wise median. Some codes take the lower of two middle values; this is their midpoint.
import Kernels
import Registry

/// Per coordinate, the middle value, or the midpoint of the two middle ones (Yin, Chen, Kannan, Bartlett, ICML 2018,
/// arXiv 1803.01498). It does not use f.
public struct CoordinateMedian: AggregationRule {
    public static let name = "median"
    public static let aliases = ["Median", "coordinateMedian", "cm"]
    public static let summary = "Per coordinate, the median."
    public static let robustness = Robustness.variance(.ofMedians)
    public static let cost = "d n log² n"
    public static let source = "Yin, Chen, Kannan, Bartlett, ICML 2018, arXiv 1803.01498, definition 1"
    public static let isColumnwise = true

    public init(_ parameters: ParameterValues) {}

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        report.noteAll(.split)
        columnMedians(inputs, into: &output)
    }
}
