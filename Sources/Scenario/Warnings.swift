// Warnings: what is allowed in an experiment and yet probably not meant. Sentences only: nothing here changes an
// experiment.
import Aggregation
import Attacks
import Graphs
import Kernels
import Learning

/// The doubts about an experiment on its graph.
struct Warnings {
    let experiment: Experiment
    let graphs: any LinkSchedule
    let honest: [NodeID]
    let isHostile: (NodeID) -> Bool
    let rule: any GossipRule
    let parts: [[Int32]]
    let view: RoundsInView

    var topology: Topology { graphs.union }

    var sentences: [String] {
        let ofGraph =
            graphs.isConstant
            ? [disconnected, weighted]
            : [parted, lastingParts, uneven, deserted, neverChanging, afterTrace, rarelyMixing]
        let ofNodes = [outnumbered, undeclared, beyondTheRule, withoutData, oracle, muted]
        return (ofGraph + ofNodes).compactMap(\.self) + ofMass
    }

    // MARK: - The graph, if it never changes

    private var disconnected: String? {
        let parts = topology.components(of: honest)
        guard parts.count > 1 else { return nil }
        return "the honest nodes cannot all hear each other; parts: \(parts.map(names).joined(separator: " | "))"
    }

    /// Where the honest nodes tend to something else than their plain average.
    private var weighted: String? {
        guard !carriesMass else { return nil }
        let limit = GossipLimit(of: view.graphs[0].weights, among: honest)
        let groups = limit.closedGroups
        guard !limit.isPlainAverage, topology.components(of: honest).count == 1 else { return nil }
        guard groups.count == 1 else {
            return "the honest nodes cannot agree, since some groups of them hear nobody else: "
                + groups.map(names).joined(separator: " | ")
        }
        let forgotten = honest.count - groups[0].count
        let cause =
            forgotten > 0
            ? "the graph of the honest nodes is not strongly connected" : "the weights are not doubly stochastic"
        return "\(cause)\(sums(view.graphs[0].weights)): gossip tends to no plain average of the honest models"
            + "\(shares(limit)); metropolisHastings weights on an undirected graph give one"
            + (topology.directed ? ", and training.exchange pushSum on any that is strongly connected" : "")
    }

    /// What all give to those who get least and most in one mix: 1 each where weights are doubly stochastic.
    private func sums(_ weights: MixingWeights) -> String {
        guard let (least, most) = WeightSums(of: weights, among: honest).extremes else { return "" }
        func sum(_ one: (node: NodeID, sum: Double)) -> String {
            "\(names([one.node])) \(Self.hundredths(one.sum))"
        }
        return " (of 1 in the mean, all give \(sum(least)) and \(sum(most)) in one mix)"
    }

    private static func hundredths(_ number: Double) -> String {
        let hundredths = Int((min(number, 1e9) * 100).rounded())
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }

