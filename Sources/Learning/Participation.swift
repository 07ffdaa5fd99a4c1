// Who takes part in which round, where nodes sit out by chance.
import Kernels

/// Who takes part in which round: every node draws for itself, and everyone can tell what another has drawn.
public struct Participation: Sendable, Equatable {
    /// Chance that a node takes part in a round.
    public let chance: Double
    private let seed: UInt64

    public init(chance: Double, seed: UInt64) {
        self.chance = chance
        self.seed = seed
    }

    public func includes(_ node: NodeID, in round: Round) -> Bool {
        guard chance < 1 else { return true }
        var random = RandomStream(seed: seed, purpose: .participation, node: node, round: round)
        return random.uniform() < chance
    }

    /// As many rounds in a row as one of so many nodes may sit out, but for one run in a million: the p with
    /// nodes · rounds · (1 − chance)^p = 10⁻⁶, and never more than there are.
    public func longestPause(of nodes: Int, rounds: Int) -> Int {
        guard chance < 1 else { return 0 }
        // 0 where no number tells it from never.
        let decay = -Elementary.log(1 - chance)
        guard decay > 0 else { return rounds }
        let pause = Self.rarity(of: nodes, rounds: rounds) / decay
        return pause < Double(rounds) ? Int(pause.rounded(.up)) : rounds
    }

    /// As many rounds as one of so many nodes may take part in while another sits out its longest pause, but for one
    /// run in a million, by Bernstein's inequality: with m of them to be expected and L = ln(10⁶ · nodes · rounds),
    /// m + L/3 + √(L²/9 + 2 m L).
    public func mostTurns(inPauseOf nodes: Int, rounds: Int) -> Int {
        let pause = longestPause(of: nodes, rounds: rounds)
        let (rarity, mean) = (Self.rarity(of: nodes, rounds: rounds), chance * Double(pause))
        let third = rarity / 3
        return min(pause, Int((mean + third + (third * third + 2 * mean * rarity).squareRoot()).rounded(.up)))
    }

    private static func rarity(of nodes: Int, rounds: Int) -> Double {
        Elementary.log(1e6 * Double(nodes) * Double(rounds))
    }
}
