// What is allowed and yet probably not meant. Sentences only: nothing here changes an experiment.
import Aggregation
import Graphs
import Kernels
import Learning

/// The doubts about an experiment on its graph.
struct Warnings {
    let experiment: Experiment
    let weights: MixingWeights
    let honest: [NodeID]
    let isHostile: (NodeID) -> Bool
    let rule: any GossipRule
    let parts: [[Int32]]

    private var topology: Topology { weights.topology }

    var sentences: [String] {
        [disconnected, outnumbered, undeclared, beyondTheRule, withoutData, oracle].compactMap(\.self)
    }

    private var disconnected: String? {
        let parts = topology.components(of: honest)
        guard parts.count > 1 else { return nil }
        return "the honest nodes cannot all hear each other; parts: \(parts.map(names).joined(separator: " | "))"
    }

    private var outnumbered: String? {
        warn(
            "more hostile than honest neighbours at",
            honest.filter { 2 * exposure(of: $0).hostile > topology.degree(of: $0) })
    }

    private var undeclared: String? {
        warn(
            "more hostile neighbours than aggregation.tolerates at", honest.filter { exposure(of: $0).isBeyondBudget })
    }

    /// Where the rule hears too few neighbours for the budget, even when none is missing.
    var beyondTheRule: String? {
        warn(
            "aggregation.tolerates is more than \(experiment.aggregation.rule.kind) can use at",
            honest.filter { !rule.withstands(budget(of: $0), among: weights.weights(at: $0)) })
    }

    private var withoutData: String? {
        let sharers = experiment.task.over == .all ? topology.nodes : honest
        return warn("no training data at", sharers.filter { parts[$0.index].isEmpty })
    }

    private var oracle: String? {
        guard experiment.aggregation.tolerates == .oracle else { return nil }
        return "an oracle tells every node how many of its neighbours are hostile; no real node knows"
    }

    private func budget(of node: NodeID) -> Budget { experiment.budget(of: node, weights, isHostile: isHostile) }

    private func exposure(of node: NodeID) -> Exposure {
        Exposure(of: node, in: experiment, weights, isHostile: isHostile)
    }

    private func warn(_ sentence: String, _ nodes: [NodeID]) -> String? {
        nodes.isEmpty ? nil : "\(sentence) \(names(nodes))"
    }

    /// Labels, all of a few and the first of many.
    private func names(_ nodes: [NodeID]) -> String {
        let shown = nodes.prefix(Warnings.mostNames).map { topology.labels[$0.index] }.joined(separator: ", ")
        return nodes.count > Warnings.mostNames ? "\(shown) and \(nodes.count - Warnings.mostNames) more" : shown
    }

    private static let mostNames = 16
}
