// The path: a ring with one link taken out, so that any node but the ends can cut it in two.
import Kernels
import Registry

/// Node i is linked to i + 1; μ₂ = 2 − 2 cos(π/n) and, with Metropolis weights, γ a third of it.
public struct Path: TopologyFamily {
    public static let name = "path"
    public static let aliases = ["line", "chain"]
    public static let summary = "Every node linked to the next one; the ends have one link."
    public static let parameters: [Parameter] = [
        .count("nodes", 2...100_000, default: nil, "number of nodes")
    ]

    private let nodes: Int

    public init(_ parameters: ParameterValues) { nodes = parameters.count("nodes") }

    public var size: GraphSize { GraphSize(nodes: nodes, links: nodes - 1) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        try Topology(nodes: nodes, pairs: (1..<nodes).map { ($0 - 1, $0) }, name: "\(Self.name)-\(nodes)")
    }
}
