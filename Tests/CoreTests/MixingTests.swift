// What goes into a mix: whose models, of which round, in which order, and what the record says of it.
import Aggregation
import Kernels
import Testing
import Wire

@testable import Core

@Suite("What a round mixes")
struct MixingTests {
    @Test(
        "does not depend on the order in which models arrive",
        arguments: [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]])
    func order(senders: [Int]) {
        func models(_ senders: [Int]) -> [[Float]] {
            var node = HandledNode(degree: 3)
            node.join(1...3)
            for round in 0..<3 {
                for sender in senders {
                    node.receive([0.1, 3e7].map { $0 * Float(sender + round) }, from: sender, round: round, at: round)
                }
            }
            return node.values(sentTo: 1)
        }
        #expect(models(senders) == models([1, 2, 3]))
        #expect(models(senders).count == 4)
    }

    @Test("leaves the weight of a missing neighbour with the node itself")
    func missing() {
        var node = HandledNode(degree: 3, measureEvery: 1)
        node.join(1...3)
        node.receive([5, -3], from: 1, round: 0, at: 0)
        node.receive([9, 1], from: 2, round: 0, at: 0)
        node.handle(.linkDown(NodeID(3)), at: 0)
        #expect(node.waitForRound(from: 0) == 200)
        // 1 + (5 − 1) / 4 + (9 − 1) / 4, and 1 + (−3 − 1) / 4 + 0; then the step adds 1.
        #expect(node.values(sentTo: 1).last == [5, 1])
        #expect(node.lastRecord?.mixedModels == 2 && node.lastRecord?.missedModels == 1)
    }

    @Test("follows the direction of edges")
    func directed() {
        let neighbours = [
            NodeConfiguration.Neighbour(node: NodeID(1), weight: 0.5, receives: false),
            NodeConfiguration.Neighbour(node: NodeID(2), weight: nil, receives: true),
        ]
        var node = HandledNode(
            NodeConfiguration(
                node: NodeID(0), dimension: 2, rounds: 2, neighbours: neighbours, budget: Budget(count: 0, weight: 0),
                seed: 1, measureEvery: 1))
        node.join(1...2)
        #expect(node.models == [[0, 2]])
        node.receive([100, 100], from: 2, round: 0, at: 0)
        node.receive([3, 5], from: 1, round: 0, at: 0)
        #expect(node.traces == [.init(round: 0, senders: [0, 1])])
        #expect(node.values(sentTo: 2).last == [3, 4])
        #expect(node.lastRecord?.rejections == [.init(reason: "notANeighbour", count: 1)])
        #expect(node.lastRecord?.missedModels == 0)
    }

    @Test("a forgery told for a round to come counts then, and not before")
    func futureOffence() {
        var node = HandledNode(hostile: 1)
        node.join(1...2)
        node.receive([.nan, 0], from: 1, round: 1, at: 0)
        node.receive(from: 1, round: 0, at: 0)
        node.receive(from: 2, round: 0, at: 0)
        #expect(node.traces.last == .init(round: 0, senders: [0, 1, 2]))
        node.receive(from: 1, round: 1, at: 0)
        node.receive(from: 2, round: 1, at: 0)
        #expect(node.traces.last == .init(round: 1, senders: [0, 2]))
    }

    @Test("a forgery is not undone by another one for a later round")
    func offenceStands() {
        var node = HandledNode(measureEvery: 1)
        node.join(1...2)
        node.receive([.nan, 0], from: 1, round: 0, at: 0)
        node.receive([.nan, 0], from: 1, round: 1, at: 0)
        node.receive(from: 1, round: 0, at: 0)
        node.receive(from: 2, round: 0, at: 0)
        #expect(node.traces == [.init(round: 0, senders: [0, 2])])
        #expect(
            node.lastRecord?.rejections
                == [.init(reason: "notFinite", count: 2), .init(reason: "duplicateRound", count: 1)])
    }

    @Test("a neighbour that is through its local rounds first takes none away from this node")
    func fastNeighbour() {
        var node = HandledNode(rounds: 10, mixEvery: 5)
        node.handle(.started(.afresh), at: 0)
        node.handle(.linkUp(NodeID(1), incarnation: 1), at: 0)
        node.receive(from: 1, round: 4, at: 0)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 0)
        #expect(node.models == [[4, 1], [4, 2]])
        #expect(node.values(sentTo: 1) == [[5, 5]], "five local steps of 1 each")
        node.receive(from: 2, round: 4, at: 0)
        #expect(node.traces.prefix(5).map(\.senders) == [[0], [0], [0], [0], [0, 1, 2]])
    }

    @Test("one that is past the next exchange has gone on without this node, which then catches up")
    func farAhead() {
        var node = HandledNode(rounds: 20, mixEvery: 5)
        node.handle(.started(.afresh), at: 0)
        node.handle(.linkUp(NodeID(1), incarnation: 1), at: 0)
        node.receive(from: 1, round: 9, at: 0)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 0)
        #expect(node.models == [[9, 1], [9, 2]])
    }

    @Test("the record counts what was late")
    func lateModels() {
        var node = HandledNode(measureEvery: 2)
        node.join(1...2)
        for round in 0..<2 {
            node.receive(from: 1, round: round, at: 0)
            node.receive(from: 2, round: round, at: 0)
            node.receive(from: 1, round: 0, at: 0)
        }
        for sender in 1...2 { node.receive(from: sender, round: 2, at: 0) }
        for sender in 1...2 { node.receive(from: sender, round: 3, at: 0) }
        #expect(node.records == [2, 4])
        #expect(node.lastRecord?.lateModels == 1, "one before the first record, one after it")
        #expect(node.lastRecord?.mixedModels == 4)
    }
}
