// What a gossip rule is: the node trusts its own model and none of its neighbours'.
// Which neighbours were heard, and with what weights, is the caller's business (`MixContext`).
import Kernels

/// A rule that mixes a node's own model with those of its neighbours.
///
/// Inputs are a set: the order in which messages arrived must not matter. Every input is finite and has the node's
/// dimension. With no neighbour heard, a rule returns the node's own model.
public protocol GossipRule: Registered {
    /// What the rule promises when some neighbours lie.
    static var guarantee: Guarantee { get }

    /// - Parameters:
    ///   - own: the node's model after its local step, d elements.
    ///   - neighbours: the models heard, in ascending order of sender; row i came from `context.senders[i]`.
    ///   - next: the mixed model, d elements, overwritten.
    mutating func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, scratch: inout Scratch
    ) -> MixReport

    /// What it remembers from round to round; kept in checkpoints.
    var memory: [Float] { get set }
}

extension GossipRule {
    public var memory: [Float] {
        get { [] }
        set {}
    }
}

/// What a rule promises, in the terms of the literature; the tests hold each rule to it on random instances.
public enum Guarantee: Equatable, Sendable {
    /// Nothing: a single liar controls the outcome.
    case none
    /// No neighbour has any influence.
    case isolation
    /// Every coordinate stays between the least and the greatest honest value, own included, while at most `count`
    /// neighbours lie and at least 2 · count + 1 are heard.
    case honestBox
    /// (b, ρ)-robust summation: |Φ − Σ w_j z_j|² ≤ ρ b Σ w_j |z_j|² over honest neighbours, while liars weigh b at
    /// most.
    case summation(coefficient: Double)

    /// One phrase for listings.
    public var description: String {
        switch self {
        case .none: "none"
        case .isolation: "no neighbour has influence"
        case .honestBox: "each coordinate stays in the honest range if 2b+1 neighbours are heard"
        case .summation(let coefficient):
            "(b, \(ParameterValue.number(coefficient)))-robust summation; 2ρb < μ2 of the honest graph suffices"
        }
    }
}

/// How much lying a node is told to withstand in a round.
public struct Budget: Equatable, Sendable {
    /// Neighbours, f.
    public var count: Int
    /// Total mixing weight of the liars, b.
    public var weight: Double

    public init(count: Int, weight: Double) {
        self.count = count
        self.weight = weight
    }

    /// Tolerates `count` liars among neighbours of these weights: b = count · largest weight.
    public init(count: Int, among weights: [Double]) {
        self.init(count: count, weight: Double(count) * (weights.max() ?? 0))
    }

    /// Tolerates liars of total weight `weight`; the count is that of the lightest neighbours that fit in it.
    public init(weight: Double, among weights: [Double]) {
        var remaining = weight + Budget.tolerance
        var count = 0
        for lightest in weights.sorted() where lightest <= remaining {
            remaining -= lightest
            count += 1
        }
        self.init(count: count, weight: weight)
    }

    /// Accumulated weights are compared with this slack, so that one unit in the last place moves no threshold.
    public static let tolerance = 1e-9
}

/// What a rule may know beside the vectors.
public struct MixContext: Sendable {
    public var round: Round
    /// How many rounds the experiment has.
    public var rounds: Int
    public var node: NodeID
    /// Who sent each row, ascending.
    public var senders: [NodeID]
    /// w_ij of each row; those of neighbours that were not heard stay with the node itself.
    public var weights: [Double]
    public var budget: Budget

    public init(
        round: Round, rounds: Int, node: NodeID, senders: [NodeID], weights: [Double], budget: Budget
    ) {
        self.round = round
        self.rounds = rounds
        self.node = node
        self.senders = senders
        self.weights = weights
        self.budget = budget
    }
}

/// What one mix did, for the record.
public struct MixReport: Equatable, Sendable {
    /// Inputs that kept their full weight.
    public var kept: Int
    /// Inputs whose offset was shortened.
    public var clipped = 0
    /// Inputs without influence; for coordinate-wise trimming, dropped per coordinate.
    public var removed = 0
    /// The clipping radius, where the rule has one and it was finite.
    public var threshold: Double?
    /// The rule had too few inputs for its declared budget and went on with a smaller one.
    public var degraded = false

    public init(kept: Int) { self.kept = kept }
}

/// Memory that rules reuse from round to round; no value in it survives a call.
public struct Scratch: Sendable {
    public var distances: [Double] = []
    public var order: [Int] = []

    public init() {}
}
