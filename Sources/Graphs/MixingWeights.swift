// Mixing weights w_ij: how much each neighbour's model counts at a node. Weights come from the topology, never from the
// wire; the rules for them are in Weights/.
import Kernels
import Registry

/// The rows of the mixing matrix W: what each node gives to its neighbours' models; the rest stays with its own.
///
/// Every row sums to 1. The weight of a neighbour that is not heard from stays with the node too.
public struct MixingWeights: Sendable, Equatable {
    public let topology: Topology
    /// For each node the weights of its neighbours, in the order of `Topology.neighbours(of:)`.
    private let rows: [[Double]]

    /// - Parameter samples: of each node how many it has; `nil` where that is not known, and all count alike.
    /// - Throws: where the rule finds no weights, such as with edges without one, or with weights above 1.
    public init(_ topology: Topology, rule: Weighting, samples: [Int]? = nil) throws(ConfigurationFault) {
        self.topology = topology
        rows = try rule.rows(of: topology, samples: samples)
    }

    /// - Parameter rows: of each node the weights of its neighbours, none below 0 and together at most 1.
    init(_ topology: Topology, rows: [[Double]]) {
        self.topology = topology
        self.rows = rows
    }

    /// What decimal weights such as ten times 0.1 may miss 1 by.
    static let tolerance = 1e-9

    /// The topology without the edges over which nobody hears anything, as their weight is 0.
    public var usedTopology: Topology {
        let used = topology.edges.filter { edge in
            weight(of: edge.source, at: edge.target) > 0
                || !topology.directed && weight(of: edge.target, at: edge.source) > 0
        }
        return used.count == topology.edges.count ? topology : topology.with(used, directed: topology.directed)
    }

    /// The weights of `topology.neighbours(of: node)`, in that order.
    public func weights(at node: NodeID) -> [Double] { rows[node.index] }

    /// The neighbours of `node`, ascending, with their weights.
    public func senders(of node: NodeID) -> [Sender] {
        zip(topology.neighbours(of: node), rows[node.index]).map { Sender($0, weight: $1) }
    }

    /// What `node` gives to the model of `neighbour`; 0 if they share no edge.
    public func weight(of neighbour: NodeID, at node: NodeID) -> Double {
        topology.neighbours(of: node).slot(of: neighbour, by: \.self).map { rows[node.index][$0] } ?? 0
    }

    /// What `node` gives to its own model: 1 minus its neighbours' weights.
    public func ownWeight(of node: NodeID) -> Double { max(0, 1 - rows[node.index].reduce(0, +)) }
}
