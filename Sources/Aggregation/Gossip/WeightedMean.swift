// Plain gossip: what everyone runs when nobody lies. It withstands nothing.
import Kernels

/// x + α Σ w_j (y_j − x): gossip with the topology's weights (Boyd, Ghosh, Prabhakar, Shah 2006).
public struct WeightedMean: GossipRule {
    public static let name = "weightedMean"
    public static let aliases = ["mean", "gossip", "average"]
    public static let summary = "Weighted mean of the own and the neighbours' models; one liar controls it."
    public static let guarantee = Guarantee.none
    public static let parameters = [
        Parameter.number("rate", Double.leastNonzeroMagnitude...1, default: 1, "α: share of the gossip step taken")
    ]

    private let rate: Double

    public init(_ parameters: ParameterValues) { rate = parameters.number("rate") }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, scratch: inout Scratch
    ) -> MixReport {
        copy(own, into: &next)
        let elements = neighbours.elements.span
        for row in 0..<neighbours.rows {
            addScaledDifference(
                Float(rate * context.weights[row]), elements.extracting(neighbours.range(ofRow: row)), minus: own,
                into: &next)
        }
        return MixReport(kept: neighbours.rows)
    }
}
