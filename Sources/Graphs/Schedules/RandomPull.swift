// Random pulls: each node asks a few others, drawn anew for each round, so that nobody can push a model at it.
import Kernels
import Registry

/// In each round every node hears `count` of its neighbours, drawn without replacement; each of them and the node
/// itself count 1 / (count + 1). On a complete graph these are the pulls of RPEL (El Mrini, Farhadkhani, Guerraoui
/// 2025, arXiv 2510.08311).
public struct RandomPull: ScheduleKind {
    public static let name = "pull"
    public static let summary = "Each node hears count neighbours drawn in each round; weights 1 / (count + 1)."
    public static let isRandom = true
    public static let parameters: [Parameter] = [
        .count("count", 1...100_000, default: nil, "neighbours heard in a round")
    ]

    private let count: Int

    public init(_ parameters: ParameterValues) { count = parameters.count("count") }

    public func links(on graph: Topology, seed: UInt64) throws(ConfigurationFault) -> any LinkSchedule {
        for node in graph.nodes where graph.degree(of: node) < count {
            throw ConfigurationFault(
                "the schedule \(Self.name) draws \(count) neighbours, and '\(graph.labels[node.index])' has "
                    + "\(graph.degree(of: node)); allowed: as many as every node has")
        }
        return Links(union: graph, count: count, seed: seed)
    }

    private struct Links: LinkSchedule {
        let union: Topology
        let count: Int
        let seed: UInt64

        func distinctRounds(before rounds: Int) -> [Round]? { nil }

        private func weighed(_ nodes: [NodeID]) -> [Sender] {
            nodes.map { Sender($0, weight: 1 / Double(count + 1)) }
        }

        func everySender(of node: NodeID) -> [Sender] { weighed(union.neighbours(of: node)) }

        func senders(of node: NodeID, in round: Round) -> [Sender] { weighed(pulled(by: node, in: round)) }

        func receivers(of node: NodeID, in round: Round) -> [NodeID] {
            union.receivers(of: node).filter { pulled(by: $0, in: round).contains(node) }
        }

        /// Ascending; drawn without a list of all (Floyd; Bentley 1987).
        private func pulled(by node: NodeID, in round: Round) -> [NodeID] {
            let neighbours = union.neighbours(of: node)
            var random = RandomStream(seed: seed, purpose: .schedule, node: node, round: round)
            var drawn: [Int] = []
            drawn.reserveCapacity(count)
            for last in neighbours.count - count..<neighbours.count {
                let place = random.below(last + 1)
                drawn.append(drawn.contains(place) ? last : place)
            }
            return drawn.sorted().map { neighbours[$0] }
        }
    }
}
