// Stale models: what was true some rounds ago, said again.
import Kernels
import Registry

/// Sends again, as the model of this round, the own model of `rounds` of its attacks ago, or an honest model that it
/// heard when it first attacked, or what another honest node says in this round; or the old own model under the number
/// of its old round.
public struct Stale: ModelAttack {
    public static let name = "stale"
    public static let aliases = ["replay"]
    public static let summary = "Sends an old model of its own, or one of another node, again."
    public static let parameters = [
        Parameter.choice(
            "what", ["own", "recorded", "other", "dated"], default: "own",
            "an old own model, an honest one recorded at first, what another node says now, or the old own one under "
                + "its old round"),
        Parameter.count("rounds", 1...64, default: 10, "how old the own model is").known(as: "delta"),
    ]

    private enum What { case own, recorded, other, dated }

    private let what: What
    private let rounds: Int
    /// The own models of as many rounds, the oldest first; or the one recorded.
    public var memory: [Float] = []

    public init(_ parameters: ParameterValues) {
        what =
            switch parameters.text("what") {
            case "recorded": .recorded
            case "other": .other
            case "dated": .dated
            default: .own
            }
        rounds = parameters.count("rounds")
    }

    public var needs: AttackNeeds {
        switch what {
        case .own, .dated: [.own, .past]
        case .recorded: [.heard, .past]
        case .other: .heard
        }
    }

    public mutating func plan(seeing view: borrowing AttackView) -> [Float] {
        let size = view.own.count
        switch what {
        case .other: return view.heard.first?.model ?? view.own
        case .recorded:
            if memory.count != size { memory = view.heard.first?.model ?? [] }
            return memory.isEmpty ? view.own : memory
        case .own, .dated:
            if memory.count % size != 0 { memory = [] }
            memory += view.own
            let oldest = Array(memory[..<size])
            if memory.count > rounds * size { memory.removeFirst(size) }
            return oldest
        }
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        what == .dated ? .misdated(plan, by: -rounds) : .model(plan)
    }
}
