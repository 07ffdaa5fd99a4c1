// The ring: the sparsest graph that one lost link does not split.
import Kernels
import Registry

/// Node i is linked to i + 1 and the last one to 0; μ₂ = 2 − 2 cos(2π/n).
public struct Ring: TopologyFamily {
    public static let name = "ring"
    public static let aliases = ["cycle"]
    public static let summary = "Every node linked to the next one and the last to the first."
    public static let parameters: [Parameter] = [
        .count("nodes", 3...100_000, default: nil, "number of nodes")
    ]

    private let nodes: Int

    public init(_ parameters: ParameterValues) { nodes = parameters.count("nodes") }

    public var size: GraphSize { GraphSize(nodes: nodes, links: nodes) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        try Topology(nodes: nodes, pairs: (0..<nodes).map { ($0, ($0 + 1) % nodes) }, name: "\(Self.name)-\(nodes)")
    }
}
