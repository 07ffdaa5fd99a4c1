// The complete graph: every node is linked with every other, as with a server but without one.
import Kernels
import Registry

/// Every two nodes are linked; Metropolis weights average everything in one round (γ = 1).
public struct Complete: TopologyFamily {
    public static let name = "complete"
    public static let summary = "Every two nodes linked."
    public static let parameters: [Parameter] = [
        .count("nodes", 2...2_000, default: nil, "number of nodes")
    ]

    private let nodes: Int

    public init(_ parameters: ParameterValues) { nodes = parameters.count("nodes") }

    public var size: GraphSize { GraphSize(nodes: nodes, links: nodes * (nodes - 1) / 2) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let pairs = (0..<nodes).flatMap { i in (i + 1..<nodes).map { j in (i, j) } }
        return try Topology(nodes: nodes, pairs: pairs, name: "\(Self.name)-\(nodes)")
    }
}
