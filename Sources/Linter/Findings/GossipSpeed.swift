// The spectral gap of the honest nodes' mixing matrix, and how long plain gossip takes.
import Graphs
import Kernels

enum GossipSpeed: FindingKind {
    static let code = "gap"
    static let title = "gossip"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        guard facts.parts.count == 1 else { return [] }
        let gap = facts.gap
        let rounds = halving(gap.gamma)
        let speed: String
        if gap.gamma < 0 {
            speed = "below 0 it bounds nothing, as the weights are not doubly stochastic"
        } else if gap.gamma >= 1 {
            speed = "agreement in one round"
        } else if let rounds {
            speed =
                "disagreement halves about every \(counted(max(1, Int(rounds.rounded())), "round"))"
        } else {
            speed = "it bounds no disagreement"
        }
        return [
            Finding(
                code,
                numbers: [("gamma", gap.gamma), ("exact", gap.isExact ? 1 : 0)]
                    + (rounds.map { [("halvingRounds", $0)] } ?? []),
                saying:
                    "spectral gap \(gap.isExact ? "" : "at most ")\(brief(gap.gamma)) "
                    + "(\(gap.isExact ? "to rounding" : "search cut short")); "
                    + speed + (gap.isExact ? "" : ", or more"))
        ]
    }

    /// Rounds in which 1 − γ a round comes to one half; `nil` where it never does.
    static func halving(_ gamma: Double) -> Double? {
        guard gamma > 1e-12, gamma < 1 else { return nil }
        // log(1 − γ) = −γ where γ is so small that 1 − γ has lost it.
        return Elementary.log(0.5) / (gamma < 1e-8 ? -gamma : Elementary.log(1 - gamma))
    }
}
