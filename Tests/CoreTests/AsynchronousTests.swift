// A node at its own pace: no barrier, the newest model of each neighbour, and none for ever.
import Aggregation
import Kernels
import Testing
import Wire

@testable import Core

@Suite("Asynchronous rounds")
struct AsynchronousTests {
    private func node(staleness: Int, rounds: Int = 100) -> HandledNode {
        let neighbours = (1...2).map {
            NodeConfiguration.Neighbour(node: NodeID($0), weight: 1.0 / 3, receives: true)
        }
        return HandledNode(
            NodeConfiguration(
                node: NodeID(0), dimension: 2, rounds: rounds, neighbours: neighbours,
                budget: Budget(count: 0, weight: 0), pace: .asynchronous(staleness: staleness), seed: 1))
    }

    @Test("it waits for nobody")
    func noBarrier() {
        var node = node(staleness: 3, rounds: 5)
        node.join(1...2)
        #expect(node.ending != nil && node.traces.map(\.senders) == Array(repeating: [0], count: 5))
    }

    @Test("a model is mixed until a newer one takes its place or it has lain for too many rounds")
    func staleness() {
        var node = node(staleness: 2, rounds: 6)
        node.handle(.started(.afresh), at: 0)
        node.handle(.linkUp(NodeID(1), incarnation: 1), at: 0)
        node.receive(from: 1, round: 4, at: 0)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 0)
        #expect(node.traces.map(\.senders) == [[0, 1], [0, 1], [0, 1], [0], [0], [0]])
    }

    @Test("of two models the newer one counts, whenever it comes; a second of one round is refused")
    func newest() {
        var node = node(staleness: 50)
        node.handle(.started(.afresh), at: 0)
        node.handle(.linkUp(NodeID(1), incarnation: 1), at: 0)
        for round in [7, 5, 7, 9] { node.receive(from: 1, round: round, at: 0) }
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 0)
        while node.ending == nil { node.handle(.timer, at: 0) }
        #expect(node.lastRecord?.lateModels == 1)
        #expect(node.lastRecord?.rejections == [.init(reason: "duplicateRound", count: 1)])
        #expect(node.lastRecord?.mixedModels ?? 0 > 0)
    }
}
