// RTC: removes the farthest neighbours up to the weight b and clips the others. Its two public codes disagree with each
// other and with the form taken here; all three can be had.
import Kernels
import Registry

/// x + Σ_S w_j clip_τ(y_j − x), where S is left when the farthest neighbours are removed while they weigh at most b
/// together, and τ² = (1/b) Σ_S w_j r_j² (RTC; Yang, Ghaderi, AAAI 2024). The weight of the removed stays with x.
///
/// Variants: `squared` clips by τ²/r² instead of τ/r; `nebula` takes τ = √(Σ_S w_j r_j²) / b and clips by τ/r². With
/// removal `skipping`, neighbours that do not fit are passed over and lighter ones still removed. With the centre
/// `before`, offsets are taken from the model before the local step, from where the own model is one of the models
/// mixed, with all weight that is left.
public struct RemoveThenClip: GossipRule {
    public static let name = "rtc"
    public static let aliases = ["removeThenClip"]
    public static let summary = "RTC: removes the farthest neighbours up to the weight b, then clips the others."
    public static let guarantee = Guarantee.ofRuns("a neighbourhood of a stationary point under heterogeneous data")
    public static let cost = "deg d + deg log deg"
    public static let source = "Yang, Ghaderi, AAAI 2024, 38(19):21735-21743"
    public static let parameters = [
        Parameter.choice(
            "variant", ["standard", "squared", "nebula"], default: "standard", "how the radius clips"),
        Parameter.choice(
            "removal", ["prefix", "skipping"], default: "prefix", "whether removal ends at what does not fit"),
        Parameter.choice("centre", ["halfStep", "before"], default: "halfStep", "where offsets start"),
    ]

    private enum Variant: String { case standard, squared, nebula }

    private let variant: Variant
    private let skips: Bool
    private let startsBefore: Bool

    public init(_ parameters: ParameterValues) {
        variant = Variant(rawValue: parameters.text("variant")) ?? .standard
        skips = parameters.text("removal") == "skipping"
        startsBefore = parameters.text("centre") == "before"
    }

    public var needs: MixNeeds { startsBefore ? .modelBefore : [] }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        guard startsBefore, neighbours.rows > 0 else {
            return mix(around: own, neighbours, context, into: &next, &report, &scratch)
        }
        let before = context.modelBefore
        mix(around: before.span, neighbours, context, into: &next, &report, &scratch)
        let share = report.ownWeight ?? 1
        addScaledDifference(Float(share), own, minus: before.span, into: &next)
    }

    private func mix(
        around centre: Span<Float>, _ neighbours: borrowing VectorBatch, _ context: borrowing MixContext,
        into next: inout MutableSpan<Float>, _ report: inout MixReport, _ scratch: inout Scratch
    ) {
        measureOffsets(neighbours, from: centre, into: &scratch.distances)
        scratch.sortByDistance()
        scratch.setCoefficients(context.weights)
        remove(context, &report, &scratch)
        clip(context, &report, &scratch)
        addOffsets(neighbours, from: centre, coefficients: scratch.coefficients, into: &next, report: &report)
    }

    private func remove(_ context: borrowing MixContext, _ report: inout MixReport, _ scratch: inout Scratch) {
        guard context.budget.weight > 0 else { return }
        var remaining = context.budget.weight + Budget.tolerance
        for row in scratch.order.reversed() {
            guard context.weights[row] <= remaining else {
                if skips { continue }
                break
            }
            remaining -= context.weights[row]
            scratch.coefficients[row] = 0
            report.note(.removed, row: row)
        }
    }

    private func clip(_ context: borrowing MixContext, _ report: inout MixReport, _ scratch: inout Scratch) {
        let budget = context.budget.weight
        guard budget > 0 else { return }
        var sum = 0.0
        for row in scratch.coefficients.indices {
            sum += scratch.coefficients[row] * scratch.distances[row] * scratch.distances[row]
        }
        let radius = variant == .nebula ? sum.squareRoot() / budget : (sum / budget).squareRoot()
        report.threshold = radius
        for row in scratch.coefficients.indices where scratch.coefficients[row] > 0 {
            let distance = scratch.distances[row]
            // In ratios: the square of a great distance may be infinite.
            let factor: Double =
                switch variant {
                case .standard: clipFactor(norm: distance, radius: radius)
                case .squared: clipFactor(norm: distance, radius: radius) * clipFactor(norm: distance, radius: radius)
                case .nebula: min(1, radius / distance / distance)
                }
            guard factor < 1 else { continue }
            scratch.coefficients[row] *= factor
            report.note(factor > 0 ? .clipped : .removed, row: row)
        }
    }
}
