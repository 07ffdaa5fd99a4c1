// What is allowed and yet probably not meant. Sentences only: nothing here changes an experiment.
import Aggregation
import Attacks
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
        [disconnected, outnumbered, undeclared, beyondTheRule, withoutData, oracle, muted].compactMap(\.self)
    }

    private var disconnected: String? {
        let parts = topology.components(of: honest)
        guard parts.count > 1 else { return nil }
        return "the honest nodes cannot all hear each other; parts: \(parts.map(names).joined(separator: " | "))"
    }

    private var outnumbered: String? {
        warn(
            "more hostile than honest neighbours at",
            honest.filter { 2 * liars(at: $0).count > topology.degree(of: $0) })
    }

    private var undeclared: String? {
        warn(
            "more hostile neighbours than aggregation.tolerates at",
            honest.filter { node in
                let budget = budget(of: node)
                let liars = liars(at: node)
                return switch experiment.aggregation.tolerates {
                case .count, .oracle: liars.count > budget.count
                case .weight: liars.reduce(0) { $0 + $1.weight } > budget.weight + Budget.tolerance
                }
            })
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

    /// Nobody carries a model to a colluding liar that has missed it.
    private var muted: String? {
        let isAtRisk = experiment.adversary.contains { group in
            let attack = (try? group.makeAttack()) as? any ModelAttack
            return group.collude && group.nodes.labels.count > 1 && attack?.needs.contains(.heard) ?? false
        }
        guard isAtRisk, !experiment.faults.isEmpty else { return nil }
        return "colluding liars are silent in rounds in which a fault keeps an honest model from them"
    }

    private func budget(of node: NodeID) -> Budget { experiment.budget(of: node, weights, isHostile: isHostile) }

    private func liars(at node: NodeID) -> [(node: NodeID, weight: Double)] {
        zip(topology.neighbours(of: node), weights.weights(at: node)).filter { isHostile($0.0) }.map { ($0, $1) }
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
