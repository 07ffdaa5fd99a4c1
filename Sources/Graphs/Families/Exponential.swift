// The static exponential graph: few links, and everyone reached in few steps; its links one by one are one-peer graphs.
public import Kernels
import Registry

/// Node i sends to i + 2^q modulo n for every q < ⌈log₂ n⌉; γ = 2 / (1 + ⌈log₂ n⌉) for even n (Ying et al. 2021).
public struct Exponential: TopologyFamily {
    public static let name = "exponential"
    public static let summary = "Node i sends to i + 1, i + 2, i + 4, …; directed."
    public static let isDirected = true
    public static let parameters: [Parameter] = [
        .count("nodes", 2...100_000, default: nil, "number of nodes")
    ]

    private let nodes: Int

    public init(_ parameters: ParameterValues) { nodes = parameters.count("nodes") }

    /// ⌈log₂ n⌉.
    private var steps: Int { Int.bitWidth - (nodes - 1).leadingZeroBitCount }

    public var size: GraphSize { GraphSize(nodes: nodes, links: nodes * steps) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let edges = (0..<nodes).flatMap { i in
            (0..<steps).map { Edge(NodeID(i), NodeID((i + 1 << $0) % nodes)) }
        }
        return try Topology(
            labels: (0..<nodes).map(String.init), edges: edges, directed: true, name: "\(Self.name)-\(nodes)")
    }
}
