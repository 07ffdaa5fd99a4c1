// What an attack is, and all that an attacker may know. Who is attacked, and when, is `Behaviour` in Core.
import Kernels
import Registry

/// An attack that an adversary group can name.
public protocol Attack: Registered {}

/// An attack on messages: a hostile node follows the protocol and forges its model. It plans once a round, then
/// says what each victim gets.
public protocol ModelAttack: Attack {
    /// What the forgeries of one round have in common.
    associatedtype Plan: Sendable

    /// What to make this round's forgeries of.
    mutating func plan(seeing view: borrowing AttackView) -> Plan

    /// What to send to `victim` in the round of the plan.
    ///
    /// - Parameter random: a stream of this attacker, round and victim alone; of the group where it colludes, and
    ///   `victim` then stands for all of them.
    func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery

    /// What its forgeries depend on; what it does not name here it may not look at.
    var needs: AttackNeeds { get }
    /// Whether what it sends differs from the node's own model; not so where it only sends late, or nothing.
    static var forgesModels: Bool { get }
    /// What it remembers from round to round; kept in checkpoints.
    var memory: [Float] { get set }
    /// Share of the deadline for which `hostileNode` holds back on purpose what it sends to `victim` in this round.
    func delay(of hostileNode: NodeID, for victim: NodeID, in round: Round) -> Double
}

extension ModelAttack {
    public static var forgesModels: Bool { true }

    public var memory: [Float] {
        get { [] }
        set {}
    }

    public func delay(of hostileNode: NodeID, for victim: NodeID, in round: Round) -> Double { 0 }
}

/// What the forgeries of a round depend on, beside the round itself.
public struct AttackNeeds: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The attacker's own model.
    public static let own = AttackNeeds(rawValue: 1)
    /// The models that it heard.
    public static let heard = AttackNeeds(rawValue: 2)
    /// Whom it attacks: it tells each something else, even with the same draws.
    public static let victim = AttackNeeds(rawValue: 4)
    /// Chance.
    public static let draws = AttackNeeds(rawValue: 8)
    /// What it remembers.
    public static let past = AttackNeeds(rawValue: 16)
}

/// An attack on data: the node is honest in all it does, with poisoned labels.
public protocol LabelAttack: Attack {
    /// The label that takes the place of each of the `classCount` labels.
    func relabelling(classCount: Int) -> [Int]
}

/// What a hostile node sends to one neighbour.
public enum Forgery: Sendable, Equatable {
    case model([Float])
    /// A model under the number of a round so many later than the one it is for.
    case misdated([Float], by: Int)
    /// Nothing but the word that it is held up.
    case excuse
    case silence
}

/// The graph and the weights around a node that is attacked.
public struct Victim: Sendable {
    public struct Sender: Sendable {
        public let node: NodeID
        public let weight: Double

        public init(node: NodeID, weight: Double) {
            self.node = node
            self.weight = weight
        }
    }

    public let node: NodeID
    /// Honest neighbours that send to it, with their weights in its mix.
    public let honestSenders: [Sender]
    /// Weight of all hostile nodes together in its mix.
    public let hostileWeight: Double

    public init(node: NodeID, honestSenders: [Sender], hostileWeight: Double) {
        self.node = node
        self.honestSenders = honestSenders
        self.hostileWeight = hostileWeight
    }
}

/// What a rushing attacker knows when it forges (K1): itself, and what its honest neighbours sent it in this round.
public struct AttackView: Sendable {
    public struct Heard: Sendable {
        public let sender: NodeID
        public let model: [Float]

        public init(sender: NodeID, model: [Float]) {
            self.sender = sender
            self.model = model
        }
    }

    public let round: Round
    /// The attacker's own model after its local step.
    public let own: [Float]
    /// In ascending order of sender; with eavesdropping links, nodes that are no neighbours are among them.
    public let heard: [Heard]
    /// Public knowledge of graph and weights around the nodes attacked, ascending.
    public let victims: [Victim]

    public init(round: Round, own: [Float], heard: [Heard], victims: [Victim] = []) {
        self.round = round
        self.own = own
        self.heard = heard
        self.victims = victims
    }

    /// The model that `node` sent in this round, if it was heard.
    public func model(of node: NodeID) -> [Float]? { heard.found(node, by: \.sender)?.model }

    /// What is known of a node attacked.
    public func victim(_ node: NodeID) -> Victim? { victims.found(node, by: \.node) }

    /// Coordinate mean of the honest models heard; the attacker's own model where it heard none.
    public func meanOfHeard() -> [Float] {
        guard !heard.isEmpty else { return own }
        var mean = [Float](repeating: 0, count: own.count)
        var span = mean.mutableSpan
        for one in heard { axpy(1, one.model.span, into: &span) }
        scale(1 / Float(heard.count), &span)
        return mean
    }
    /// Coordinate standard deviation, with n − 1, of the honest models heard; `nil` where there are fewer than two.
    public func deviationOfHeard(from mean: [Float]) -> [Float]? {
        guard heard.count >= 2 else { return nil }
        var deviation = [Float](repeating: 0, count: mean.count)
        for one in heard {
            for index in mean.indices {
                let difference = one.model[index] - mean[index]
                deviation[index] += difference * difference
            }
        }
        let share = 1 / Float(heard.count - 1)
        for index in mean.indices { deviation[index] = (deviation[index] * share).squareRoot() }
        return deviation
    }
}

extension Array {
    /// The element of this node, of elements that ascend by node.
    fileprivate func found(_ node: NodeID, by key: (Element) -> NodeID) -> Element? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if key(self[middle]) < node { low = middle + 1 } else { high = middle }
        }
        return low < count && key(self[low]) == node ? self[low] : nil
    }
}
