// NNA, the rule of MoNNA: the mean of the models nearest to the own one. Momentum is the business of local training.
import Kernels
import Registry

/// The mean of the n − f models nearest to the own one, itself among them, of the n heard (NNA; Farhadkhani, Guerraoui,
/// Gupta, Hoang, Pinot, Stephan, ICML 2023, arXiv 2209.10931). Weights are not used.
///
/// On weighted graphs `gts` generalises it.
public struct NearestNeighbourAverage: GossipRule {
    public static let name = "nna"
    public static let aliases = ["nearestNeighbourAverage"]
    public static let summary = "NNA: mean of the own model and the deg - f nearest ones."
    public static let guarantee = Guarantee.ofRuns(
        "on complete graphs with n ≥ 11f nodes: variance shrinks by 9.88f/(n-f), the mean moves by 9f/(n-f) of it")
    public static let cost = "deg d + deg log deg"
    public static let source = "Farhadkhani et al., ICML 2023, arXiv 2209.10931, section 4"

    public init(_ parameters: ParameterValues) {}

    public func withstands(_ budget: Budget, among weights: [Double]) -> Bool { 2 * budget.count <= weights.count }

    /// On other graphs, those of GTS, whose case of equal weights it is (ρ = 4).
    public var conditions: [GraphCondition] {
        guarantee.conditions + [.complete(perHostile: 11), .summation(coefficient: 4)]
    }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        measureOffsets(neighbours, from: own, into: &scratch.distances)
        scratch.sortByDistance()
        let far = context.hostileCount(atMost: neighbours.rows / 2, &report) ?? neighbours.rows
        for row in scratch.order.suffix(far) {
            report.note(.removed, row: row)
            report.threshold = min(report.threshold ?? .infinity, scratch.distances[row])
        }
        scratch.averageKept(ownShare: 1 / Double(neighbours.rows - far + 1), report: report)
        addOffsets(neighbours, from: own, coefficients: scratch.coefficients, into: &next, report: &report)
    }
}
