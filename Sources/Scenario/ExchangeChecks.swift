// What goes with which exchange: what is refused before a run, and what is only doubtful.
import Aggregation
import Attacks
public import Core
import Graphs
import Kernels
import Learning
import Registry

extension Experiment.Training {
    func makeExchange() throws(ConfigurationFault) -> any Exchange {
        try ExchangeCatalog.all.entry(named: exchange.kind).init(exchange.parameters)
    }

    /// What exchanges may not go with.
    fileprivate func traits() throws(ConfigurationFault) -> TrainingTraits {
        var traits = TrainingTraits()
        (traits.localSteps, traits.mixEvery) = (localSteps, mixEvery)
        traits.hasMomentum = try !makeMomentum().isPlain
        (traits.weightDecay, traits.couplesWeightDecay) = (weightDecay, weightDecayForm == .coupled)
        traits.clips = clip != nil
        traits.projects = try !(makeProjection() is NoProjection)
        traits.output = output
        return traits
    }

    public var cadence: Cadence { Cadence(mixEvery: mixEvery, gossipSteps: gossipSteps) }
    /// Gossip steps in all, which schedules count.
    public var steps: Int { rounds.clampedTimes(gossipSteps) }
}

extension Experiment {
    /// Who sits out, where neighbours must know: who sends no model in a round still has one.
    func participation(under exchange: any Exchange) -> Participation? {
        guard !type(of: exchange).sendsModels, training.participation < 1 else { return nil }
        return Participation(chance: training.participation, seed: seed)
    }

    private static let mostSteps = 1_000_000_000

    /// - Throws: what does not go together, and why.
    func checkExchange(_ exchange: any Exchange, with rule: any GossipRule) throws(ConfigurationFault) {
        func refuse(_ sentence: String) throws(ConfigurationFault) { throw ConfigurationFault(sentence) }
        if training.gossipSteps > 1, training.mixEvery > 1 {
            try refuse(
                "training.gossipSteps \(training.gossipSteps) and training.mixEvery \(training.mixEvery) do not go "
                    + "together; allowed: several exchanges in every round, or one in several rounds")
        }
        if training.gossipSteps > 1, timing.kind == .asynchronous {
            try refuse("training.gossipSteps needs rounds that go together; timing.kind must be synchronous")
        }
        let steps = training.rounds.multipliedReportingOverflow(by: training.gossipSteps)
        guard !steps.overflow, steps.partialValue <= Self.mostSteps else {
            throw ConfigurationFault(
                "training.rounds \(training.rounds) times training.gossipSteps \(training.gossipSteps) is more than a "
                    + "message can count; allowed: \(Self.mostSteps) gossip steps in all")
        }
        let name = "training.exchange \(type(of: exchange).name)"
        let sendsModels = type(of: exchange).sendsModels
        if training.localSteps > 1, !type(of: exchange).takesLocalSteps {
            try refuse("\(name) has one step in a round; training.localSteps must be 1 (update and model take more)")
        }
        if type(of: exchange).channels(1).count > 1 || !sendsModels, rule.needs.contains(.models) {
            try refuse(
                "aggregation.rule \(aggregation.rule.kind) tries out or compares models, and \(name) sends "
                    + "\(sendsModels ? "more than them" : "none"); allowed with it: any other rule, or "
                    + "training.exchange model")
        }
        if training.gossipSteps > 1, type(of: exchange).sendsModels, rule.needs.contains(.modelBefore) {
            try refuse(
                "aggregation.rule \(aggregation.rule.kind) compares with the model before the local steps, which the "
                    + "first gossip step leaves behind; training.gossipSteps must be 1")
        }
        if training.output == .leastNorm, type(of: exchange).channels(1).count > 1 {
            try refuse(
                "training.output leastNorm does not go with \(name), which sends more than models; allowed: last")
        }
        if training.output == .leastNorm, training.gossipSteps > 1, sendsModels {
            try refuse(
                "training.output leastNorm compares with the model before the local steps, which the first gossip step "
                    + "leaves behind; training.gossipSteps must be 1")
        }
        if timing.kind == .asynchronous, !(exchange is ModelExchange) {
            try refuse("\(name) would be applied once more each time it is mixed; timing.kind must be synchronous")
        }
        if type(of: exchange).carriesMass,
            !(rule is WeightedMean) || aggregation.rule.parameters != .defaults(WeightedMean.parameters)
        {
            try refuse(
                "\(name) weighs models by masses that only plain sums keep; aggregation.rule must be weightedMean, "
                    + "with rate 1")
        }
        if let objection = exchange.objection(to: try training.traits()) { try refuse("\(name) \(objection)") }
        guard !sendsModels else { return }
        if training.mixEvery > 1 {
            try refuse("\(name) is mixed in the round it belongs to; training.mixEvery must be 1")
        }
        if !training.initialisation.isCommon {
            try refuse(
                "\(name) leaves nodes that start apart as far apart as they are; training.initialisation must be same, "
                    + "zero, or a file")
        }
        if training.participation < 1, !rule.doesWithoutOwn {
            try refuse(
                "aggregation.rule \(aggregation.rule.kind) starts from the node's own vector, and a node that sits out "
                    + "has none; with \(name), training.participation must be 1, or the rule weightedMean or of a set"
            )
        }
    }

