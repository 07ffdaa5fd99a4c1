// W-MSR: drops, coordinate by coordinate, the f neighbours' values farthest above and below the own one. Made for
// scalars: of vectors only the bounding box is kept.
import Kernels
import Registry

/// Per coordinate, drops the f largest of the neighbours' values above the own one and the f smallest of those below,
/// all of them where there are fewer, and averages the rest with the own value (W-MSR; LeBlanc, Zhang, Koutsoukos,
/// Sundaram, IEEE JSAC 2013). Weights are not used.
public struct NearbyValuesMean: GossipRule {
    public static let name = "wmsr"
    public static let aliases = ["w-msr", "nearbyValuesMean"]
    public static let summary = "W-MSR: per coordinate, drops the f values farthest above and below the own one."
    public static let guarantee = Guarantee.honestBox(perHostile: 0)
    public static let cost = "d deg log² deg"
    public static let source = "LeBlanc, Zhang, Koutsoukos, Sundaram, IEEE JSAC 31(4), 2013, section 3"

    public init(_ parameters: ParameterValues) {}

    public var conditions: [GraphCondition] { [.capacity, .connected, .robust(isEnough: true)] }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        guard neighbours.rows > 0 else { return copy(own, into: &next) }
        nearbyColumnMeans(neighbours, around: own, dropping: context.budget.count, into: &next)
        if context.budget.count > 0 {
            report.noteAll(.split)
        } else {
            report.ownWeight = 1 / Double(neighbours.rows + 1)
        }
    }
}
