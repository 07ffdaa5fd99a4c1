// BRIDGE-T: the coordinate-wise trimmed mean of the neighbours' models, with the own one. Implementations differ on
// whether the own value takes part in the trim.
import Kernels
import Registry

/// Per coordinate, drops the b largest and b smallest neighbour values and averages the rest with the own value
/// (BRIDGE-T; Fang, Yang, Bajwa, IEEE T-SIPN 2022, arXiv 1908.08098). The divisor is deg − 2b + 1; weights are not
/// used.
///
/// With the own value `inside`, as in the codes of INSPIRE and pengj97, it is trimmed like any other. The paper takes
/// its gradient step after the screening, from the model before it; a node takes it before.
public struct TrimmedNeighbourMean: GossipRule {
    public static let name = "trimmedNeighbourMean"
    public static let aliases = ["bridgeT", "bridge-t"]
    public static let summary =
        "BRIDGE-T: per coordinate, drops b values on each side, averages the rest with the own one."
    public static let guarantee = Guarantee.honestBox(perHostile: 2)
    public static let cost = "d deg log² deg"
    public static let source = "Fang, Yang, Bajwa, IEEE T-SIPN 2022, arXiv 1908.08098, algorithm 1"
    public static let parameters = [
        Parameter.choice(
            "own", ["appended", "inside"], default: "appended", "whether the own value can be trimmed")
    ]

    private let isInside: Bool

    public init(_ parameters: ParameterValues) { isInside = parameters.text("own") == "inside" }

    /// Where all groups hear each other, coordinates agree (LeBlanc et al., IEEE JSAC 2013, for W-MSR).
    public var conditions: [GraphCondition] { [.capacity, .connected, .robust(isEnough: true)] }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        let values = neighbours.rows + (isInside ? 1 : 0)
        guard neighbours.rows > 0, let trim = context.hostileCount(atMost: (values - 1) / 2, &report) else {
            report.noteAll(.removed)
            return copy(own, into: &next)
        }
        trimmedColumnMeans(neighbours, with: own, asRow: isInside, dropping: trim, into: &next)
        if trim > 0 { report.noteAll(.split) }
        if !isInside { report.ownWeight = 1 / Double(values - 2 * trim + 1) }
    }
}
