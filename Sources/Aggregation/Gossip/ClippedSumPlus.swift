// CS+, the default rule: clips the neighbours' offsets where the farthest ones weigh 2b. Its breakdown point is near
// the best on sparse graphs.
import Kernels
import Registry

/// x + Σ w_j clip_τ(y_j − x), where τ is the distance of the neighbour at which the weight of the farthest ones first
/// reaches 2b (CS+ of the F-RG family; Gaucher, Dieuleveut, Hendrikx, ICML 2025, arXiv 2410.10418).
///
/// With the boundary `refcode`, as in the authors' code, τ is the next smaller distance: for unequal weights its
/// coefficient can exceed 2. With b = 0 nothing is clipped; if all neighbours together weigh less than 2b, τ = 0 and
/// the own model is kept.
public struct ClippedSumPlus: GossipRule {
    public static let name = "csPlus"
    public static let aliases = ["cs+", "cg+", "clippedSumPlus"]
    public static let summary = "CS+: clips offsets at the distance where the farthest neighbours' weight reaches 2b."
    public static let guarantee = Guarantee.summation(coefficient: 2)
    public static let cost = "deg d + deg log deg"
    public static let source = "Gaucher, Dieuleveut, Hendrikx, ICML 2025, arXiv 2410.10418, section 4"
    public static let parameters = [
        Parameter.choice(
            "boundary", ["reached", "refcode"], default: "reached",
            "the neighbour whose distance is the radius: where 2b is reached, or the next nearer one")
    ]

    private let takesNext: Bool

    public init(_ parameters: ParameterValues) { takesNext = parameters.text("boundary") == "refcode" }

    public var guarantee: Guarantee {
        takesNext ? .ofRuns("(b, 2)-robust summation among equal weights") : Self.guarantee
    }

    public var conditions: [GraphCondition] { guarantee.conditions + [.heardWeight(times: 2)] }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        measureOffsets(neighbours, from: own, into: &scratch.distances)
        scratch.sortByDistance()
        scratch.setCoefficients(context.weights)
        scratch.clip(radius: radius(context, scratch), report: &report)
        addOffsets(neighbours, from: own, coefficients: scratch.coefficients, into: &next, report: &report)
    }

    /// Walks the neighbours from the farthest inwards until their weight reaches 2b.
    private func radius(_ context: borrowing MixContext, _ scratch: borrowing Scratch) -> Double {
        let budget = context.budget.weight
        guard budget > 0 else { return .infinity }
        var accumulated = 0.0
        for position in scratch.order.indices.reversed() {
            accumulated += context.weights[scratch.order[position]]
            guard accumulated >= 2 * budget - Budget.tolerance else { continue }
            let chosen = takesNext ? position - 1 : position
            return chosen >= 0 ? scratch.distances[scratch.order[chosen]] : 0
        }
        return 0
    }
}
