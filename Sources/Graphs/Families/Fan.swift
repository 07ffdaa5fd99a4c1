// The fan: a path whose nodes all know one hub, the best place for a hostile node.
import Kernels
import Registry

/// A path of n − 1 nodes and a last node linked to all of them; μ₂ = 3 − 2 cos(π / (n − 1)), μmax = n.
public struct Fan: TopologyFamily {
    public static let name = "fan"
    public static let summary = "A path, and a last node linked to all of its nodes."
    public static let parameters: [Parameter] = [
        .count("nodes", 3...100_000, default: nil, "number of nodes, the hub included")
    ]

    private let nodes: Int

    public init(_ parameters: ParameterValues) { nodes = parameters.count("nodes") }

    public var size: GraphSize { GraphSize(nodes: nodes, links: 2 * nodes - 3) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let hub = nodes - 1
        let pairs = (1..<hub).map { ($0 - 1, $0) } + (0..<hub).map { ($0, hub) }
        return try Topology(nodes: nodes, pairs: pairs, name: "\(Self.name)-\(nodes)")
    }
}
