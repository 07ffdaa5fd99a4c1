// BRIDGE-M: the coordinate-wise median of the own and the neighbours' models. Its authors claim no guarantee; the
// honest box is a property of medians.
import Kernels
import Registry

/// Per coordinate, the median of the own and the neighbours' values (BRIDGE-M; Fang, Yang, Bajwa, IEEE T-SIPN 2022,
/// arXiv 1908.08098). Weights are not used.
public struct NeighbourhoodMedian: GossipRule {
    public static let name = "neighbourhoodMedian"
    public static let aliases = ["bridgeM", "bridge-m"]
    public static let summary = "BRIDGE-M: per coordinate, the median of the own and the neighbours' values."
    public static let guarantee = Guarantee.honestBox(perHostile: 2)
    public static let cost = "d deg log² deg"
    public static let source = "Fang, Yang, Bajwa, IEEE T-SIPN 2022, arXiv 1908.08098, section 3"

    public init(_ parameters: ParameterValues) {}

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        guard neighbours.rows > 0, context.hostileCount(atMost: neighbours.rows / 2, &report) != nil else {
            report.noteAll(.removed)
            return copy(own, into: &next)
        }
        columnMedians(neighbours, with: own, into: &next)
        report.noteAll(.split)
    }
}
