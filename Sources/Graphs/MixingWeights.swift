// Mixing weights w_ij: how much each neighbour's model counts at a node. Weights come from the topology, never from the
// wire.
import Kernels
import Registry

/// Where the weights of a topology come from.
public enum WeightRule: String, Sendable, CaseIterable {
    /// w_ij = 1 / (1 + max(deg_i, deg_j)); symmetric on undirected graphs (Xiao, Boyd, Kim 2007).
    case metropolisHastings
    /// w_ij = 1 / (1 + the largest degree of the graph); symmetric on undirected graphs.
    case maxDegree
    /// w_ij = 1 / (1 + deg_i): the plain average of a node and its neighbours; symmetric on regular graphs only.
    case uniform
    /// w_ij is the `weight` of the edge, which every edge must have.
    case file

    public var summary: String {
        switch self {
        case .metropolisHastings: "1 / (1 + the larger degree of the two ends)."
        case .maxDegree: "1 / (1 + the largest degree of the graph)."
        case .uniform: "1 / (1 + the receiver's degree)."
        case .file: "The weight that every edge of the file has."
        }
    }
}

/// The rows of the mixing matrix W: what each node gives to its neighbours' models; the rest stays with its own.
///
/// Every row sums to 1. The weight of a neighbour that is not heard from stays with the node too.
public struct MixingWeights: Sendable, Equatable {
    public let topology: Topology
    /// For each node the weights of its neighbours, in the order of `Topology.neighbours(of:)`.
    private let rows: [[Double]]

    /// - Throws: for `WeightRule.file`, where an edge has no positive weight or a node's weights sum to more than 1.
    public init(_ topology: Topology, rule: WeightRule) throws(ConfigurationFault) {
        self.topology = topology
        let nodes = topology.nodes
        let degrees = nodes.map(topology.degree)
        switch rule {
        case .metropolisHastings:
            rows = nodes.map { node in
                topology.neighbours(of: node).map { 1 / Double(1 + max(degrees[node.index], degrees[$0.index])) }
            }
        case .maxDegree:
            let weight = 1 / Double(1 + (degrees.max() ?? 0))
            rows = degrees.map { [Double](repeating: weight, count: $0) }
        case .uniform:
            rows = degrees.map { [Double](repeating: 1 / Double(1 + $0), count: $0) }
        case .file:
            rows = try Self.rows(fromEdgesOf: topology)
        }
    }

    /// - Parameter rows: of each node the weights of its neighbours, each above 0 and together at most 1.
    init(_ topology: Topology, rows: [[Double]]) {
        self.topology = topology
        self.rows = rows
    }

    private static func rows(fromEdgesOf topology: Topology) throws(ConfigurationFault) -> [[Double]] {
        var rows = [[Double]](repeating: [], count: topology.nodeCount)
        // Two passes over ascending edges fill each row in the order of its neighbours: smaller ends first.
        for fillsSources in topology.directed ? [false] : [false, true] {
            for edge in topology.edges {
                let ends = "'\(topology.labels[edge.source.index])' - '\(topology.labels[edge.target.index])'"
                guard let weight = edge.weight else { throw ConfigurationFault("the edge \(ends) has no weight") }
                guard weight > 0, weight <= 1 else {
                    throw ConfigurationFault("the edge \(ends) has the weight \(weight); allowed: above 0, at most 1")
                }
                rows[(fillsSources ? edge.source : edge.target).index].append(weight)
            }
        }
        for (node, row) in rows.enumerated() {
            let sum = row.reduce(0, +)
            guard sum <= 1 + tolerance else {
                let label = topology.labels[node]
                throw ConfigurationFault("the neighbours of '\(label)' weigh \(sum) together; allowed: at most 1")
            }
        }
        return rows
    }

    /// What decimal weights such as ten times 0.1 may miss 1 by.
    private static let tolerance = 1e-9

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
