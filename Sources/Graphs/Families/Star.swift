// The star: one hub that every other node is linked with.
import Kernels
import Registry

/// Node 0 is linked to every other one; μ₂ = 1 and, with Metropolis weights, γ = 1/n.
public struct Star: TopologyFamily {
    public static let name = "star"
    public static let summary = "Node 0 linked to every other node, and no other link."
    public static let parameters: [Parameter] = [
        .count("nodes", 2...100_000, default: nil, "number of nodes")
    ]

    private let nodes: Int

    public init(_ parameters: ParameterValues) { nodes = parameters.count("nodes") }

    public var size: GraphSize { GraphSize(nodes: nodes, links: nodes - 1) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        try Topology(nodes: nodes, pairs: (1..<nodes).map { (0, $0) }, name: "\(Self.name)-\(nodes)")
    }
}
