// Honest, or hostile with an attack. The only value of a node that knows who else is hostile.
import Attacks
import Kernels
import Wire

public enum Behaviour: Sendable {
    case honest
    case hostile(Adversary)
}

/// One member of an adversary group, on a node that otherwise runs the same code as everyone.
public struct Adversary: Sendable {
    public var attack: any ModelAttack
    /// What it knows of the nodes that it lies to.
    public let victims: [Victim]
    /// Hostile neighbours: neither waited for nor listened to, so that liars never wait for each other.
    public let kin: Set<NodeID>
    /// The attack runs in these rounds; outside them the node is honest.
    public let rounds: Range<Int>
    /// Chance of attacking in each of those rounds.
    public let probability: Double
    /// The whole group sends one vector: its noise is drawn from the group's stream, and the same to every victim.
    public let collusion: NodeID?

    public init(
        attack: any ModelAttack, victims: [Victim] = [], kin: Set<NodeID>, rounds: Range<Int>, probability: Double,
        collusion: NodeID?
    ) {
        self.attack = attack
        self.victims = victims
        self.kin = kin
        self.rounds = rounds
        self.probability = probability
        self.collusion = collusion
    }

    /// Whether `node` lies in this round; every member of a colluding group draws alike.
    public func attacks(in round: Round, node: NodeID, seed: UInt64) -> Bool {
        guard rounds.contains(round.number) else { return false }
        guard probability < 1 else { return true }
        var random = RandomStream(seed: seed, purpose: .attack, node: collusion ?? node, round: round, lane: 0)
        return random.uniform() < probability
    }

    /// The stream for what is sent to `victim`: lane 0 decides whether, lane 1 is the group's, victims follow.
    func stream(in round: Round, node: NodeID, victim: NodeID, seed: UInt64) -> RandomStream {
        RandomStream(
            seed: seed, purpose: .attack, node: collusion ?? node, round: round,
            lane: collusion == nil ? victim.index + 2 : 1)
    }

    /// What a liar sends to each of `receivers` in the round of its own model; `nil` is silence.
    ///
    /// - Parameter heard: ascending by sender.
    public mutating func forge(
        for receivers: [NodeID], with own: ModelMessage, heard: [HeardModel], node: NodeID, seed: UInt64
    ) -> [Message?] {
        let view = AttackView(
            round: own.round, own: own.values,
            heard: heard.map { AttackView.Heard(sender: $0.sender, model: $0.message.values) }, victims: victims)
        return receivers.map { receiver in
            var random = stream(in: own.round, node: node, victim: receiver, seed: seed)
            switch attack.forge(for: receiver, seeing: view, random: &random) {
            case .model(let values): return .model(ModelMessage(round: own.round, values: values))
            case .misdated(let values, let rounds):
                return .model(ModelMessage(round: Round(max(0, own.round.number + rounds)), values: values))
            case .excuse: return .waiting(own.round)
            case .silence: return nil
            }
        }
    }
}
