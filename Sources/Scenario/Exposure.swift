// Exposure: how many hostile nodes an honest node has beside it, and how many its rule was told to withstand. For
// warnings before a run and for what is said of a node that failed; no node knows it.
public import Aggregation
import Graphs
import Kernels

/// The hostile nodes among a node's neighbours against its declared budget.
public struct Exposure: Sendable, Equatable {
    public let hostile: Int
    /// Their share of the mixing.
    public let hostileWeight: Double
    /// What the rule was told.
    public let told: Budget
    /// Whether it was told a weight, and not a number.
    public let isWeight: Bool

    init(of node: NodeID, in experiment: Experiment, _ weights: MixingWeights, isHostile: (NodeID) -> Bool) {
        let senders = weights.senders(of: node)
        let attackers = senders.filter { isHostile($0.node) }
        hostile = attackers.count
        hostileWeight = attackers.reduce(0) { $0 + $1.weight }
        told = experiment.tolerance(isHostile: isHostile, among: senders.map(\.node)).budget(among: senders)
        isWeight = if case .weight = experiment.aggregation.tolerates { true } else { false }
    }

    /// Whether more are hostile than the rule was told.
    public var isBeyondBudget: Bool {
        isWeight ? hostileWeight > told.weight + Budget.tolerance : hostile > told.count
    }
}

extension Assembly {
    /// The hostile nodes beside an honest node; where the graph changes, in the round in which most of them are beside
    /// it.
    public func exposure(of node: NodeID) -> Exposure {
        let exposures = view.graphs.map {
            Exposure(of: node, in: experiment, $0.weights, isHostile: hostile.contains)
        }
        return exposures.dropFirst().reduce(exposures[0]) { worst, next in
            (next.hostile, next.hostileWeight) > (worst.hostile, worst.hostileWeight) ? next : worst
        }
    }
}
