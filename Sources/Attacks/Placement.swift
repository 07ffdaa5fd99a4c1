// Placement: where in a graph an adversary group stands. What it may go by is `Site`; that there are enough nodes, and
// that they are in nobody else's group, is for whoever asks.
import Graphs
import Kernels
import Registry

/// A way to choose the nodes of an adversary group.
public protocol Placement: Registered {
    /// How many it is to choose; `nil`: as many as there are.
    var count: Int? { get }

    /// - Returns: `count` nodes of `site.free` in the order in which they were chosen; all are there.
    /// - Throws: where the graph is not one that it can go by.
    func choose(on site: Site, random: inout RandomStream) throws(ConfigurationFault) -> [NodeID]
}

/// The graph on which a group is placed.
public struct Site: Sendable {
    /// The links of all rounds.
    public let graph: Topology
    /// The mixing weights of the first round.
    public let weights: MixingWeights
    /// Whether the graph is the same in all rounds.
    public let isConstant: Bool
    /// Nodes in no group yet, in the order of their labels: on a tie the first is taken.
    public let free: [NodeID]
    /// Nodes of earlier groups, ascending.
    public let taken: [NodeID]
    /// Nodes that the topology marks as hostile, ascending.
    public let marked: [NodeID]

    public init(
        _ graphs: any LinkSchedule, taken: [NodeID] = [], marked: [NodeID] = []
    ) {
        graph = graphs.union
        weights = graphs.weights(in: Round(0))
        isConstant = graphs.isConstant
        self.taken = taken.sorted()
        self.marked = marked
        let isTaken = Set(taken)
        free = graph.nodesByLabel.filter { !isTaken.contains($0) }
    }

    /// Those of the highest scores. Scores that differ in the tenth digit only count as equal: they are sums whose
    /// order the labels should not decide.
    ///
    /// - Parameter candidates: in the order of `free`.
    func best(_ count: Int, of candidates: [NodeID], by score: (NodeID) -> Double) -> [NodeID] {
        let scores = candidates.map(score)
        let unit = (scores.map(\.magnitude).max() ?? 0) * 1e-9
        let steps = scores.map { unit > 0 ? ($0 / unit).rounded() : 0 }
        let order = candidates.indices.sorted { (-steps[$0], $0) < (-steps[$1], $1) }
        return order.prefix(count).map { candidates[$0] }
    }

    /// - Parameter steps: about how many the choice takes.
    /// - Throws: where nobody would wait for its end.
    func refuse(_ placement: String, ifBeyond steps: Double) throws(ConfigurationFault) {
        guard steps > 2e10 else { return }
        throw ConfigurationFault(
            "the placement \(placement) takes too long on a graph of \(graph.nodeCount) nodes and "
                + "\(graph.edges.count) edges; allowed: random or degree there")
    }
}

extension Topology {
    /// All nodes by their labels, shorter ones first and then by their bytes, so that 9 is before 10.
    public var nodesByLabel: [NodeID] {
        let keys = labels.map { (length: $0.utf8.count, bytes: Array($0.utf8)) }
        return nodes.sorted {
            let (a, b) = (keys[$0.index], keys[$1.index])
            return a.length != b.length ? a.length < b.length : a.bytes.lexicographicallyPrecedes(b.bytes)
        }
    }
}
