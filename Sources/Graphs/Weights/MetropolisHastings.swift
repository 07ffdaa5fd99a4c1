// Metropolis-Hastings weights: what each end may give without knowing more than the degree of the other.
import Registry

/// w_ij = 1 / (1 + max(deg_i, deg_j)); symmetric on undirected graphs (Xiao, Boyd, Kim 2007).
public struct MetropolisHastings: WeightRule {
    public static let name = "metropolisHastings"
    public static let aliases = ["metropolis"]
    public static let summary = "1 / (1 + the larger degree of the two ends)."

    public init(_ parameters: ParameterValues) {}

    public func rows(of topology: Topology, samples: [Int]) -> [[Double]] { topology.metropolisRows(besides: 0) }
}

extension Topology {
    /// Metropolis weights as if every node had so many more neighbours.
    func metropolisRows(besides more: Int) -> [[Double]] {
        let degrees = nodes.map(degree)
        return nodes.map { node in
            neighbours(of: node).map { 1 / Double(1 + more + max(degrees[node.index], degrees[$0.index])) }
        }
    }
}