    /// What is doubtful about the exchange.
    func doubts(about exchange: any Exchange) -> [String] {
        exchange.doubts(tellsApart: adversary.contains { $0.tellsApart })
    }

    /// - Throws: where masses cannot do what weights do.
    func checkMass(of exchange: any Exchange, on file: TopologyFile) throws(ConfigurationFault) {
        guard type(of: exchange).carriesMass else { return }
        let name = "training.exchange \(type(of: exchange).name)"
        guard file.weighting == .metropolisHastings else {
            throw ConfigurationFault(
                "\(name) weighs by masses, and the topology's weights are \(file.weighting); allowed: to leave them out"
            )
        }
        guard file.topology.isStronglyConnected else {
            throw ConfigurationFault(
                "\(name) needs a graph on which a path leads from every node to every other, and here none does from "
                    + "some: what they send is lost to the rest; allowed: other edges, or another exchange")
        }
    }

    /// Where nodes that do not come to the same drift apart.
    func driftWarning(
        on topology: Topology, changes: Bool, _ exchange: any Exchange, with rule: any GossipRule
    ) -> String? {
        guard let drift = type(of: exchange).drift else { return nil }
        let cause: String
        if changes {
            cause = "on a graph that changes: nodes do not hear the same"
        } else if !topology.isComplete {
            cause = "on a graph that is not complete: nodes do not hear the same"
        } else if !rule.doesWithoutOwn {
            cause =
                "with aggregation.rule \(aggregation.rule.kind), which starts from each node's own: "
                + "nodes come to different results"
        } else if adversary.contains(where: \.tellsApart) {
            cause = "with an attack that tells every neighbour something else: nodes do not hear the same"
        } else {
            return nil
        }
        return "training.exchange \(type(of: exchange).name) \(cause), and \(drift); they drift apart"
    }
}

extension Topology {
    /// Whether every node hears every other.
    fileprivate var isComplete: Bool { nodes.allSatisfy { neighbours(of: $0).count == nodeCount - 1 } }
}

extension TopologyFile {
    /// Whether nodes that begin as one and hear the same share the same in every round, whomever they refuse: plain
    /// gossip leaves the weight of those with the node itself.
    func agrees(under experiment: Experiment, with rule: any GossipRule) -> Bool {
        let (training, aggregation) = (experiment.training, experiment.aggregation)
        return topology.isComplete && graphs.isConstant && weighting == .metropolisHastings
            && training.mixEvery == 1 && training.initialisation != .different && rule.doesWithoutOwn
            && !(rule is WeightedMean)
            && aggregation.before.isEmpty && aggregation.rule.favoursNobody
    }
}

extension Selection {
    /// Whether a rule of these parameters has no more to do with the node's own model than with others.
    fileprivate var favoursNobody: Bool {
        zip(parameters.names, parameters.values).allSatisfy { name, value in
            switch name {
            case "rate": value == .number(1)
            case "neighbourhood": value == .text("closed")
            case "protectSelf": value == .flag(false)
            default: true
            }
        }
    }
}

extension ModelAttack {
    /// Whether it may send different vectors to different neighbours.
    fileprivate var tellsApart: Bool { !needs.isDisjoint(with: [.victim, .draws]) }
}

extension AdversaryGroup {
    fileprivate var tellsApart: Bool { ((try? makeAttack()) as? any ModelAttack)?.tellsApart ?? false }
}
