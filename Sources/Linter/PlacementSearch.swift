// The worst placement of so many hostile nodes: all placements where there are few, the best of some searches where
// there are many.
import Aggregation
import Graphs
import Kernels

extension LintSubject {
    /// So many placements are looked at one by one.
    private static let mostPlacements = 600
    /// A search for the nodes of most influence may take so many steps.
    static let mostSearchSteps = 4e8

    /// The same with so many hostile nodes, where they do most harm: to the rule where there is only one, then to the
    /// honest graph's connection, then by their weight at a node, then by their influence.
    public func placingWorst(_ count: Int) -> LintSubject {
        guard count > 0 else { return placing(.nobody) }
        let influence = PlacementInfluence(of: weights)
        let all = combinations(of: count)
        let candidates = all ?? likely(count, influence)
        var best: (nodes: [NodeID], harm: [Double])?
        for nodes in candidates {
            let harm = placing(.given(nodes)).harm(influence)
            if best.map({ $0.harm.lexicographicallyPrecedes(harm) }) ?? true { best = (nodes, harm) }
        }
        return placing(.worst(best?.nodes ?? [], ofAll: all != nil))
    }

    private func harm(_ influence: PlacementInfluence) -> [Double] {
        let facts = GraphFacts(self)
        // A rule's conditions take long to look at on a large graph.
        let demand =
            rules.count == 1 && topology.nodeCount <= 200 ? RulePromise.finding(on: rules[0], facts).demand : 0
        return [demand, Double(facts.parts.count), facts.worst?.weight ?? 0, influence(placement.nodes)]
    }

    /// All sets of so many nodes, ascending; `nil` of too many.
    private func combinations(of count: Int) -> [[NodeID]]? {
        var number = 1
        for step in 0..<min(count, topology.nodeCount) {
            number = number * (topology.nodeCount - step) / (step + 1)
            if number > 1_000 * Self.mostPlacements { return nil }
        }
        guard number <= Self.mostPlacements else { return nil }
        var sets: [[NodeID]] = [[]]
        for size in 0..<count {
            sets = sets.flatMap { set in
                let first = (set.last?.index ?? -1) + 1
                let last = topology.nodeCount - count + size
                return first <= last ? (first...last).map { set + [NodeID($0)] } : []
            }
        }
        return sets
    }

    /// By influence; around the nodes with the fewest neighbours; at the places that hold the graph together.
    private func likely(_ count: Int, _ influence: PlacementInfluence) -> [[NodeID]] {
        let byDegree = topology.nodes.sorted { (topology.degree(of: $1), $0) < (topology.degree(of: $0), $1) }
        let isShort = influence.steps(ofGreedy: count) < Self.mostSearchSteps
        let filling = isShort ? influence.greedy(count: count) : Array(byDegree.prefix(count))
        func filled(_ first: [NodeID]) -> [NodeID] {
            var chosen: [NodeID] = []
            for node in first + filling + byDegree where chosen.count < count && !chosen.contains(node) {
                chosen.append(node)
            }
            return chosen.sorted()
        }
        let surrounded = byDegree.reversed().prefix(8).map { node in
            filled(weights.senders(of: node).sorted { $0.weight > $1.weight }.map(\.node))
        }
        let cuts = Cuts(of: InducedGraph(topology, ignoringDirection: true))
        return [filling.sorted()] + surrounded + [filled(cuts.nodes)]
    }
}
