// All that an attack on messages may know of a round: itself, what it heard, what is public of graph and weights, and
// an oracle of its victims' mixes.
import Kernels

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
    /// How many they are.
    public let hostileSenders: Int

    public init(node: NodeID, honestSenders: [Sender], hostileWeight: Double, hostileSenders: Int = 1) {
        self.node = node
        self.honestSenders = honestSenders
        self.hostileWeight = hostileWeight
        self.hostileSenders = hostileSenders
    }

    /// Neighbours that send to it.
    public var degree: Int { honestSenders.count + hostileSenders }
}

/// What is public of the whole graph.
public struct Surroundings: Sendable {
    /// Nodes of the graph.
    public var nodes: Int
    /// How many of them forge.
    public var hostile: Int
    /// The honest ones and their links, for an attack that needs them.
    public var graph: HonestGraph?

    public init(nodes: Int = 1, hostile: Int = 1, graph: HonestGraph? = nil) {
        self.nodes = nodes
        self.hostile = hostile
        self.graph = graph
    }
}

/// The honest nodes with the links among them, each once.
public struct HonestGraph: Sendable, Equatable {
    public struct Link: Sendable, Equatable {
        /// Positions in `nodes`.
        public let ends: (Int, Int)
        public let weight: Double

        public init(_ a: Int, _ b: Int, weight: Double) {
            ends = (a, b)
            self.weight = weight
        }

        public static func == (x: Link, y: Link) -> Bool { x.ends == y.ends && x.weight == y.weight }
    }

    /// Ascending.
    public let nodes: [NodeID]
    public let links: [Link]

    public init(nodes: [NodeID], links: [Link]) {
        self.nodes = nodes
        self.links = links
    }
}

/// Plays the mix of a victim for an attacker that knows its rule, parameters and draws, and nothing else of it.
public struct MixOracle: Sendable {
    private let answer: @Sendable (_ victim: NodeID, _ forgery: [Float]) -> Trial?

    public init(_ answer: @escaping @Sendable (_ victim: NodeID, _ forgery: [Float]) -> Trial?) {
        self.answer = answer
    }

    /// What `victim` would come to if every hostile neighbour of it sent `forgery`; `nil`: its own model is not known.
    public func trial(of victim: NodeID, sent forgery: [Float]) -> Trial? { answer(victim, forgery) }
}

/// What a victim would come to.
public struct Trial: Sendable, Equatable {
    public let model: [Float]
    /// The distance beyond which its rule would have clipped or removed models, where it has one.
    public let threshold: Double?

    public init(model: [Float], threshold: Double?) {
        self.model = model
        self.threshold = threshold
    }
}

/// What a rushing attacker knows when it forges: itself, and what honest nodes sent it in this round, on edges or taps.
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
    /// The same before it: zero where something else than models travels.
    public let before: [Float]
    /// In ascending order of sender; with eavesdropping links, nodes that are no neighbours are among them.
    public let heard: [Heard]
    /// Public knowledge of graph and weights around the nodes attacked, ascending.
    public let victims: [Victim]
    public let surroundings: Surroundings
    /// Only where the attack needs it.
    public let oracle: MixOracle?
    /// Where a common model is learned.
    public let training: CommonModelTraining?

    /// - Parameter before: empty stands for zeros.
    public init(
        round: Round, own: [Float], before: [Float] = [], heard: [Heard], victims: [Victim] = [],
        surroundings: Surroundings = Surroundings(), oracle: MixOracle? = nil, training: CommonModelTraining? = nil
    ) {
        self.round = round
        self.own = own
        self.before = before.isEmpty ? [Float](repeating: 0, count: own.count) : before
        self.heard = heard
        self.victims = victims
        self.surroundings = surroundings
        self.oracle = oracle
        self.training = training
    }

    /// The model that `node` sent in this round, if it was heard.
    public func model(of node: NodeID) -> [Float]? { heard.slot(of: node, by: \.sender).map { heard[$0].model } }

    /// What is known of a node attacked.
    public func victim(_ node: NodeID) -> Victim? { victims.slot(of: node, by: \.node).map { victims[$0] } }

    /// Coordinate mean of the honest models heard; the attacker's own model where it heard none.
    public func meanOfHeard() -> [Float] { mean(heard.map(\.model)) ?? own }

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

    /// What the victim would come to by plain gossip with its honest neighbours, the weight of the hostile ones staying
    /// with itself; of one without a model of its own, their weighted mean. `nil` where some of it was not heard.
    public func honestMix(of victim: NodeID) -> [Float]? {
        guard let facts = self.victim(victim) else { return nil }
        let models = facts.honestSenders.compactMap { model(of: $0.node) }
        guard models.count == facts.honestSenders.count, !models.isEmpty || model(of: victim) != nil else { return nil }
        let total = facts.honestSenders.reduce(0) { $0 + $1.weight }
        let own = model(of: victim)
        guard own != nil || total > 0 else { return nil }
        var mix = own.map { $0 * Float(1 - total) } ?? [Float](repeating: 0, count: models[0].count)
        let unit = own == nil ? total : 1
        for (sender, model) in zip(facts.honestSenders, models) { mix.add(Float(sender.weight / unit), model) }
        return mix
    }
}

/// Coordinate mean; `nil` of nothing.
func mean(_ models: [[Float]]) -> [Float]? {
    guard let first = models.first else { return nil }
    var mean = [Float](repeating: 0, count: first.count)
    for model in models { mean.add(1, model) }
    return mean * (1 / Float(models.count))
}

// Vectors of one length as plain arrays.
extension [Float] {
    /// self + factor · other.
    mutating func add(_ factor: Float, _ other: [Float]) {
        var span = mutableSpan
        axpy(factor, other.span, into: &span)
    }

    /// self + factor · direction.
    func moved(_ factor: Float, along direction: [Float]) -> [Float] {
        var moved = self
        moved.add(factor, direction)
        return moved
    }

    static func * (vector: [Float], factor: Float) -> [Float] {
        var scaled = vector
        var span = scaled.mutableSpan
        scale(factor, &span)
        return scaled
    }

    static func - (x: [Float], y: [Float]) -> [Float] { x.moved(-1, along: y) }

    var norm: Double { Kernels.squaredNorm(span).squareRoot() }

    /// Of length 1; zeros where there is no direction.
    var unit: [Float] {
        let norm = norm
        return norm > 0 ? self * Float(1 / norm) : self
    }

    /// −1, 0 or 1 in every element.
    var signs: [Float] { map { ($0 > 0 ? 1 : 0) - ($0 < 0 ? 1 : 0) } }
}
