// What an experiment asks to be measured of its stability, and the same experiment with one sample of one honest node
// exchanged. How twins are compared is the laboratory's business.
public import Kernels
public import Learning
import Registry

/// Runs of the same experiment that differ in one sample of one honest node, its twins.
public struct StabilitySettings: Sendable, Equatable {
    /// How many; 0: none.
    public var twins = 0
    /// Honest nodes, one of whose samples is exchanged; none: all that have data.
    public var nodes = NodeLabels()
    /// Which of the node's samples; `nil`: it is drawn.
    public var sample: Int?
    public var attacker = TwinAttacker.both
    /// Decides what is exchanged for what.
    public var seed: UInt64 = 1
    /// Chance with which the bound on the excess risk may fail.
    public var risk = 0.05

    /// Runs to simulate, the first among them: at most so many.
    public var simulations: Int { twins == 0 ? 0 : 1 + twins * (attacker == .both ? 2 : 1) }
}

/// What hostile nodes do in a twin.
public enum TwinAttacker: String, Sendable, CaseIterable {
    /// They forge anew, of what they see there.
    case adaptive
    /// They send what they sent in the first run. Poisoned nodes keep their data, and follow the protocol.
    case frozen
    case both
}

/// A sample of an honest node, and what takes its place.
public struct Replacement: Sendable {
    public let node: NodeID
    /// Among the node's samples.
    public let position: Int
    /// One sample.
    public let sample: Samples

    public init(node: NodeID, position: Int, sample: Samples) {
        self.node = node
        self.position = position
        self.sample = sample
    }
}

extension StabilitySettings {
    /// What decides the figures that come of it, on one line.
    public var key: String {
        "\(twins) \(attacker.rawValue), seed \(seed), nodes \(nodes.labels.joined(separator: " ")), "
            + "sample \(sample.map { "\($0)" } ?? "drawn")"
    }
}

extension Assembly {
    /// What is exchanged in each twin: a sample of a node, drawn or as the experiment says, for one of the test part
    /// that is not the same.
    ///
    /// - Throws: where the test part has no sample that is not the same.
    public func replacements() throws(ConfigurationFault) -> [Replacement] {
        let settings = experiment.stability
        guard settings.twins > 0 else { return [] }
        let holders = try exchangingNodes()
        let test = try testPart()
        var replacements: [Replacement] = []
        for twin in 0..<settings.twins {
            var random = RandomStream(seed: settings.seed, purpose: .measurement, round: Round(twin))
            let node = holders[random.below(holders.count)]
            let shard = try shard(of: node).picked
            let drawn = random.below(shard.count)
            let position = settings.sample ?? drawn
            let others = (0..<test.count).filter { !shard.hasSame(position, as: test, at: $0) }
            guard !others.isEmpty else {
                throw ConfigurationFault(
                    "measure.stability.twins needs a sample of the test part to take the place of another, and all "
                        + "are the same; allowed: 0")
            }
            let choice = others[random.below(others.count)]
            replacements.append(
                Replacement(node: node, position: position, sample: Batch(test, rows: [Int32(choice)]).picked))
        }
        return replacements
    }

    /// The honest nodes one of whose samples may be exchanged.
    ///
    /// - Throws: where the experiment names a node or a sample that there is not.
    func exchangingNodes() throws(ConfigurationFault) -> [NodeID] {
        let settings = experiment.stability
        let nodes = try namedHolders(settings)
        guard let sample = settings.sample else { return nodes }
        for node in nodes where sample >= parts[node.index].count {
            let (label, count) = (topology.labels[node.index], parts[node.index].count)
            throw ConfigurationFault(
                .notAllowed(
                    key: "measure.stability.sample", given: "\(sample)",
                    allowed: "0 to \(count - 1), as node \(label) has \(count) samples"))
        }
        return nodes
    }

    private func namedHolders(_ settings: StabilitySettings) throws(ConfigurationFault) -> [NodeID] {
        let holders = honest.filter { !parts[$0.index].isEmpty }
        guard !holders.isEmpty else {
            throw ConfigurationFault("measure.stability.twins needs an honest node with data; allowed: 0")
        }
        guard !settings.nodes.labels.isEmpty else { return holders }
        return try settings.nodes.labels.map { label throws(ConfigurationFault) in
            guard let node = holders.first(where: { topology.labels[$0.index] == label }) else {
                throw ConfigurationFault(
                    .unknown(
                        noun: "honest node with data in measure.stability.nodes", given: label,
                        known: holders.map { topology.labels[$0.index] }))
            }
            return node
        }
    }

    /// How steep and curved the loss is on all that the honest nodes have and on the test part, within the projection,
    /// with weight decay; `nil` where it is not convex.
    public func regularity() throws(ConfigurationFault) -> LossRegularity? {
        let radius = try modelRadius()
        guard var all = architecture.regularity(of: try testPart(), radius: radius) else { return nil }
        for node in honest where !parts[node.index].isEmpty {
            guard let own = architecture.regularity(of: try shard(of: node).picked, radius: radius) else { return nil }
            all = all.joined(with: own)
        }
        return all.decaying(experiment.training.weightDecay, radius: radius)
    }

    /// Whether steps go along more than the gradient of their round.
    public func hasMomentum() throws(ConfigurationFault) -> Bool { try !experiment.training.makeMomentum().isPlain }

    /// The greatest norm of a model that training keeps to; `nil` where there is none.
    public func modelRadius() throws(ConfigurationFault) -> Double? {
        try experiment.training.makeProjection().radius(dimension: dimension)
    }
}
