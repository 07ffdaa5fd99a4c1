// FrozenMessages: a hostile node that sends what it sent in another run, whatever it hears: how stable the honest
// nodes' rule is, apart from what the attacker makes of what it sees. No experiment can name it; the laboratory puts
// it in.
public import Kernels
public import Registry

/// Sends the recorded vectors, and is silent where none was recorded.
public struct FrozenMessages: ModelAttack {
    public static let name = "frozen"
    public static let summary = "Sends what was sent in another run."

    /// By round, then by victim.
    private var sent: [Int: [NodeID: [Float]]] = [:]

    public init(_ parameters: ParameterValues) {}
    public init() {}

    /// Takes down what was sent to `victim` in a round.
    public mutating func record(_ model: [Float], for victim: NodeID, in round: Round) {
        sent[round.number, default: [:]][victim] = model
    }

    public var needs: AttackNeeds { .victim }

    public func plan(seeing view: borrowing AttackView) -> [NodeID: [Float]] { sent[view.round.number] ?? [:] }

    public func forge(
        for victim: NodeID, by plan: [NodeID: [Float]], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        plan[victim].map { .model($0) } ?? .silence
    }
}
