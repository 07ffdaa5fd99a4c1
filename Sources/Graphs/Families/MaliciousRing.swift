// The malicious ring: honest nodes in a ring, on each of which hostile ones hang that nobody else knows.
import Kernels
import Registry

/// Honest nodes 0 ..< h in a ring; hostile node h + q · h + i, q < perNode, is linked to node i only, and with `extra`
/// one more to node 0, where the hostile ones then are the majority (He, Karimireddy, Jaggi 2022, arXiv 2202.01545).
///
/// That those from h on are hostile is for the experiment to say; they are marked.
public struct MaliciousRing: TopologyFamily {
    public static let name = "maliciousRing"
    public static let aliases = ["malicious-ring"]
    public static let summary = "A ring of honest nodes, and on each a number of nodes to be hostile."
    public static let parameters: [Parameter] = [
        .count("honest", 3...10_000, default: 5, "nodes of the ring, the first ones"),
        .count("perNode", 1...100, default: 2, "hostile nodes on each of them"),
        .flag("extra", default: false, "one hostile node more on node 0"),
    ]

    private let honest: Int
    private let perNode: Int
    private let extra: Bool

    public init(_ parameters: ParameterValues) {
        honest = parameters.count("honest")
        perNode = parameters.count("perNode")
        extra = parameters.flag("extra")
    }

    public var size: GraphSize {
        let others = honest * perNode + (extra ? 1 : 0)
        return GraphSize(nodes: honest + others, links: honest + others)
    }

    public var hostile: [NodeID] { (honest..<size.nodes).map { NodeID($0) } }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let ring = (0..<honest).map { ($0, ($0 + 1) % honest) }
        let hostile = (0..<honest * perNode).map { ($0 % honest, honest + $0) }
        let nodes = size.nodes
        return try Topology(
            nodes: nodes, pairs: ring + hostile + (extra ? [(0, nodes - 1)] : []),
            name: "\(Self.name)-\(honest)+\(nodes - honest)")
    }
}
