// What an attack is: on messages or on data. What it may know is `AttackView`; who is attacked, and when, is
// `Behaviour` in Core.
import Kernels
import Learning
import Registry

/// An attack that an adversary group can name.
public protocol Attack: Registered {
    /// - Throws: where it does not go with vectors of so many elements.
    func check(dimension: Int) throws(ConfigurationFault)
}

extension Attack {
    public func check(dimension: Int) throws(ConfigurationFault) {}
}

/// An attack on messages: a hostile node follows the protocol and forges its model. It plans once a round, then says
/// what each victim gets.
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
    /// Whether it is on the common model of personalised learning, and on nothing else.
    static var needsCommonModel: Bool { get }
    /// What it remembers from round to round; kept in checkpoints.
    var memory: [Float] { get set }
    /// Share of the deadline for which `hostileNode` holds back on purpose what it sends to `victim` in this round.
    func delay(of hostileNode: NodeID, for victim: NodeID, in round: Round) -> Double
}

extension ModelAttack {
    public static var forgesModels: Bool { true }
    public static var needsCommonModel: Bool { false }

    public var memory: [Float] {
        get { [] }
        set {}
    }

    public func delay(of hostileNode: NodeID, for victim: NodeID, in round: Round) -> Double { 0 }

    /// How much of others it must know.
    public var knowledge: Knowledge {
        if needs.contains(.oracle) { return .rule }
        if needs.contains(.graph) { return .tapped }
        return needs.contains(.heard) ? .heard : .own
    }

    /// Whether it may tell different victims different things in one round, where its group does not collude.
    public var equivocates: Bool { !needs.isDisjoint(with: [.victim, .draws]) }
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
    /// The attacker's own model before its local steps.
    public static let before = AttackNeeds(rawValue: 32)
    /// The half-steps of all honest nodes, and their graph.
    public static let graph = AttackNeeds(rawValue: 64)
    /// What the victim's rule would make of a forgery.
    public static let oracle = AttackNeeds(rawValue: 128)
}

/// How much of others an attack must know; each level has all of those before it.
public enum Knowledge: Int, Comparable, Sendable, CaseIterable, CustomStringConvertible {
    case own, heard, tapped, rule

    public static func < (a: Knowledge, b: Knowledge) -> Bool { a.rawValue < b.rawValue }

    public var description: String {
        switch self {
        case .own: "K0, nothing of others"
        case .heard: "K1, the models that it hears"
        case .tapped: "K2, the half-steps of all honest nodes, and the graph"
        case .rule: "K3, the half-steps that a victim mixes, its rule, parameters and draws"
        }
    }
}

/// An attack on data: the node is honest in all it does, with poisoned samples.
public protocol DataAttack: Attack {
    /// What the node trains on in place of its samples.
    ///
    /// - Parameters:
    ///   - member: its place in the group, from 0.
    ///   - random: a stream of this node alone.
    /// - Throws: where there are no such samples.
    func poison(_ samples: Samples, member: Int, random: inout RandomStream) throws(ConfigurationFault) -> Samples

    /// Whether other samples take the place of the node's own, in any number.
    static var replacesSamples: Bool { get }
    /// Whether samples are given and taken as what the layers that are trained see of them: embeddings, where lower
    /// layers are held or fixed.
    static var poisonsEmbeddings: Bool { get }
    /// Whether its samples count otherwise than once each: neither private gradients nor windows of samples know of
    /// weights.
    var weighsSamples: Bool { get }

    /// The same samples with the targets that the attack gives them, where these go by what model is trained.
    ///
    /// - Parameter objective: what the node trains by on them.
    func labelled(_ samples: Samples, for objective: any Objective) -> Samples

    /// What goes wrong with each batch when it is drawn; `nil` where the samples are poisoned once and for all.
    var batchPoison: (any BatchPoison)? { get }

    /// Whether it wants certain samples to be taken for another class than theirs.
    static var wants: Bool { get }
    /// Those among some clean samples, as it shows them, and labelled as it wants them to be taken.
    func wanted(of samples: Samples) -> Samples?

    /// - Parameter dimension: parameters of what is trained on the samples.
    /// - Throws: where samples of this shape cannot be poisoned.
    func check(_ shape: SampleShape, dimension: Int) throws(ConfigurationFault)

    /// - Parameter objective: what is trained on the samples.
    /// - Throws: where it is made for another loss.
    func check(_ objective: any Objective) throws(ConfigurationFault)
}

extension DataAttack {
    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples { samples }
    public func labelled(_ samples: Samples, for objective: any Objective) -> Samples { samples }
    public var batchPoison: (any BatchPoison)? { nil }
    public static var wants: Bool { false }
    public static var replacesSamples: Bool { false }
    public static var poisonsEmbeddings: Bool { false }
    public var weighsSamples: Bool { false }
    public func wanted(of samples: Samples) -> Samples? { nil }

    /// Most poison labels.
    public func check(_ shape: SampleShape, dimension: Int) throws(ConfigurationFault) { try checkLabels(shape) }

    public func check(_ objective: any Objective) {}

    func checkLabels(_ shape: SampleShape) throws(ConfigurationFault) {
        guard shape.classCount > 0 else {
            throw ConfigurationFault("the attack \(Self.name) changes labels, and the data have \(shape.targets)")
        }
    }
}

/// An attack on data that puts one label in the place of another.
public protocol LabelAttack: DataAttack {
    /// The label that takes the place of each of the `classCount` labels.
    func relabelling(classCount: Int) -> [Int]
}

extension LabelAttack {
    public static var wants: Bool { true }

    /// The samples of all classes that it moves, under their new labels.
    public func wanted(of samples: Samples) -> Samples? {
        let labels = relabelling(classCount: samples.classCount)
        let moved = (samples.targets.labels ?? []).enumerated().filter { labels[Int($0.element)] != Int($0.element) }
        return Batch(samples, rows: moved.map { Int32($0.offset) }).picked
            .with(.classes(moved.map { Int32(labels[Int($0.element)]) }, of: samples.classCount))
    }

    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples {
        samples.with(samples.targets.relabelled(by: relabelling(classCount: samples.classCount)))
    }
}

/// What a hostile node sends to one neighbour.
public enum Forgery: Sendable, Equatable {
    case model([Float])
    /// A model under the number of a round so many later than the one it is for.
    case misdated([Float], by: Int)
    /// Bytes that are no frame.
    case bytes([UInt8])
    /// A model under the name of another node.
    case posing([Float], as: NodeID)
    /// A model in so many frames.
    case flood([Float], frames: Int)
    /// Nothing but the word that it is held up.
    case excuse
    case silence
}
