// TwoCastle: two dense halves, in which every node lacks a link to exactly one node of the other half.
import Kernels
import Registry

/// Two complete graphs of k nodes and every pair across except i ~ i + k: 2k nodes of degree 2k − 2, 2k(k − 1) edges.
public struct TwoCastle: TopologyFamily {
    public static let name = "twoCastle"
    public static let aliases = ["two-castle"]
    public static let summary = "Two complete halves with every link across except between counterparts."
    public static let parameters: [Parameter] = [
        .count("half", 2...1_000, default: 6, "nodes of one half")
    ]

    private let half: Int

    public init(_ parameters: ParameterValues) { half = parameters.count("half") }

    public var size: GraphSize { .halves(of: half, across: half * (half - 1)) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let nodes = 2 * half
        let pairs = (0..<nodes).flatMap { i in (i + 1..<nodes).filter { $0 != i + half }.map { j in (i, j) } }
        return try Topology(nodes: nodes, pairs: pairs, name: "\(Self.name)-\(nodes)")
    }
}
