// FABA: f times drops the input farthest from the mean, and returns the mean of what is left.
import Kernels
import Registry

/// Takes away, f times, the input farthest from the mean of the rest, and returns the mean of what is left (Xia, Tao,
/// Hao, Li, IJCAI 2019).
public struct FABA: AggregationRule {
    public static let name = "faba"
    public static let aliases = ["FABA"]
    public static let summary = "Mean after f times the input farthest from the mean has been taken away."
    public static let robustness = Robustness.deviation(Coefficient("2f/(n-3f)") { n, f in 2 * f / (n - 3 * f) })
    public static let cost = "n² d + f n"
    public static let source = "Xia, Tao, Hao, Li, IJCAI 2019, algorithm 1"
    public static let condition = "n > f"
    public static let isSelection = true

    public init(_ parameters: ParameterValues) {}

    public func capacity(of count: Int) -> Int { count - 1 }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        let count = inputs.rows
        squaredDistances(among: inputs, into: &scratch.pairs)
        scratch.chooseAll(count)
        for _ in 0..<context.hostile {
            // |x_i − m|² is the mean of the squared distances of x_i from the rest, up to a term that all have alike.
            var (farthest, greatest) = (-1, -Double.infinity)
            for (place, row) in scratch.chosen.enumerated() where row != context.pinned {
                var sum = 0.0
                for other in scratch.chosen { sum += scratch.pairs[row * count + other] }
                if sum > greatest { (farthest, greatest) = (place, sum) }
            }
            guard farthest >= 0 else { break }
            scratch.chosen.remove(at: farthest)
        }
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }
}
