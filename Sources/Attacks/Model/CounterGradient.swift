// Counter-gradient attack in its gossip form: undoes what the others do to a victim, and leads it to a model of the
// attacker's choice.
import Kernels
import Registry

/// Leads victim i to θ† (Farhadkhani, Guerraoui, Hoang, Villemaud, ICML 2022, arXiv 2202.08578, for gossip): with w the
/// hostile weight in its mix and c the displacement that the attacker causes, what the others cause is estimated by
/// o = (x_i − x_i') − c', of the round before; then c = θ† − x_i − o, and the message is x_i + c/w.
///
/// With `bound` rule, the message stays within the distance beyond which the victim's rule would clip or remove it, as
/// one trial tells. After `settle` rounds it stays at θ† + c/w for good: the model attack derived from this one.
public struct CounterGradient: ModelAttack, TargetedAttack {
    public static let name = "cga"
    public static let aliases = ["counterGradient"]
    public static let summary =
        "Undoes what the others do to a victim, and leads it to a model of the attacker's choice."
    public static let parameters = [
        TargetModel.parameter,
        Parameter.choice("bound", ["rule", "none"], default: "rule", "whether it stays within what the rule accepts"),
        Parameter.count("settle", 0...1_000_000, default: 0, "rounds after which its message stays; 0: never"),
    ]

    public struct Plan: Sendable {
        /// Ascending by victim.
        let messages: [(victim: NodeID, model: [Float])]
    }

    public var target: TargetModel
    private let isBound: Bool
    private let settle: Int
    /// Rounds so far; then for each victim its number, the model last seen of it, and c.
    public var memory: [Float] = []

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        target = try TargetModel(parameters)
        isBound = parameters.text("bound") == "rule"
        settle = parameters.count("settle")
    }

    public func check(dimension: Int) throws(ConfigurationFault) { try target.check(dimension: dimension) }

    public var needs: AttackNeeds { AttackNeeds([.own, .heard, .victim, .past]).union(isBound ? .oracle : []) }

    public mutating func plan(seeing view: borrowing AttackView) -> Plan {
        let dimension = view.own.count
        let wanted = target.model(of: dimension)
        var records = Record.all(in: memory, dimension: dimension)
        let rounds = memory.first ?? 0
        var messages: [(victim: NodeID, model: [Float])] = []
        for facts in view.victims where facts.hostileWeight > 0 {
            let weight = Float(facts.hostileWeight)
            let place = records.slot(of: facts.node, by: \.victim)
            var record = place.map { records[$0] } ?? Record(victim: facts.node, seen: view.own, caused: nil)
            if settle > 0, Int(rounds) >= settle, let caused = record.caused {
                messages.append((facts.node, wanted.moved(1 / weight, along: caused)))
                continue
            }
            if let seen = view.model(of: facts.node) {
                var caused = wanted - seen
                if let before = record.caused { caused.add(-1, seen - record.seen - before) }
                if isBound { caused = accepted(caused, by: facts, at: seen, seeing: view) }
                record = Record(victim: facts.node, seen: seen, caused: caused)
            }
            if let place { records[place] = record } else { records.append(record) }
            records.sort { $0.victim < $1.victim }
            messages.append((facts.node, record.seen.moved(1 / weight, along: record.caused ?? wanted - record.seen)))
        }
        memory = [rounds + 1] + records.flatMap(\.floats)
        return Plan(messages: messages)
    }

    /// The part of a displacement that the victim's rule lets an attacker cause.
    private func accepted(
        _ caused: [Float], by facts: Victim, at seen: [Float], seeing view: borrowing AttackView
    ) -> [Float] {
        let weight = facts.hostileWeight
        let distance = caused.norm / weight
        guard let trial = view.oracle?.trial(of: facts.node, sent: seen.moved(Float(1 / weight), along: caused)),
            let threshold = trial.threshold, distance > threshold
        else { return caused }
        // A hair within it: rounding must not put it outside.
        return caused * Float(0.999 * threshold / distance)
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan.messages.slot(of: victim, by: \.victim).map { plan.messages[$0].model } ?? view.own)
    }
}

/// What is remembered of a victim.
private struct Record {
    let victim: NodeID
    let seen: [Float]
    /// c; `nil` before the first forgery.
    let caused: [Float]?

    var floats: [Float] { caused.map { [Float(victim.index)] + seen + $0 } ?? [] }

    static func all(in memory: [Float], dimension: Int) -> [Record] {
        let size = 1 + 2 * dimension
        return stride(from: 1, through: memory.count - size, by: size).map { start in
            Record(
                victim: NodeID(Int(memory[start])), seen: Array(memory[(start + 1)...(start + dimension)]),
                caused: Array(memory[(start + dimension + 1)..<(start + size)]))
        }
    }
}
