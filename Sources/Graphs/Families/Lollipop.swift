// The lollipop: a crowd and a path that hangs on it, on which news is slow.
import Kernels
import Registry

/// A complete graph, and a path that begins at its last node (networkx: `lollipop_graph(head, tail)`).
public struct Lollipop: TopologyFamily {
    public static let name = "lollipop"
    public static let summary = "A complete graph with a path on its last node."
    public static let parameters: [Parameter] = [
        .count("head", 3...2_000, default: nil, "nodes of the complete graph"),
        .count("tail", 1...10_000, default: nil, "nodes of the path behind it"),
    ]

    private let head: Int
    private let tail: Int

    public init(_ parameters: ParameterValues) {
        head = parameters.count("head")
        tail = parameters.count("tail")
    }

    public var size: GraphSize { GraphSize(nodes: head + tail, links: head * (head - 1) / 2 + tail) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let pairs = Topology.completePairs(of: head) + (head..<head + tail).map { ($0 - 1, $0) }
        return try Topology(nodes: head + tail, pairs: pairs, name: "\(Self.name)-\(head)+\(tail)")
    }
}
