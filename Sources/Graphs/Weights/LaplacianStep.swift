// A step along the graph's Laplacian L, W = I − h L: one weight for all edges, of the operator's choice.
import Registry

/// w_ij = h for every neighbour (Xiao, Boyd 2004, "Fast linear iterations for distributed averaging").
public struct LaplacianStep: WeightRule {
    public static let name = "laplacian"
    public static let summary = "W = I - step L, with the graph's Laplacian L: the same weight for every neighbour."
    public static let parameters = [
        Parameter.number(
            "step", 1e-6...1, default: nil, "h: what each neighbour gets; at most 1 / degree")
    ]

    private let step: Double

    public init(_ parameters: ParameterValues) { step = parameters.number("step") }

    public func rows(of topology: Topology, samples: [Int]) throws(ConfigurationFault) -> [[Double]] {
        let degrees = topology.nodes.map(topology.degree)
        if let most = degrees.indices.max(by: { degrees[$0] < degrees[$1] }),
            step * Double(degrees[most]) > 1 + MixingWeights.tolerance
        {
            throw ConfigurationFault(
                "the laplacian step \(step) leaves '\(topology.labels[most])', which has \(degrees[most]) neighbours, "
                    + "a negative weight for itself; allowed: at most 1/\(degrees[most]) = \(1 / Double(degrees[most]))"
            )
        }
        return degrees.map { [Double](repeating: step, count: $0) }
    }
}
