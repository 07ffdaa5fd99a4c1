// BRIDGE-T. The own value is appended after the trim and never trimmed (implementations differ on this).
import Kernels

/// Per coordinate, drops the b largest and b smallest neighbour values and averages the rest with the own value
/// (BRIDGE-T; Fang, Yang, Bajwa, IEEE T-SIPN 2022, arXiv 1908.08098). The divisor is deg − 2b + 1; weights are not
/// used.
public struct TrimmedNeighbourMean: GossipRule {
    public static let name = "trimmedNeighbourMean"
    public static let aliases = ["bridgeT", "bridge-t"]
    public static let summary =
        "BRIDGE-T: per coordinate, drops b values on each side, averages the rest with the own one."
    public static let guarantee = Guarantee.honestBox

    public init(_ parameters: ParameterValues) {}

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, scratch: inout Scratch
    ) -> MixReport {
        let heard = neighbours.rows
        guard heard > 0 else {
            copy(own, into: &next)
            return MixReport(kept: 0)
        }
        let trim = min(context.budget.count, (heard - 1) / 2)
        trimmedColumnSums(neighbours, dropping: trim, into: &next)
        axpy(1, own, into: &next)
        scale(1 / Float(heard - 2 * trim + 1), &next)
        var report = MixReport(kept: heard - 2 * trim)
        report.removed = 2 * trim
        report.degraded = trim < context.budget.count
        return report
    }
}
