// Where the mass of push-sum goes on a graph: each node shares it out alike among those it sends to and itself.

extension Topology {
    /// Whether from every node a path along the edges leads to every other.
    public var isStronglyConnected: Bool {
        guard directed else { return isConnected }
        guard let weights = try? MixingWeights(self, rule: .uniform) else { return false }
        let groups = GossipLimit.closedGroups(of: weights)
        return groups.count == 1 && groups[0].count == nodeCount
    }

    /// The share of all mass that each node comes to, in the order of nodes: 1/n each where everyone hears from as many
    /// as it sends to. `nil` where the graph is not strongly connected, or too large.
    public var massShares: [Double]? {
        guard isStronglyConnected else { return nil }
        // The mass goes the way of a walk along the edges, which is gossip against them.
        let backwards = directed ? with(edges.map { Edge($0.target, $0.source) }, directed: true) : self
        return try? MixingWeights(backwards, rule: .uniform).stationaryWeights()
    }
}
