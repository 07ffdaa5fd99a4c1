// No communication: each node keeps its own model. The baseline that every robust rule must beat.
import Kernels
import Registry

/// Keeps the node's own model. A rule is useful only above this one.
public struct NoCommunication: GossipRule {
    public static let name = "noCommunication"
    public static let aliases = ["none", "local"]
    public static let summary = "Keeps the own model: the baseline that every rule must beat."
    public static let guarantee = Guarantee.isolation
    public static let cost = "d"
    public static let source = "folklore"

    public init(_ parameters: ParameterValues) {}

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        copy(own, into: &next)
        report.noteAll(.removed)
        report.ownWeight = 1
    }
}
