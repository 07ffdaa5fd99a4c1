// ClippedGossip: moves the own model along the neighbours' offsets, each clipped at a radius; with every radius that
// its paper and its codes use. CS-He of the F-RG family is its default form.
import Kernels
import Registry

/// x + α Σ w_j clip_τ(y_j − x) (He, Karimireddy, Jaggi 2022, arXiv 2202.01545, section 4).
///
/// Radii: `budget` takes τ² = (1/b) Σ_S w_j r_j², where S are the nearest neighbours whose weight, with the own one, is
/// at most 1 − b; with the boundary `exclusiveRef`, as in the code of Gaucher et al., S ends before 1 − b is reached.
/// `fixed` is a constant. `oracle` sums over the neighbours that are honest and divides by the weight of the others;
/// `oracleOpt` is half of it, for which ρ = 1. `secondLargest` is the second largest distance, as in the paper's own
/// code. With b = 0 nothing is clipped; if S is empty, τ = 0 and the own model is kept.
public struct ClippedGossip: GossipRule {
    public static let name = "clippedGossip"
    public static let aliases = ["csHe", "cs-he"]
    public static let summary = "Clips offsets at a radius from the weight budget, a constant, or the truth."
    public static let guarantee = Guarantee.ofRuns(
        "a stationary point up to O(δ ζ²/γ²), δ the hostile nodes' weight and γ the honest spectral gap, if δ = O(γ²)")
    public static let cost = "deg d + deg log deg"
    public static let source = "He, Karimireddy, Jaggi 2022, arXiv 2202.01545, section 4"
    public static let parameters = [
        Parameter.choice(
            "mode", ["budget", "fixed", "oracle", "oracleOpt", "secondLargest"], default: "budget",
            "where the radius comes from"),
        Parameter.choice(
            "boundary", ["inclusive", "exclusiveRef"], default: "inclusive",
            "whether S may reach the weight 1 - b, for mode budget"),
        Parameter.number("radius", 0...1e6, default: 1, "τ, for mode fixed"),
        rateParameter,
    ]

    private enum Mode { case budget(isInclusive: Bool), fixed(Double), oracle(share: Double), secondLargest }

    private let mode: Mode
    private let rate: Double

    public init(_ parameters: ParameterValues) {
        mode =
            switch parameters.text("mode") {
            case "fixed": .fixed(parameters.number("radius"))
            case "oracle": .oracle(share: 1)
            case "oracleOpt": .oracle(share: 0.25)
            case "secondLargest": .secondLargest
            default: .budget(isInclusive: parameters.text("boundary") == "inclusive")
            }
        rate = parameters.number("rate")
    }

    public var symmetries: Symmetries { if case .fixed = mode { .translation } else { [.translation, .scale] } }
    public var needs: MixNeeds { if case .oracle = mode { .hostile } else { [] } }

    /// Only the oracle's best radius is known to be a robust summation, with ρ = 1.
    public var conditions: [GraphCondition] {
        if case .oracle(share: 0.25) = mode {
            guarantee.conditions + [.summation(coefficient: 1)]
        } else {
            guarantee.conditions + [.gapSquared]
        }
    }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        measureOffsets(neighbours, from: own, into: &scratch.distances)
        scratch.sortByDistance()
        scratch.setCoefficients(context.weights, rate: rate)
        scratch.clip(radius: radius(context, scratch), report: &report)
        addOffsets(neighbours, from: own, coefficients: scratch.coefficients, into: &next, report: &report)
    }

    private func radius(_ context: borrowing MixContext, _ scratch: borrowing Scratch) -> Double {
        switch mode {
        case .fixed(let radius): return radius
        case .secondLargest: return scratch.order.suffix(2).first.map { scratch.distances[$0] } ?? .infinity
        case .budget(let isInclusive): return Self.budgetRadius(context, scratch, isInclusive: isInclusive)
        case .oracle(let share):
            guard context.budget.weight > 0 else { return .infinity }
            var sum = 0.0
            for row in scratch.distances.indices where context.budget.hostile?.contains(context.senders[row]) != true {
                sum += context.weights[row] * scratch.distances[row] * scratch.distances[row]
            }
            return (share * sum / context.budget.weight).squareRoot()
        }
    }

    private static func budgetRadius(
        _ context: borrowing MixContext, _ scratch: borrowing Scratch, isInclusive: Bool
    ) -> Double {
        let budget = context.budget.weight
        guard budget > 0 else { return .infinity }
        let limit = 1 - budget + (isInclusive ? Budget.tolerance : -Budget.tolerance)
        var trusted = context.ownWeight
        var sum = 0.0
        for row in scratch.order {
            trusted += context.weights[row]
            guard trusted <= limit else { break }
            sum += context.weights[row] * scratch.distances[row] * scratch.distances[row]
        }
        return (sum / budget).squareRoot()
    }
}
