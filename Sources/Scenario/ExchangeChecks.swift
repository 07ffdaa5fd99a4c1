// What goes with which exchange: what is refused before a run, and what is only doubtful.
import Aggregation
public import Core
import Graphs
import Kernels
import Learning
import Registry

extension Experiment.Training {
    func makeExchange() throws(ConfigurationFault) -> any Exchange {
        try ExchangeCatalog.all.entry(named: exchange.kind).init(exchange.parameters)
    }

    public var cadence: Cadence { Cadence(mixEvery: mixEvery, gossipSteps: gossipSteps) }
}

extension Experiment {
    /// Who sits out, where neighbours must know: who sends no model in a round still has one.
    func participation(under exchange: any Exchange) -> Participation? {
        guard !type(of: exchange).sendsModels, training.participation < 1 else { return nil }
        return Participation(chance: training.participation, seed: seed)
    }

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
        guard !type(of: exchange).sendsModels else { return }
        let name = "training.exchange \(type(of: exchange).name)"
        if timing.kind == .asynchronous {
            try refuse("\(name) would be applied once more each time it is mixed; timing.kind must be synchronous")
        }
        if training.mixEvery > 1 {
            try refuse("\(name) is mixed in the round it belongs to; training.mixEvery must be 1")
        }
        if training.localSteps > 1, !type(of: exchange).takesLocalSteps {
            try refuse("\(name) has one step in a round; training.localSteps must be 1 (update and model take more)")
        }
        if training.initialisation == .different {
            try refuse(
                "\(name) leaves nodes that start apart as far apart as they are; training.initialisation must be same")
        }
        if rule.needs.contains(.models) {
            try refuse(
                "aggregation.rule \(aggregation.rule.kind) tries out or compares models, and \(name) sends none; "
                    + "allowed with it: any other rule, or training.exchange model")
        }
    }

    /// Where nodes that do not hear the same drift apart.
    func driftWarning(on topology: Topology, _ exchange: any Exchange) -> String? {
        guard let drift = type(of: exchange).drift else { return nil }
        let isComplete = topology.nodes.allSatisfy { topology.neighbours(of: $0).count == topology.nodeCount - 1 }
        guard !isComplete else { return nil }
        return "training.exchange \(type(of: exchange).name) on a graph that is not complete: nodes do not hear the "
            + "same, and \(drift); they drift apart"
    }
}
