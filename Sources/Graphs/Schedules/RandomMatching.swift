// Random matchings: in each round the nodes average in pairs, much as in randomised gossip (Boyd, Ghosh, Prabhakar,
// Shah 2006).
import Kernels
import Registry

/// A maximal set of edges without a common end, drawn anew for each round; both ends give each other the weight 1/2.
///
/// The matching is the one that takes edges in the order of their random numbers, as long as both ends are free.
/// Whether an edge is in it depends on the edges around it that come earlier, so a node finds its partner without
/// drawing the whole matching (Nguyen, Onak 2008).
public struct RandomMatching: ScheduleKind {
    public static let name = "randomMatching"
    public static let aliases = ["random-matching"]
    public static let summary = "A random maximal matching of the graph in each round; pairs average with weights 1/2."
    public static let isRandom = true

    public init(_ parameters: ParameterValues) {}

    public func links(on graph: Topology, seed: UInt64) throws(ConfigurationFault) -> any LinkSchedule {
        guard !graph.directed else {
            throw ConfigurationFault(
                "the schedule \(Self.name) is for undirected graphs, and the edges here are directed")
        }
        return Links(union: graph, seed: seed)
    }

    private struct Links: LinkSchedule {
        let union: Topology
        let seed: UInt64

        func distinctRounds(before rounds: Int) -> [Round]? { nil }

        func everySender(of node: NodeID) -> [Sender] { union.neighbours(of: node).map { Sender($0, weight: 0.5) } }

        func senders(of node: NodeID, in round: Round) -> [Sender] {
            receivers(of: node, in: round).map { Sender($0, weight: 0.5) }
        }

        func receivers(of node: NodeID, in round: Round) -> [NodeID] {
            var search = Search(graph: union, seed: seed, round: round)
            return search.partner(of: node).map { [$0] } ?? []
        }
    }

    /// An edge with its random number, which says when the matching comes to it.
    private struct Candidate: Comparable, Hashable {
        let number: UInt64
        let low: NodeID
        let high: NodeID

        static func < (a: Candidate, b: Candidate) -> Bool { (a.number, a.low, a.high) < (b.number, b.low, b.high) }
    }

    /// A part of one round's matching.
    private struct Search {
        let graph: Topology
        let seed: UInt64
        let round: Round
        /// Of each node looked at, its edges in their order.
        private var candidates: [NodeID: [Candidate]] = [:]
        private var isMatched: [Candidate: Bool] = [:]

        init(graph: Topology, seed: UInt64, round: Round) {
            self.graph = graph
            self.seed = seed
            self.round = round
        }

        mutating func partner(of node: NodeID) -> NodeID? {
            for edge in edges(at: node) where matches(edge) { return edge.low == node ? edge.high : edge.low }
            return nil
        }

        /// Whether both ends are free when the matching comes to this edge.
        private mutating func matches(_ edge: Candidate) -> Bool {
            if let known = isMatched[edge] { return known }
            let earlier = (edges(at: edge.low).prefix { $0 < edge } + edges(at: edge.high).prefix { $0 < edge })
                .sorted()
            var isFree = true
            for other in earlier where matches(other) {
                isFree = false
                break
            }
            isMatched[edge] = isFree
            return isFree
        }

        private mutating func edges(at node: NodeID) -> [Candidate] {
            if let known = candidates[node] { return known }
            let edges = graph.neighbours(of: node).map { other in
                let (low, high) = (min(node, other), max(node, other))
                var random = RandomStream(
                    seed: seed, purpose: .schedule, node: low, round: round, lane: high.index)
                return Candidate(number: random.next(), low: low, high: high)
            }.sorted()
            candidates[node] = edges
            return edges
        }
    }
}
