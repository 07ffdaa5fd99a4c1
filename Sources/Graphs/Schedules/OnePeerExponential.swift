// One-peer exponential graphs: one model a round, and the exact average as soon as everyone has sent a few.
import Kernels
import Registry

/// In round t node i sends to i + 2^(t mod log₂ n), which gives it half the weight. n is a power of two, and then
/// log₂ n rounds without training end in the exact average (Ying, Yuan, Chen, Hu, Pan, Yin 2021, arXiv 2110.13363).
public struct OnePeerExponential: ScheduleKind {
    public static let name = "onePeerExponential"
    public static let aliases = ["one-peer-exponential"]
    public static let summary = "In round t node i sends to i + 2^(t mod log2 n), n a power of two; weights 1/2."

    public init(_ parameters: ParameterValues) {}

    public func links(on graph: Topology, seed: UInt64) throws(ConfigurationFault) -> any LinkSchedule {
        let nodes = graph.nodeCount
        guard nodes > 1, nodes & (nodes - 1) == 0 else {
            throw ConfigurationFault(
                "the schedule \(Self.name) is for 2, 4, 8, … nodes, with which it averages exactly; there are \(nodes)")
        }
        return try Links(graph)
    }

    private struct Links: LinkSchedule {
        let union: Topology
        private let period: Int

        init(_ graph: Topology) throws(ConfigurationFault) {
            let nodes = graph.nodeCount
            period = nodes.trailingZeroBitCount
            var edges: [Edge] = []
            for source in graph.nodes {
                for step in 0..<period {
                    let target = NodeID((source.index + 1 << step) % nodes)
                    guard graph.hasLink(from: source, to: target) else {
                        let ends = "'\(graph.labels[source.index])' to '\(graph.labels[target.index])'"
                        throw ConfigurationFault(
                            "the schedule \(OnePeerExponential.name) sends from \(ends), and the graph has no such "
                                + "edge; the family exponential has all")
                    }
                    let isForward = graph.directed || source < target
                    edges.append(Edge(isForward ? source : target, isForward ? target : source))
                }
            }
            if !graph.directed { edges = Set(edges).sorted { ($0.source, $0.target) < ($1.source, $1.target) } }
            union = graph.with(edges, directed: graph.directed)
        }

        func distinctRounds(before rounds: Int) -> [Round]? { (0..<min(period, rounds)).map { Round($0) } }

        private func step(in round: Round) -> Int { 1 << (round.number % period) }

        func senders(of node: NodeID, in round: Round) -> [Sender] {
            let nodes = union.nodeCount
            return [Sender(NodeID((node.index + nodes - step(in: round)) % nodes), weight: 0.5)]
        }

        func receivers(of node: NodeID, in round: Round) -> [NodeID] {
            [NodeID((node.index + step(in: round)) % union.nodeCount)]
        }
    }
}
