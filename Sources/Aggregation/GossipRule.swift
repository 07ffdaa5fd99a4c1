// What a gossip rule is: the node trusts its own model and none of its neighbours'.
// Which neighbours were heard, and with what weights, is the caller's business (`MixContext`).
import Kernels
import Registry

/// A rule that mixes a node's own model with those of its neighbours.
///
/// Inputs are a set: the order in which messages arrived must not matter. Every input is finite and has the node's
/// dimension. With no neighbour heard, a rule returns the node's own model.
public protocol GossipRule: Registered {
    /// What the rule promises, with its default parameters, when some neighbours are hostile.
    static var guarantee: Guarantee { get }
    /// Operations of one mix, for deg neighbours and dimension d.
    static var cost: String { get }
    /// The publication that defines it.
    static var source: String { get }
    /// What it promises with the parameters that it was given.
    var guarantee: Guarantee { get }
    /// What must hold of a graph and its hostile nodes for the promise to be of use there.
    var conditions: [GraphCondition] { get }
    /// What may be done to all models at once without more than the same happening to the result.
    var symmetries: Symmetries { get }
    /// What it must be told beside the models.
    var needs: MixNeeds { get }

    /// Whether it wants the own model among the rows that it is given, in the place that `context.ownRow` tells: a
    /// rule that judges all of them alike would copy them otherwise.
    var takesOwnRow: Bool { get }

    /// Whether it makes the same of the neighbours' models where the node has none of its own that counts.
    var doesWithoutOwn: Bool { get }

    /// Whether it withstands all of `budget` where neighbours of these weights are heard.
    func withstands(_ budget: Budget, among weights: [Double]) -> Bool

    /// - Parameters:
    ///   - own: the node's model after its local step, d elements.
    ///   - neighbours: the models heard, in ascending order of sender; row i came from `context.senders[i]`. Where
    ///     `context.ownRow` says so, the own model is among them, and later rows are one further.
    ///   - next: the mixed model, d elements, overwritten.
    ///   - report: begun for these rows, all of them kept; the rule notes what it does otherwise.
    mutating func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    )

    /// What it remembers from round to round; kept in checkpoints.
    var memory: [Float] { get set }
}

extension GossipRule {
    public var guarantee: Guarantee { Self.guarantee }
    public var conditions: [GraphCondition] { guarantee.conditions }
    public var symmetries: Symmetries { [.translation, .scale] }
    public var needs: MixNeeds { [] }
    public var takesOwnRow: Bool { false }
    public var doesWithoutOwn: Bool { false }

    public func withstands(_ budget: Budget, among weights: [Double]) -> Bool {
        guarantee.covers(budget, among: weights)
    }

    public var memory: [Float] {
        get { [] }
        set {}
    }
}

/// A rule that tries its neighbours' models out on the node's own data. That may take long, and so is left to whoever
/// runs the rule: it says which models, and then is told their losses.
public protocol LossAwareRule: GossipRule {
    /// The rows whose losses it wants to know beside that of the own model, before it mixes.
    func probes(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext, scratch: inout Scratch
    ) -> [Int]

    /// - Parameter probes: of the rows that it asked for.
    mutating func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext, probes: ProbedLosses,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    )
}

/// What came of trying models out: the mean loss of each on the node's batch of the round.
public struct ProbedLosses: Sendable {
    public let own: Double
    /// In the order in which the rule asked for them.
    public let rows: [(row: Int, loss: Double)]

    public init(own: Double, rows: [(row: Int, loss: Double)]) {
        self.own = own
        self.rows = rows
    }

    /// - Parameter losses: that of the own model, then one for each of the rows.
    public init(_ rows: [Int], losses: [Double]) {
        self.init(own: losses[0], rows: zip(rows, losses.dropFirst()).map { ($0, $1) })
    }
}

extension LossAwareRule {
    /// A node without data finds all models equally good.
    public mutating func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        let rows = probes(own: own, neighbours: neighbours, context: context, scratch: &scratch)
        mix(
            own: own, neighbours: neighbours, context: context,
            probes: ProbedLosses(own: 0, rows: rows.map { ($0, 0) }),
            into: &next, report: &report, scratch: &scratch)
    }
}

/// What a rule needs beside models, weights and a budget.
public struct MixNeeds: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The node's model before its local step, for which the node keeps a copy.
    public static let modelBefore = MixNeeds(rawValue: 1)
    /// That what it mixes are models, which it tries out on data or pulls towards each other step by step.
    public static let models = MixNeeds(rawValue: 4)
    /// Which neighbours are hostile: only where an oracle tells.
    public static let hostile = MixNeeds(rawValue: 2)
}

/// Changes of all models at once, own included, that change the result in the same way.
public struct Symmetries: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// A vector is added to each.
    public static let translation = Symmetries(rawValue: 1)
    /// Each is multiplied by one number.
    public static let scale = Symmetries(rawValue: 2)
}
