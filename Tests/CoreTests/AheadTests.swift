// Neighbours that are several rounds ahead because they need nothing of this node: none of what they send is lost, and
// they are not taken for having gone on without it.
import Aggregation
import Graphs
import Kernels
import Learning
import Testing
import Wire

@testable import Core

@Suite("Ahead of a node")
struct AheadTests {
    private static let rounds = 12

    /// Nodes 0, 1 and 2, of which node 0 sits out rounds 1 to 3, and nobody anything else of the first four.
    private static func participation() throws -> Participation {
        try #require(
            (0..<1_000_000).lazy.map { Participation(chance: 0.5, seed: $0) }.first { drawn in
                [1, 2, 3].allSatisfy { !drawn.includes(NodeID(0), in: Round($0)) }
                    && [0, 4].allSatisfy { drawn.includes(NodeID(0), in: Round($0)) }
                    && (0..<4).allSatisfy { round in
                        [1, 2].allSatisfy { drawn.includes(NodeID($0), in: Round(round)) }
                    }
            })
    }

    @Test("a node that sits out uses every round of one that goes on meanwhile")
    func participating() throws {
        let neighbours = [1, 2].map { NodeConfiguration.Neighbour(node: NodeID($0), weight: 1 / 3, receives: true) }
        var node = HandledNode(
            NodeConfiguration(
                node: NodeID(0), dimension: HandledNode.dimension, rounds: Self.rounds, neighbours: neighbours,
                budget: Budget(count: 0, among: [1 / 3, 1 / 3]), participation: try Self.participation(), seed: 1),
            exchange: UpdateExchange(.defaults(UpdateExchange.parameters)))
        node.join(1...2)
        for round in 0...3 { node.receive(from: 1, round: round, at: 1) }
        #expect(node.core.round == Round(0) && node.stateRequests.isEmpty, "node 2 is waited for")
        for round in 0...3 { node.receive(from: 2, round: round, at: 2) }
        #expect(node.traces == (0...3).map { .init(round: $0, senders: [0, 1, 2]) })
        #expect(node.stateRequests.isEmpty && node.core.round == Round(4))
        #expect(node.models == [[0, 1], [0, 2], [4, 1], [4, 2]])
        #expect(node.core.record.missedModels == 0)
        // From round 4 on they need it: three rounds beyond that they have gone on without.
        for sender in 1...2 { node.receive(from: sender, round: 7, at: 3) }
        #expect(node.stateRequests.isEmpty == false)
    }

    @Test("so does one whose neighbours hear it in few rounds only")
    func scheduled() throws {
        let edges = (0..<8).flatMap { i in [1, 2, 4].map { Edge(NodeID(i), NodeID((i + $0) % 8)) } }
        let graph = try Topology(labels: (0..<8).map(String.init), edges: edges, directed: true, name: "exponential-8")
        let links = try OnePeerExponential(.defaults(OnePeerExponential.parameters)).links(on: graph, seed: 1)
        let peers = [1, 2, 4, 6, 7]
        let schedule = NodeSchedule(of: NodeID(0), among: peers.map { .init(NodeID($0)) }, on: links)
        let neighbours = peers.map { peer in
            NodeConfiguration.Neighbour(
                node: NodeID(peer), weight: peer >= 4 ? 0.5 : nil, receives: peer <= 4)
        }
        var node = HandledNode(
            NodeConfiguration(
                node: NodeID(0), dimension: HandledNode.dimension, rounds: Self.rounds, neighbours: neighbours,
                schedule: .init(links: schedule, tolerance: .count(0)), budget: Budget(count: 0, among: []), seed: 1))
        node.handle(.started(.afresh), at: 0)
        for peer in peers { node.handle(.linkUp(NodeID(peer), incarnation: 1), at: 0) }
        node.receive(from: 4, round: 2, at: 1)
        node.receive(from: 6, round: 1, at: 1)
        #expect(node.core.round == Round(0), "node 7 is waited for")
        node.receive(from: 7, round: 0, at: 2)
        #expect(node.traces == [(0, 7), (1, 6), (2, 4)].map { .init(round: $0, senders: [0, $1]) })
        #expect(node.models == [[0, 1], [1, 2], [2, 4], [3, 1]] && node.core.record.missedModels == 0)
    }

    @Test("so does one that its senders never hear, until what they send must be lost")
    func oneWay() throws {
        let neighbours = [1, 2].map { NodeConfiguration.Neighbour(node: NodeID($0), weight: 1 / 3, receives: false) }
        var node = HandledNode(
            NodeConfiguration(
                node: NodeID(0), dimension: HandledNode.dimension, rounds: 200, neighbours: neighbours,
                budget: Budget(count: 0, among: [1 / 3, 1 / 3]), seed: 1))
        node.join(1...2)
        for round in 0...3 { node.receive(from: 1, round: round, at: 1) }
        #expect(node.core.round == Round(0), "node 2 is waited for")
        for round in 0...3 { node.receive(from: 2, round: round, at: 2) }
        #expect(node.traces == (0...3).map { .init(round: $0, senders: [0, 1, 2]) })
        #expect(node.core.round == Round(4) && node.core.record.missedModels == 0)
        // Nobody keeps so many for it: the others have long gone on.
        for sender in 1...2 { node.receive(from: sender, round: 100, at: 3) }
        #expect(node.core.round == Round(101), "from round 4 to 100, and that is closed")
    }

    @Test(
        "as many of its messages are kept as may come while rounds are sat out in a row",
        arguments: [(0.1, 60...70), (0.5, 30...60)])
    func backlog(chance: Double, kept: ClosedRange<Int>) {
        func backlog(_ participation: Participation?, rounds: Int = 1_000) -> Int {
            NodeConfiguration(
                node: NodeID(0), dimension: 1, rounds: rounds,
                neighbours: (1...9).map { .init(node: NodeID($0), weight: 0.1, receives: true) },
                budget: Budget(count: 0, weight: 0), participation: participation, seed: 1
            ).backlog
        }
        #expect(backlog(nil) == 1)
        #expect(kept.contains(backlog(Participation(chance: chance, seed: 1))))
        #expect(backlog(Participation(chance: chance, seed: 1), rounds: 20) == 22, "no more than there are rounds")
    }

    @Test("a node that comes back late in a graph that changes waits one deadline for whoever is silent, as ever")
    func comingBack() throws {
        let ring = (0..<3).map { Edge(NodeID($0), NodeID(($0 + 1) % 3)) }
        let topology = try Topology(labels: ["a", "b", "c"], edges: ring, directed: false, name: "three")
        let links = ConstantLinks(try MixingWeights(topology, rule: .metropolisHastings))
        let neighbours = [1, 2].map { NodeConfiguration.Neighbour(node: NodeID($0), weight: 1 / 3, receives: true) }
        var node = HandledNode(
            NodeConfiguration(
                node: NodeID(0), dimension: HandledNode.dimension, rounds: 500, neighbours: neighbours,
                schedule: .init(
                    links: NodeSchedule(of: NodeID(0), among: [.init(NodeID(1)), .init(NodeID(2))], on: links),
                    tolerance: .count(0)), budget: Budget(count: 0, among: [1 / 3, 1 / 3]), seed: 1))
        node.handle(.started(.restarted(nil, published: Round(99))), at: 0)
        for neighbour in 1...2 { node.handle(.linkUp(NodeID(neighbour), incarnation: 1), at: 0) }
        node.receive(from: 1, round: 100, at: 1)
        node.handle(.received(.waiting(Round(100)), from: NodeID(2)), at: 2)
        #expect(node.core.round == Round(101), "it has entered")
        node.receive(from: 1, round: 101, at: 3)
        #expect(node.waitForRound(from: 3) < 10_000)
    }
}
