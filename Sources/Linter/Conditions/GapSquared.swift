// ClippedGossip: hostile weight of the order of the squared gap (He, Karimireddy, Jaggi 2022), by an unknown factor.
import Aggregation
import Graphs

extension Checker {
    func gapSquared() -> Check {
        let weight = max(facts.told.map(\.weight).max() ?? 0, facts.worst?.weight ?? 0)
        let gamma = facts.gap.gamma
        let ratio = gamma > 0 ? weight / (gamma * gamma) : weight > 0 ? 1e9 : 0
        let verdict: Verdict = weight == 0 ? .holds : gamma <= 0 ? .fails : .unknown
        return Check(
            "gapSquared", verdict, numbers: [("delta", weight), ("gamma", gamma), ("ratio", ratio)], isEnough: true,
            demand: ratio,
            saying: weight == 0
                ? "nobody is hostile, and nothing is clipped"
                : "needs δ of the order of γ²: δ = \(brief(weight)) is \(brief(ratio)) times γ² = "
                    + "\(brief(gamma * gamma)); "
                    + "the factor that is allowed is not known")
    }
}
