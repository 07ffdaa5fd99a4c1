// Uniform weights: the plain average of a node and its neighbours.
import Registry

/// w_ij = 1 / (1 + deg_i); symmetric on regular graphs only.
public struct Uniform: WeightRule {
    public static let name = "uniform"
    public static let summary = "1 / (1 + the receiver's degree): not doubly stochastic unless all degrees are equal."

    public init(_ parameters: ParameterValues) {}

    public func rows(of topology: Topology, samples: [Int]) -> [[Double]] {
        topology.nodes.map(topology.degree).map { [Double](repeating: 1 / Double(1 + $0), count: $0) }
    }
}
