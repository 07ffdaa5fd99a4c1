// BALANCE: averages the models within a radius of the own one that shrinks over rounds. Where there are none it keeps
// the own one: taking the nearest instead, as one code does, removes the protection.
import Kernels
import Registry

/// α x + (1 − α) mean of the models within γ exp(−κ t/T) |x| of the own one; x itself where there are none (BALANCE;
/// Fang, Zhang, Hairi, Khanduri, Liu, Lu, Liu, Gong, ACM CCS 2024, arXiv 2406.10416).
///
/// The radius goes by the model's own norm and by time alone: nodes whose data differ may end up isolated. Defaults
/// elsewhere: α = 0.3 and T = 150 in FELM-DA, γ = 0.7 in NEBULA, γ = 2 in murmura.
public struct Balance: GossipRule {
    public static let name = "balance"
    public static let summary = "BALANCE: averages the models within a shrinking share of the own model's norm."
    public static let guarantee = Guarantee.ofRuns(
        "the rate without hostile nodes, under the paper's assumptions; one round moves the model by (1-α)γ|x| at most")
    public static let cost = "deg d"
    public static let source = "Fang et al., ACM CCS 2024, arXiv 2406.10416, section 4"
    public static let parameters = [
        Parameter.number("gamma", 0...1e6, default: 0.3, "γ: the radius in round 0, as a share of |x|"),
        Parameter.number("kappa", 0...1e3, default: 1, "κ: how fast it shrinks"),
        Parameter.number("alpha", 0...1, default: 0.5, "α: what the own model weighs"),
        Parameter.count("horizon", 0...1_000_000_000, default: 0, "T in rounds; 0: all of the experiment's"),
    ]

    private let share: Double
    private let decay: Double
    private let ownShare: Double
    private let horizon: Int

    public init(_ parameters: ParameterValues) {
        share = parameters.number("gamma")
        decay = parameters.number("kappa")
        ownShare = parameters.number("alpha")
        horizon = parameters.count("horizon")
    }

    public var symmetries: Symmetries { .scale }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        measureOffsets(neighbours, from: own, into: &scratch.distances)
        let last = Double(horizon > 0 ? horizon : max(1, context.rounds))
        let time = min(1, Double(context.round.number) / last)
        let radius = share * Elementary.exp(-decay * time) * norm(own)
        for row in scratch.distances.indices where scratch.distances[row] > radius {
            report.note(.removed, row: row)
        }
        scratch.averageKept(ownShare: ownShare, report: report)
        addOffsets(neighbours, from: own, coefficients: scratch.coefficients, into: &next, report: &report)
        report.threshold = radius
    }
}
