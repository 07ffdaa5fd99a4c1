// GTS: drops the farthest neighbours up to the weight b, of the last one a part. NNA on a weighted graph.
import Kernels
import Registry

/// x + Σ w'_j (y_j − x), where w' is w without the weight b of the farthest neighbours; of the one at the boundary a
/// part is kept (GTS of the F-RG family; Gaucher, Dieuleveut, Hendrikx, ICML 2025, arXiv 2410.10418).
///
/// With the boundary `refcode`, as in the authors' code, that neighbour keeps what should be removed of it: with equal
/// weights one neighbour too many goes. If all neighbours together weigh less than b, the own model is kept.
public struct GeometricTrimmedSum: GossipRule {
    public static let name = "gts"
    public static let aliases = ["geometricTrimmedSum"]
    public static let summary = "GTS: drops the farthest neighbours up to the weight b, splitting the last one."
    public static let guarantee = Guarantee.summation(coefficient: 4)
    public static let cost = "deg d + deg log deg"
    public static let source = "Gaucher, Dieuleveut, Hendrikx, ICML 2025, arXiv 2410.10418, section 4"
    public static let parameters = [
        Parameter.choice(
            "boundary", ["remainder", "refcode"], default: "remainder",
            "what the last neighbour keeps: the rest of its weight, or what should go")
    ]

    private let keepsWhatShouldGo: Bool

    public init(_ parameters: ParameterValues) { keepsWhatShouldGo = parameters.text("boundary") == "refcode" }

    public var guarantee: Guarantee {
        keepsWhatShouldGo ? .ofRuns("(b + w, 4)-robust summation where all neighbours weigh w") : Self.guarantee
    }

    public func withstands(_ budget: Budget, among weights: [Double]) -> Bool {
        budget.weight <= weights.reduce(0, +) + Budget.tolerance
    }

    public var conditions: [GraphCondition] { guarantee.conditions + [.heardWeight(times: 1)] }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        measureOffsets(neighbours, from: own, into: &scratch.distances)
        scratch.sortByDistance()
        scratch.setCoefficients(context.weights)
        var remaining = context.budget.weight
        for row in scratch.order.reversed() {
            let isReached = keepsWhatShouldGo ? remaining < -Budget.tolerance : remaining <= Budget.tolerance
            guard !isReached, context.budget.weight > 0 else { break }
            let weight = context.weights[row]
            report.threshold = scratch.distances[row]
            if weight <= remaining + Budget.tolerance {
                scratch.coefficients[row] = 0
                remaining -= weight
            } else {
                let removed = max(0, remaining)
                scratch.coefficients[row] = keepsWhatShouldGo ? removed : weight - removed
                remaining = -.infinity
            }
            report.note(scratch.coefficients[row] > 0 ? .clipped : .removed, row: row)
        }
        addOffsets(neighbours, from: own, coefficients: scratch.coefficients, into: &next, report: &report)
    }
}
