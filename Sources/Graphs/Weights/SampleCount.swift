// Weights by data: who has more samples counts for more, as in federated averaging.
import Registry

/// w_ij = n_j / Σ n_k over i and its neighbours k, with the number n of each node's samples (McMahan et al. 2017, arXiv
/// 1602.05629, on neighbourhoods). A node without data gets nothing; where nobody around has any, each keeps its own.
///
/// On an undirected graph π_i w_ij = π_j w_ji with π_i ∝ n_i Σ n_k: in the limit who has much data among neighbours
/// that have much counts for more than its share of it.
public struct SampleCount: WeightRule {
    public static let name = "sampleCount"
    public static let aliases = ["samples", "dataSize"]
    public static let summary =
        "The neighbour's share of the samples of the receiver and all its neighbours; not doubly stochastic."
    public static let countsSamples = true

    public init(_ parameters: ParameterValues) {}

    public func rows(of topology: Topology, samples: [Int]) -> [[Double]] {
        topology.nodes.map { node in
            let counts = topology.neighbours(of: node).map { Double(samples[$0.index]) }
            let sum = counts.reduce(Double(samples[node.index]), +)
            return counts.map { sum > 0 ? $0 / sum : 0 }
        }
    }
}
