// Behaviour of a node: honest, or hostile with an attack on models; nodes with poisoned data are honest here. Of all
// that a node is told, this and a budget from an oracle say who else is hostile.
import Attacks
import Kernels
import Wire

/// Whether a node is honest, or hostile and how.
public enum Behaviour: Sendable {
    case honest
    /// Boxed: honest nodes ask in every wait, and need not carry the room for one.
    indirect case hostile(Adversary)
}

extension Behaviour {
    /// Whether its attack wants to know what the node's local steps started from.
    var needsStart: Bool {
        guard case .hostile(let adversary) = self else { return false }
        return adversary.attack.needs.contains(.before)
    }

    /// What its attack remembers.
    var memory: [Float] {
        get {
            guard case .hostile(let adversary) = self else { return [] }
            return adversary.attack.memory
        }
        set {
            guard case .hostile(var adversary) = self else { return }
            adversary.attack.memory = newValue
            self = .hostile(adversary)
        }
    }
}

/// One member of an adversary group, on a node that otherwise runs the same code as everyone.
public struct Adversary: Sendable {
    public var attack: any ModelAttack
    /// What it knows of the nodes that it attacks, the same in every round; `schedule` goes before it.
    private let victims: [Victim]
    /// The same where the graph changes.
    private let schedule: VictimSchedule?
    /// Neighbours that are hostile as well: neither waited for nor listened to, so that hostile nodes never wait for
    /// each other.
    public let allies: Set<NodeID>
    /// The attack runs in these rounds; outside them the node is honest.
    public let rounds: Range<Int>
    /// Chance of attacking in each of those rounds.
    public let probability: Double
    /// All members of the group send one and the same vector to everyone.
    public let collusion: Collusion?
    /// What is public of the whole graph.
    private let surroundings: Surroundings
    /// The rounds of those it attacks, where it knows their rules.
    private let rules: VictimRules?

    public init(
        attack: any ModelAttack, victims: [Victim] = [], schedule: VictimSchedule? = nil, allies: Set<NodeID>,
        rounds: Range<Int>, probability: Double, collusion: Collusion?, surroundings: Surroundings = Surroundings(),
        rules: VictimRules? = nil
    ) {
        self.attack = attack
        self.victims = victims
        self.schedule = schedule
        self.allies = allies
        self.rounds = rounds
        self.probability = probability
        self.collusion = collusion
        self.surroundings = surroundings
        self.rules = rules
    }

    /// What it knows of the nodes that it attacks in `round`, ascending.
    public func victims(in round: Round) -> [Victim] { schedule?.victims(in: round) ?? victims }

    /// Whether `node` attacks in this round; every member of a colluding group draws alike.
    public func attacks(in round: Round, node: NodeID, seed: UInt64) -> Bool {
        guard rounds.contains(round.number) else { return false }
        guard probability < 1 else { return true }
        var random = RandomStream(seed: seed, purpose: .attack, node: collusion?.leader ?? node, round: round, lane: 0)
        return random.uniform() < probability
    }

    /// The stream for what is sent to `victim`: lane 0 decides whether, lane 1 is the group's, victims follow.
    func stream(in round: Round, node: NodeID, victim: NodeID, seed: UInt64) -> RandomStream {
        RandomStream(
            seed: seed, purpose: .attack, node: collusion?.leader ?? node, round: round,
            lane: collusion == nil ? victim.index + 2 : 1)
    }

    /// What a hostile node sends to each of `receivers` in the round of its own model; `nil` is silence.
    ///
    /// - Parameters:
    ///   - before: what its local steps started from; empty stands for zeros.
    ///   - heard: ascending by sender.
    ///   - training: where a common model is learned.
    public mutating func forge(
        for receivers: [NodeID], with own: ModelMessage, from before: [Float] = [], heard: [ReceivedModel],
        node: NodeID, seed: UInt64, training: CommonModelTraining? = nil
    ) -> [Message?] {
        guard let view = view(of: own, from: before, heard, training), let first = receivers.first else {
            return receivers.map { _ in nil }
        }
        // One forgery for all, unless it depends on whom it is sent.
        let isOne = collusion != nil || attack.needs.isDisjoint(with: [.victim, .draws])
        let asked = isOne ? [collusion?.leader ?? first] : receivers
        let streams = asked.map { stream(in: own.round, node: node, victim: $0, seed: seed) }
        let forgeries = Adversary.forgeries(of: node, for: asked, by: &attack, seeing: view, drawing: streams)
        return isOne ? receivers.map { _ in forgeries[0] } : forgeries
    }

    /// What the attack gets to see; `nil` to a member of a colluding group that has not heard what all others have.
    private func view(
        of own: ModelMessage, from before: [Float], _ heard: [ReceivedModel], _ training: CommonModelTraining?
    ) -> AttackView? {
        func view(own: [Float], before: [Float] = [], heard: [ReceivedModel], victims: [Victim]) -> AttackView {
            AttackView(
                round: round, own: own, before: before,
                heard: heard.map { AttackView.Heard(sender: $0.sender, model: $0.message.values) }, victims: victims,
                surroundings: surroundings, oracle: rules?.oracle(in: round, hearing: heard),
                training: training)
        }
        let (round, nothing) = (own.round, [Float](repeating: 0, count: own.values.count))
        switch collusion?.common {
        case nil, .everything:
            return view(own: own.values, before: before, heard: heard, victims: victims(in: round))
        case .nothing:
            return view(own: nothing, heard: [], victims: [])
        case .models(let senders):
            guard heard.map(\.sender) == schedule?.present(senders, in: round) ?? senders else { return nil }
            return view(own: nothing, heard: heard, victims: [])
        }
    }

    private static func forgeries<One: ModelAttack>(
        of node: NodeID, for victims: [NodeID], by attack: inout One, seeing view: AttackView,
        drawing streams: [RandomStream]
    ) -> [Message?] {
        let plan = attack.plan(seeing: view)
        return zip(victims, streams).map { victim, stream in
            var random = stream
            switch attack.forge(for: victim, by: plan, seeing: view, random: &random) {
            case .model(let values): return .model(ModelMessage(round: view.round, values: values))
            case .misdated(let values, let rounds):
                return .model(ModelMessage(round: Round(max(0, view.round.number + rounds)), values: values))
            case .bytes(let bytes): return .noise(bytes)
            case .posing(let values, let name):
                // Under its own name it would be no lie.
                let name = name == node ? NodeID(view.surroundings.nodes) : name
                return .posing(ModelMessage(round: view.round, values: values), as: name)
            case .flood(let values, let frames):
                return .flood(ModelMessage(round: view.round, values: values), frames: frames)
            case .excuse: return .waiting(view.round)
            case .silence: return nil
            }
        }
    }
}

/// How the members of a group come to one and the same vector without a word: they know the same, and draw alike.
public struct Collusion: Sendable, Equatable {
    /// What all members know.
    public enum Common: Sendable, Equatable {
        /// All that one of them does: it is the only one.
        case everything
        /// The models of these honest nodes, ascending, while they belong to the graph: every member overhears them.
        /// Who has missed one is silent in that round, rather than send another vector.
        case models(of: [NodeID])
        /// Nothing but the round.
        case nothing
    }

    /// The lowest member: the group draws in its name.
    public let leader: NodeID
    public let common: Common

    public init(leader: NodeID, common: Common) {
        self.leader = leader
        self.common = common
    }
}
