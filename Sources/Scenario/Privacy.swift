// Privacy: what an experiment asks of DP-SGD, where that is refused, and what it comes to for each node.
import Aggregation
import Core
import Kernels
public import Learning
import Registry

/// The settings of `training.privacy`; off without a clip.
public struct Privacy: Sendable, Equatable {
    /// C.
    public var clip: Double?
    /// z; or else ε is given.
    public var noiseMultiplier: Double?
    /// What all rounds are to come to.
    public var epsilon: Double?
    public var delta = 1e-5
    public var sampling = PrivateGradient.Sampling.poisson

    public init() {}

    public var isOn: Bool { clip != nil }
}

extension Experiment {
    /// - Throws: what does not go together, and why.
    func checkPrivacy(with rule: any GossipRule) throws(ConfigurationFault) {
        func refuse(_ sentence: String) throws(ConfigurationFault) { throw ConfigurationFault(sentence) }
        let privacy = training.privacy
        switch (privacy.noiseMultiplier, privacy.epsilon) {
        case (_?, _?):
            try refuse(
                "training.privacy has a noiseMultiplier and an epsilon, of which one follows from the other; allowed: "
                    + "one of them")
        case (_?, nil) where !privacy.isOn, (nil, _?) where !privacy.isOn:
            try refuse(
                "training.privacy has noise and no clip, without which a single sample may move a gradient by any "
                    + "amount; training.privacy.clip must be a norm, as in 1")
        case (nil, nil) where privacy.isOn:
            try refuse(
                "training.privacy has a clip and no noise; allowed beside it: noiseMultiplier, 0 for none, or epsilon")
        default: break
        }
        guard privacy.isOn else { return }
        if let epsilon = privacy.epsilon {
            let least = RenyiAccountant.leastEpsilon(delta: privacy.delta)
            guard epsilon > least else {
                throw ConfigurationFault(
                    "training.privacy.epsilon \(epsilon) is out of reach with delta \(privacy.delta): the accountant's "
                        + "orders, up to \(RenyiAccountant.orders.upperBound), show no less than \(least); allowed: "
                        + "more, or a greater delta")
            }
        }
        if training.clip != nil {
            try refuse(
                "training.clip shortens gradients of batches, and training.privacy.clip those of samples; allowed: one "
                    + "of them")
        }
        if training.sampling != .independent {
            try refuse(
                "training.sampling \(training.sampling.rawValue) is of batches without training.privacy, which draws "
                    + "them as training.privacy.sampling says; allowed: one of them")
        }
        if training.exchange.kind == PersonalExchange.name {
            try refuse(
                "training.exchange personal solves on all samples of a node at once, which no accountant here counts; "
                    + "with training.privacy, any other exchange")
        }
        if rule is any LossAwareRule {
            try refuse(
                "aggregation.rule \(aggregation.rule.kind) tries models out on the node's own data, which tells of "
                    + "them what no noise hides; with training.privacy, any other rule")
        }
    }

    /// Where δ is so great that it allows a sample to be published.
    func privacyWarning(of parts: [Int]) -> String? {
        let (delta, most) = (training.privacy.delta, parts.max() ?? 0)
        guard training.privacy.isOn, delta * Double(most) >= 1 else { return nil }
        return "training.privacy.delta \(delta) is no less than 1 over the samples of a node, of which there are up to "
            + "\(most): so much may be told of one of them in full"
    }
}

/// What a node's gradients tell of any one of its samples: the guarantee is of its own m samples.
public struct NodePrivacy: Sendable, Equatable {
    public let gradient: PrivateGradient
    public let delta: Double
    /// m.
    public let samples: Int
    private let accountant: RenyiAccountant
    private let schedule: StepSchedule

    /// The local steps that a node takes.
    fileprivate struct StepSchedule: Sendable, Equatable {
        let node: NodeID
        let localSteps: Int
        let participation: Participation

        /// Of so many rounds, those that it takes part in count: its neighbours see which. Rounds without an exchange
        /// count like any other, and further gossip steps are none.
        func steps(through rounds: Int) -> Int {
            let turns =
                participation.chance < 1
                ? (0..<rounds).count { participation.includes(node, in: Round($0)) } : rounds
            return turns.clampedTimes(localSteps)
        }
    }

    /// - Parameter samples: m of the node.
    /// - Returns: `nil` where gradients are not private.
    init?(_ experiment: Experiment, of node: NodeID, samples: Int) throws(ConfigurationFault) {
        let training = experiment.training
        guard let clip = training.privacy.clip else { return nil }
        delta = training.privacy.delta
        self.samples = samples
        schedule = StepSchedule(
            node: node, localSteps: training.localSteps,
            participation: Participation(chance: training.participation, seed: experiment.seed))
        let rate = PrivateGradient.rate(batchSize: training.batchSize, of: samples)
        var noise = training.privacy.noiseMultiplier ?? 0
        if let epsilon = training.privacy.epsilon {
            let steps = schedule.steps(through: training.rounds)
            guard let least = RenyiAccountant.noise(for: epsilon, rate: rate, steps: steps, delta: delta) else {
                throw ConfigurationFault("training.privacy.epsilon \(epsilon) is out of reach with any noise")
            }
            noise = least
        }
        accountant = RenyiAccountant(rate: rate, noise: noise)
        gradient = PrivateGradient(clip: clip, noise: noise, sampling: training.privacy.sampling)
    }

    /// Whether batches are drawn otherwise than the accountant assumes.
    public var isEstimate: Bool { gradient.sampling != .poisson }

    /// ε after so many rounds; 0 for a node without data, infinite without noise.
    public func epsilon(
        through rounds: Int, _ conversion: RenyiAccountant.Conversion = .classic
    ) -> Double {
        accountant.epsilon(steps: schedule.steps(through: rounds), delta: delta, conversion)
    }
}
