// CS+, the default rule: near-optimal breakdown on sparse graphs.
import Kernels

/// x + Σ w_j clip_τ(y_j − x), where τ is the distance of the neighbour at which the weight of the farthest ones first
/// reaches 2b (CS+ of the F-RG family; Gaucher, Dieuleveut, Hendrikx, ICML 2025, arXiv 2410.10418).
///
/// With b = 0 nothing is clipped; if all neighbours together weigh less than 2b, τ = 0 and the own model is kept.
public struct ClippedSumPlus: GossipRule {
    public static let name = "csPlus"
    public static let aliases = ["cs+", "cg+", "clippedSumPlus"]
    public static let summary = "CS+: clips offsets at the distance where the farthest neighbours' weight reaches 2b."
    public static let guarantee = Guarantee.summation(coefficient: 2)

    public init(_ parameters: ParameterValues) {}

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, scratch: inout Scratch
    ) -> MixReport {
        measureOffsets(neighbours, from: own, into: &scratch.distances)
        let threshold = Self.threshold(
            weights: context.weights, budget: context.budget.weight, distances: scratch.distances,
            order: &scratch.order)
        return addClippedOffsets(
            neighbours, from: own, radius: threshold, weights: context.weights, distances: scratch.distances,
            into: &next)
    }

    /// Walks the neighbours from the farthest inwards (on equal distance the later sender first) until their weight
    /// reaches 2b.
    static func threshold(
        weights: [Double], budget: Double, distances: [Double], order: inout [Int]
    ) -> Double {
        guard budget > 0 else { return .infinity }
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: 0..<distances.count)
        order.sort { (distances[$0], $0) > (distances[$1], $1) }
        var accumulated = 0.0
        for row in order {
            accumulated += weights[row]
            if accumulated >= 2 * budget - Budget.tolerance { return distances[row] }
        }
        return 0
    }
}
