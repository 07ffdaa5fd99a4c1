// IOS: f times drops the neighbour farthest from the mean of what is left; unlike in one of its codes, never the own
// model.
import Kernels
import Registry

/// f times removes the neighbour farthest from the weighted mean of the own model and the neighbours that are left;
/// the result is that mean, weights scaled to sum to 1 (IOS; Wu, Chen, Ling, IEEE TSP 2023, arXiv 2206.04568).
///
/// It stops when all that is left is equal.
public struct IterativeOutlierScissor: GossipRule {
    public static let name = "ios"
    public static let aliases = ["iterativeOutlierScissor"]
    public static let summary = "IOS: cuts the model farthest from the mean of the rest, f times."
    public static let guarantee = Guarantee.ofRuns(
        "consensus and convergence if at every node those that are cut weigh less than 1/3, and honest nodes connect")
    public static let cost = "f deg d"
    public static let source = "Wu, Chen, Ling, IEEE TSP 2023, arXiv 2206.04568, algorithm 2"

    public init(_ parameters: ParameterValues) {}

    public func withstands(_ budget: Budget, among weights: [Double]) -> Bool { 3 * budget.weight < 1 }

    public var conditions: [GraphCondition] { guarantee.conditions + [.cutWeight(below: 1.0 / 3)] }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        takeMean(own, neighbours, context, into: &next, &report, &scratch)
        for _ in 0..<min(context.budget.count, neighbours.rows) {
            measureOffsets(neighbours, from: next.span, into: &scratch.distances)
            var farthest: Int?
            for row in scratch.distances.indices where report.treatments[row] == .kept && scratch.distances[row] > 0 {
                if scratch.distances[row] > farthest.map({ scratch.distances[$0] }) ?? 0 { farthest = row }
            }
            guard let farthest else { return }
            report.note(.removed, row: farthest)
            report.threshold = scratch.distances[farthest]
            takeMean(own, neighbours, context, into: &next, &report, &scratch)
        }
    }

    /// Of the own model and the rows that are kept.
    private func takeMean(
        _ own: Span<Float>, _ neighbours: borrowing VectorBatch, _ context: borrowing MixContext,
        into next: inout MutableSpan<Float>, _ report: inout MixReport, _ scratch: inout Scratch
    ) {
        var total = context.ownWeight
        for row in 0..<neighbours.rows where report.treatments[row] == .kept { total += context.weights[row] }
        scratch.setCoefficients(0, rows: neighbours.rows)
        for row in 0..<neighbours.rows where report.treatments[row] == .kept {
            scratch.coefficients[row] = context.weights[row] / total
        }
        addOffsets(neighbours, from: own, coefficients: scratch.coefficients, into: &next, report: &report)
    }
}
