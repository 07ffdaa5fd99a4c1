// Weights that the file gives its edges.
import Registry

/// w_ij is the `weight` of the edge, which every edge must have.
public struct FileWeights: WeightRule {
    public static let name = "file"
    public static let summary = "The weight that every edge of the file has."
    public static let readsEdges = true

    public init(_ parameters: ParameterValues) {}

    public func rows(of topology: Topology, samples: [Int]) throws(ConfigurationFault) -> [[Double]] {
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
            guard sum <= 1 + MixingWeights.tolerance else {
                let label = topology.labels[node]
                throw ConfigurationFault("the neighbours of '\(label)' weigh \(sum) together; allowed: at most 1")
            }
        }
        return rows
    }
}
