// The hypercube: every bit of a node's number is a link, so that no two nodes are far from each other.
import Kernels
import Registry

/// 2^d nodes; two are linked if their numbers differ in one bit. μ₂ = 2, μmax = 2d and, with Metropolis weights,
/// γ = 2 / (d + 1).
public struct Hypercube: TopologyFamily {
    public static let name = "hypercube"
    public static let summary = "2^dimension nodes, linked where their numbers differ in one bit."
    public static let parameters: [Parameter] = [
        .count("dimension", 1...16, default: nil, "bits of a node's number, and links of every node")
    ]

    private let dimension: Int

    public init(_ parameters: ParameterValues) { dimension = parameters.count("dimension") }

    public var size: GraphSize { GraphSize(nodes: 1 << dimension, links: dimension << (dimension - 1)) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let pairs = (0..<1 << dimension).flatMap { node in
            (0..<dimension).filter { node >> $0 & 1 == 0 }.map { (node, node | 1 << $0) }
        }
        return try Topology(nodes: 1 << dimension, pairs: pairs, name: "\(Self.name)-\(dimension)")
    }
}
