// Plain gossip: the weighted mean of the own and the neighbours' models, as everyone runs it when nobody is hostile. It
// withstands nothing.
import Kernels
import Registry

/// x + α Σ w_j (y_j − x): gossip with the topology's weights (Boyd, Ghosh, Prabhakar, Shah 2006).
public struct WeightedMean: GossipRule {
    public static let name = "weightedMean"
    public static let aliases = ["gossip", "plainGossip"]
    public static let summary = "Weighted mean of the own and the neighbours' models; one hostile node controls it."
    public static let guarantee = Guarantee.none
    public static let cost = "deg d"
    public static let source = "Boyd, Ghosh, Prabhakar, Shah, IEEE Trans. Information Theory 2006"
    public static let parameters = [rateParameter]

    private let rate: Double

    public var doesWithoutOwn: Bool { true }

    public init(_ parameters: ParameterValues) { rate = parameters.number("rate") }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        scratch.setCoefficients(context.weights, rate: rate)
        addOffsets(neighbours, from: own, coefficients: scratch.coefficients, into: &next, report: &report)
    }
}

/// α of the rules that take a share of a gossip step.
let rateParameter = Parameter.number(
    "rate", Double.leastNonzeroMagnitude...1, default: 1, "α: share of the gossip step taken")
