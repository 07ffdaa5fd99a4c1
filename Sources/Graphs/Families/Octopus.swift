// The octopus: heads that know each other, each with a hand that knows nobody else.
import Kernels
import Registry

/// A complete graph of h heads, and node h + i linked to head i only. μ₂ = (h + 2 − √(h² + 4)) / 2.
public struct Octopus: TopologyFamily {
    public static let name = "octopus"
    public static let summary = "A complete graph of heads, and one more node on each."
    public static let parameters: [Parameter] = [
        .count("heads", 2...2_000, default: 6, "nodes of the complete graph")
    ]

    private let heads: Int

    public init(_ parameters: ParameterValues) { heads = parameters.count("heads") }

    public var size: GraphSize { GraphSize(nodes: 2 * heads, links: heads * (heads - 1) / 2 + heads) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let pairs = Topology.completePairs(of: heads) + (0..<heads).map { ($0, heads + $0) }
        return try Topology(nodes: 2 * heads, pairs: pairs, name: "\(Self.name)-\(2 * heads)")
    }
}
