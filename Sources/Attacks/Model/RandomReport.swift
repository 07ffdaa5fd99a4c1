// Bounded gradients by chance, reported of the common model of personalised learning.
import Kernels
import Learning
import Registry

/// Pulls the common model by g + s ξ_t / (t + 1)^a, shortened to the norm B and to what the coupling has, where g of
/// norm `steady` and every ξ_t, of norm 1, are directions drawn from a seed. For a > 0 it is a gradient attack that
/// converges, and so comes to a model attack (arXiv 2202.08578, theorem 1); for a = 0 it never does.
public struct RandomReport: CommonReport {
    public static let name = "boundedRandom"
    public static let aliases = ["randomPull"]
    public static let summary =
        "Personalised learning: pulls the common model by bounded random vectors, whose chance part fades."
    public static let parameters = [
        Parameter.number("bound", 0...1e6, default: 1, "B: no report is longer"),
        Parameter.number("steady", 0...1e6, default: 0.5, "norm of g, the random direction that is kept"),
        Parameter.number("noise", 0...1e6, default: 1, "s: norm of what is drawn in every round, at first"),
        Parameter.number("fading", 0...16, default: 1, "a: power of the round by which that falls; 0: never"),
        Parameter.count("seed", 0...1_000_000_000, default: 0, "what all is drawn from"),
    ]

    private let bound: Double
    private let steady: Double
    private let noise: Double
    private let fading: Double
    private let seed: UInt64
    public var copy = CommonCopy()

    public init(_ parameters: ParameterValues) {
        bound = parameters.number("bound")
        steady = parameters.number("steady")
        noise = parameters.number("noise")
        fading = parameters.number("fading")
        seed = UInt64(parameters.count("seed"))
    }

    public func report(at common: [Double], in round: Round, under coupling: any Coupling) -> [Double] {
        let fade = Elementary.exp(-fading * Elementary.log(Double(round.number + 1)))
        let kept = direction(of: common.count, lane: 0, in: Round(0))
        let drawn = direction(of: common.count, lane: 1, in: round)
        let report = kept.indices.map { steady * kept[$0] + noise * fade * drawn[$0] }
        let norm = report.norm
        return norm > bound ? report.map { $0 * (bound / norm) } : report
    }

    private func direction(of dimension: Int, lane: Int, in round: Round) -> [Double] {
        var random = RandomStream(seed: seed, purpose: .attack, round: round, lane: lane)
        let drawn = (0..<dimension).map { _ in random.gaussian() }
        let norm = drawn.norm
        return norm > 0 ? drawn.map { $0 / norm } : drawn
    }
}
