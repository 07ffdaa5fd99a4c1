// ClippedGossip with the radius of its paper (from a weight budget) or a fixed one.
import Kernels

/// x + α Σ w_j clip_τ(y_j − x) (He, Karimireddy, Jaggi 2022, arXiv 2202.01545).
///
/// `budget`: the nearest neighbours whose weight, with the own one, is at most 1 − b are S, and τ² = (1/b) Σ_S w_j
/// r_j².
/// With b = 0 nothing is clipped; if S is empty, τ = 0 and the own model is kept. `fixed`: τ is a constant.
public struct ClippedGossip: GossipRule {
    public static let name = "clippedGossip"
    public static let aliases = ["selfCentredClipping", "scclip"]
    public static let summary = "Clips offsets at a radius from the weight budget, or at a fixed one."
    public static let guarantee = Guarantee.none
    public static let parameters = [
        Parameter.choice("mode", ["budget", "fixed"], default: "budget", "where the radius comes from"),
        Parameter.number("radius", 0...1e6, default: 1, "τ, for mode fixed"),
        Parameter.number("rate", Double.leastNonzeroMagnitude...1, default: 1, "α: share of the gossip step taken"),
    ]

    private let fixedRadius: Double?
    private let rate: Double

    public init(_ parameters: ParameterValues) {
        fixedRadius = parameters.text("mode") == "fixed" ? parameters.number("radius") : nil
        rate = parameters.number("rate")
    }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, scratch: inout Scratch
    ) -> MixReport {
        measureOffsets(neighbours, from: own, into: &scratch.distances)
        let radius =
            fixedRadius
            ?? Self.budgetRadius(
                weights: context.weights, budget: context.budget.weight, distances: scratch.distances,
                order: &scratch.order)
        return addClippedOffsets(
            neighbours, from: own, radius: radius, rate: rate, weights: context.weights,
            distances: scratch.distances, into: &next)
    }

    static func budgetRadius(
        weights: [Double], budget: Double, distances: [Double], order: inout [Int]
    ) -> Double {
        guard budget > 0 else { return .infinity }
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: 0..<distances.count)
        order.sort { (distances[$0], $0) < (distances[$1], $1) }
        // The own weight is what the neighbours leave.
        var trusted = 1 - weights.reduce(0, +)
        var sum = 0.0
        for row in order {
            trusted += weights[row]
            guard trusted <= 1 - budget + Budget.tolerance else { break }
            sum += weights[row] * distances[row] * distances[row]
        }
        return (sum / budget).squareRoot()
    }
}
