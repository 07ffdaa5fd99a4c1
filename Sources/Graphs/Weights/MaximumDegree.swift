// Maximum-degree weights: one weight for all edges.
import Registry

/// w_ij = 1 / (1 + the largest degree of the graph); symmetric on undirected graphs (Xiao, Boyd 2004).
public struct MaximumDegree: WeightRule {
    public static let name = "maxDegree"
    public static let summary = "1 / (1 + the largest degree of the graph)."

    public init(_ parameters: ParameterValues) {}

    public func rows(of topology: Topology, samples: [Int]) -> [[Double]] {
        let degrees = topology.nodes.map(topology.degree)
        let weight = 1 / Double(1 + (degrees.max() ?? 0))
        return degrees.map { [Double](repeating: weight, count: $0) }
    }
}
