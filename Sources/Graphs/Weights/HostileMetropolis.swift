// Metropolis weights that leave room for liars: in their own weight nodes keep what so many more neighbours would get.
import Registry

/// w_ij = 1 / (1 + f + max(deg_i, deg_j)): on the graph of the honest nodes, f hostile neighbours more at each, none of
/// larger weight than an honest one, would leave a node something for itself (Gaucher, Dieuleveut, Hendrikx 2025,
/// arXiv 2410.10418).
public struct HostileMetropolis: WeightRule {
    public static let name = "hostileMetropolis"
    public static let aliases = ["byzantineMetropolis"]
    public static let summary = "1 / (1 + hostile + the larger degree): room for f hostile neighbours not in the graph."
    public static let parameters = [
        Parameter.count("hostile", 0...100_000, default: 1, "f: neighbours more that each node allows for")
    ]

    private let hostile: Int

    public init(_ parameters: ParameterValues) { hostile = parameters.count("hostile") }

    public func rows(of topology: Topology, samples: [Int]) -> [[Double]] { topology.metropolisRows(besides: hostile) }
}