    /// What counts most and least in the limit.
    private func shares(_ limit: GossipLimit) -> String {
        guard let shares = limit.shares, let most = shares.indices.max(by: { shares[$0] < shares[$1] }),
            let least = shares.indices.min(by: { shares[$0] < shares[$1] })
        else { return "" }
        func share(_ index: Int) -> String {
            "\(names([limit.nodes[index]])) counts \(Self.percent(shares[index]))"
        }
        let plain = Self.percent(1 / Double(shares.count))
        return ", but to one in which \(share(most)) and \(share(least)), instead of \(plain) each"
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    // MARK: - The neighbours of each node

    /// The honest nodes at which something is so in some round.
    private struct Occurrence {
        /// Ascending.
        let nodes: [NodeID]
        /// Where it is so at most of them.
        let worst: (graph: RoundsInView.Graph, nodes: [NodeID])
    }

    private func occurrence(_ isSo: (NodeID, RoundsInView.Graph) -> Bool) -> Occurrence? {
        var isNamed = [Bool](repeating: false, count: topology.nodeCount)
        var worst: (graph: RoundsInView.Graph, nodes: [NodeID])?
        for graph in view.graphs {
            let nodes = honest.filter { graphs.isPresent($0, in: graph.round) && isSo($0, graph) }
            for node in nodes { isNamed[node.index] = true }
            if nodes.count > worst?.nodes.count ?? 0 { worst = (graph, nodes) }
        }
        return worst.map { Occurrence(nodes: honest.filter { isNamed[$0.index] }, worst: $0) }
    }

    /// The nodes, and where the graph changes when.
    private func words(_ occurrence: Occurrence) -> String {
        guard !graphs.isConstant else { return names(occurrence.nodes) }
        let seen = view.isAll ? "" : " of the first \(view.graphs.count)"
        let count = occurrence.worst.nodes.count
        return "\(names(occurrence.nodes)) in some rounds (the worst\(seen) is round \(occurrence.worst.graph.round), "
            + "with \(count) such \(count == 1 ? "node" : "nodes"))"
    }

    private var outnumbered: String? {
        occurrence { 2 * exposure(of: $0, $1).hostile > $1.weights.topology.degree(of: $0) }
            .map { "more hostile than honest neighbours at \(words($0))" }
    }

    private var undeclared: String? {
        occurrence { exposure(of: $0, $1).isBeyondBudget }
            .map { "more hostile neighbours than aggregation.tolerates at \(words($0))" }
    }

    /// The fault where no node may withstand less.
    var refusal: String? {
        guard experiment.aggregation.mode == .strict, let sentence = beyondTheRule else { return nil }
        return "\(sentence); aggregation.mode strict allows no such node"
    }

    /// Where the rule hears too few neighbours for the budget, even when none is missing. In a round in which a graph
    /// that changes leaves a node alone there is nothing to withstand.
    private var beyondTheRule: String? {
        let occurrence = occurrence { node, graph in
            let row = graph.weights.weights(at: node)
            return !(row.isEmpty && !graphs.isConstant)
                && !rule.withstands(exposure(of: node, graph).told, among: row)
        }
        guard let occurrence else { return nil }
        let least = occurrence.worst.nodes.map { mostWithstood(by: $0, occurrence.worst.graph) }.min() ?? 0
        return "aggregation.tolerates is more than \(experiment.aggregation.rule.kind) can withstand at "
            + "\(words(occurrence)): with their neighbours the weakest of them withstands "
            + (least == 0 ? "no hostile node" : least == 1 ? "1 hostile node" : "\(least) hostile nodes")
            + " and promises nothing with more; declare less, add neighbours, or take another rule"
    }

    /// How many hostile nodes the rule withstands there; with more hostile neighbours it is never easier.
    private func mostWithstood(by node: NodeID, _ graph: RoundsInView.Graph) -> Int {
        let row = graph.weights.weights(at: node)
        var (low, high) = (0, row.count)
        while low < high {
            let middle = (low + high + 1) / 2
            if rule.withstands(Budget(count: middle, among: row), among: row) {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }

    private func exposure(of node: NodeID, _ graph: RoundsInView.Graph) -> Exposure {
        Exposure(of: node, in: experiment, graph.weights, isHostile: isHostile)
    }

    // MARK: - The experiment

    private var withoutData: String? {
        let sharers = experiment.task.over == .all ? topology.nodes : honest
        return warn("no training data at", sharers.filter { parts[$0.index].isEmpty })
    }

    private var oracle: String? {
        guard experiment.aggregation.tolerates == .oracle else { return nil }
        return "an oracle tells every node how many of its neighbours are hostile; no real node knows"
    }

    /// Nobody carries a model to a colluding hostile node that has missed it.
    private var muted: String? {
        let isAtRisk = experiment.adversary.contains { group in
            let attack = (try? group.makeAttack()) as? any ModelAttack
            return group.collude && group.nodes.labels.count > 1 && attack?.needs.contains(.heard) ?? false
        }
        guard isAtRisk, !experiment.faults.isEmpty else { return nil }
        return "colluding hostile nodes are silent in rounds in which a fault keeps an honest model from them"
    }

    private func warn(_ sentence: String, _ nodes: [NodeID]) -> String? {
        nodes.isEmpty ? nil : "\(sentence) \(names(nodes))"
    }

    /// Labels, all of a few and the first of many.
    func names(_ nodes: [NodeID]) -> String {
        let shown = nodes.prefix(Warnings.mostNames).map { topology.labels[$0.index] }.joined(separator: ", ")
        return nodes.count > Warnings.mostNames ? "\(shown) and \(nodes.count - Warnings.mostNames) more" : shown
    }

    private static let mostNames = 16
}
