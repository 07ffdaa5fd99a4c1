// CGE, comparative gradient elimination: the shortest inputs, averaged.
import Kernels
import Registry

/// The mean of the n − f inputs of least norm, on equal norms of the first; one that is not finite counts as infinite
/// (Gupta, Liu, Vaidya, arXiv 2008.04699). Made for gradients: models are given as offsets from the own one.
public struct ComparativeElimination: AggregationRule {
    public static let name = "cge"
    public static let aliases = ["CGE", "comparativeGradientElimination"]
    public static let summary = "Mean of the n-f inputs of least norm."
    public static let robustness = Robustness.statement(
        "resilient where the costs of the honest are 2f-redundant; no bound on single results")
    public static let cost = "n d + n log n"
    public static let source = "Gupta, Liu, Vaidya, arXiv 2008.04699"
    public static let condition = "n > f"
    public static let isSelection = true

    public init(_ parameters: ParameterValues) {}

    public var symmetries: Symmetries { .scale }

    public func capacity(of count: Int) -> Int { count - 1 }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        scratch.scores.removeAll(keepingCapacity: true)
        let elements = inputs.elements.span
        for row in 0..<inputs.rows {
            let norm = squaredNorm(elements.extracting(inputs.range(ofRow: row)))
            scratch.scores.append(norm.isFinite ? norm : .infinity)
        }
        scratch.rank(by: scratch.scores)
        scratch.chooseFirst(inputs.rows - context.hostile, pinned: context.pinned)
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }
}
