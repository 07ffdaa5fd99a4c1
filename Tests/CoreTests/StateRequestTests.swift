// Coming back where something else than models travels: a node asks its neighbours for their parameters.
import Aggregation
import Attacks
import Kernels
import Learning
import TestSupport
import Testing
import Wire

@testable import Core

@Suite("Asking for states")
struct StateRequestTests {
    private static let checkpoint = Checkpoint(rounds: 4, state: NodeState([9, 9]))

    /// A node whose updates travel: whatever it trains from, its update is that vector and 1.
    private static func node(
        degree: Int = 3, hostile: Int = 1,
        exchange: any Exchange = UpdateExchange(.defaults(UpdateExchange.parameters)),
        behaviour: Behaviour = .honest
    ) -> HandledNode {
        let neighbours = (1...degree).map {
            NodeConfiguration.Neighbour(node: NodeID($0), weight: 1 / Double(degree + 1), receives: true)
        }
        return HandledNode(
            NodeConfiguration(
                node: NodeID(0), dimension: HandledNode.dimension, rounds: 50, neighbours: neighbours,
                budget: Budget(count: hostile, among: neighbours.compactMap(\.weight)), seed: 1),
            exchange: exchange, behaviour: behaviour)
    }

    private static func restarted() -> HandledNode {
        var node = node()
        node.handle(.started(.restarted(checkpoint, published: Round(6))), at: 0)
        for neighbour in 1...3 { node.handle(.linkUp(NodeID(neighbour), incarnation: 1), at: 0) }
        return node
    }

    private static func tell(_ node: inout HandledNode, _ values: [Float], from sender: Int, round: Int, at time: Int) {
        node.handle(
            .received(.state(ModelMessage(round: Round(round), values: values)), from: NodeID(sender)), at: time)
    }

    @Test("a restarted node asks each neighbour, and enters with the trimmed mean of their states, in their round")
    func entry() {
        var node = Self.restarted()
        #expect(node.stateRequests == [[7, 1], [7, 2], [7, 3]] && node.models.isEmpty)
        // What they send meanwhile is no state.
        node.receive([50, 50], from: 1, round: 20, at: 1)
        Self.tell(&node, [1, 1], from: 1, round: 20, at: 1)
        Self.tell(&node, [1e9, -1e9], from: 2, round: 45, at: 2)
        #expect(node.models.isEmpty && node.traces.isEmpty)
        Self.tell(&node, [3, 5], from: 3, round: 21, at: 3)
        #expect(node.traces.isEmpty && node.stateRequests.suffix(3) == [[23, 1], [23, 2], [23, 3]])
        Self.tell(&node, [70, 70], from: 3, round: 22, at: 4)
        for (sender, values) in [(1, [1, 1]), (2, [1e9, -1e9]), (3, [3, 5])] as [(Int, [Float])] {
            Self.tell(&node, values, from: sender, round: 23, at: 5)
        }
        #expect(node.traces == [.init(round: 23, senders: [1, 2, 3])], "all of one round, which starts with them")
        #expect(node.models == [[23, 1], [23, 2], [23, 3]])
        #expect(node.values(sentTo: 1) == [[4, 2]], "the middle value of each coordinate, and the local step")
    }

    @Test("states that are of another size, not finite or of no round are refused, and it waits for better ones")
    func refusals() {
        var node = Self.restarted()
        Self.tell(&node, [1], from: 1, round: 20, at: 1)
        Self.tell(&node, [.nan, 1], from: 1, round: 20, at: 1)
        Self.tell(&node, [1, 1], from: 1, round: 50, at: 1)
        Self.tell(&node, [2, 2], from: 2, round: 20, at: 2)
        Self.tell(&node, [3, 3], from: 3, round: 20, at: 2)
        #expect(node.traces.isEmpty, "it has still no state of node 1")
        #expect(Set(node.core.record.rejections.map(\.reason)) == ["wrongDimension", "notFinite", "roundOutOfRange"])
        Self.tell(&node, [4, 4], from: 1, round: 20, at: 3)
        #expect(node.traces == [.init(round: 20, senders: [1, 2, 3])] && node.values(sentTo: 2) == [[4, 4]])
    }

    @Test("a node that has not asked takes no state")
    func unasked() {
        var node = Self.node()
        node.join(1...3)
        for sender in 1...3 { Self.tell(&node, [7, 7], from: sender, round: 9, at: 1) }
        #expect(node.core.round == Round(0) && node.core.stateExchanges.allSatisfy { $0.offer == nil })
    }

    @Test("a request is answered once a round, with the parameters at its start, and not before the round asked for")
    func answers() {
        var node = Self.node()
        node.join(1...3)
        func ask(_ round: Int, from sender: Int, at time: Int) {
            node.handle(.received(.stateRequest(Round(round)), from: NodeID(sender)), at: time)
        }
        func finish(_ round: Int, at time: Int) {
            for sender in 1...3 { node.receive([3, 3], from: sender, round: round, at: time) }
        }
        ask(0, from: 1, at: 1)
        ask(0, from: 1, at: 1)
        ask(2, from: 2, at: 1)
        #expect(node.states == [[0, 1]])
        finish(0, at: 2)
        ask(1, from: 1, at: 3)
        ask(0, from: 1, at: 3)
        #expect(node.states == [[0, 1], [1, 1]])
        finish(1, at: 4)
        #expect(node.states == [[0, 1], [1, 1], [2, 1], [2, 2]], "a second request waits for the next round")
        // Its own update was 1, those of the others 3: from 0 to 2.5.
        #expect(
            node.sent.contains {
                $0.message == .state(ModelMessage(round: Round(1), values: [2.5, 2.5])) && $0.to == 1
            })
    }

    @Test("where models travel no request is answered; nor by a hostile node while it attacks")
    func silence() {
        let adversary = Adversary(
            attack: GaussianNoise(.defaults(GaussianNoise.parameters)), allies: [], rounds: 0..<50, probability: 1,
            collusion: nil)
        for var node in [Self.node(exchange: ModelExchange()), Self.node(behaviour: .hostile(adversary))] {
            node.join(1...3)
            for sender in 1...3 { node.handle(.received(.stateRequest(Round(0)), from: NodeID(sender)), at: 1) }
            #expect(node.states.isEmpty)
        }
    }

    @Test("a node that the others have left behind asks as well, and goes on from what they are at")
    func leftBehind() {
        var node = Self.node()
        node.join(1...3)
        node.receive(from: 1, round: 20, at: 1)
        node.receive(from: 2, round: 12, at: 1)
        #expect(node.stateRequests.isEmpty, "node 3 is still waited for")
        node.receive(from: 3, round: 0, at: 2)
        #expect(node.stateRequests == [[1, 1], [1, 2], [1, 3]])
        #expect(node.nextRounds == [1], "an update of its own would be of no use to them")
        for (sender, round) in [(1, 20), (2, 13), (3, 13)] {
            Self.tell(&node, [5, 5], from: sender, round: round, at: 3)
        }
        #expect(node.stateRequests.suffix(3) == [[15, 1], [15, 2], [15, 3]], "two of three may be one too few")
        for sender in 1...3 { Self.tell(&node, [5, 5], from: sender, round: 15, at: 4) }
        #expect(node.traces.last == .init(round: 15, senders: [1, 2, 3]) && node.core.round == Round(15))
        #expect(node.models.suffix(3) == [[15, 1], [15, 2], [15, 3]] && node.values(sentTo: 3).last == [6, 6])
    }

    /// A node that has heard for round 0 of all, and of two neighbours that they are far ahead; node 3 answers nothing.
    private static func leftBehind() -> HandledNode {
        var node = node()
        node.join(1...3)
        node.receive(from: 3, round: 0, at: 0)
        for sender in 1...2 { node.receive(from: sender, round: 20, at: 1) }
        for sender in 1...2 { tell(&node, [5, 5], from: sender, round: 20, at: 3) }
        return node
    }

    @Test("a neighbour that does not answer is waited for once, not each time that the node was left behind")
    func silentNeighbour() {
        var node = Self.leftBehind()
        #expect(node.traces.count == 1, "node 3 might be honest and slow")
        #expect(node.waitForRound(from: 3) == 5_001)
        #expect(node.core.round == Round(20))
        for (time, round) in [(5_010, 40), (5_020, 45)] {
            for sender in 1...2 { node.receive(from: sender, round: round, at: time) }
            for sender in 1...2 { Self.tell(&node, [5, 5], from: sender, round: round, at: time + 1) }
            #expect(node.stateRequests.count == 3 * (round == 40 ? 2 : 3))
            #expect(node.core.round == Round(round))
        }
    }

    @Test("a node whose neighbours have finished asks nobody, and takes no time for the rounds that are left")
    func finishedNeighbours() {
        var node = Self.node()
        node.join(1...3)
        for sender in 1...3 { node.receive(from: sender, round: 49, at: 1) }
        #expect(node.stateRequests.count == 3 && node.ending == nil, "they might answer")
        for sender in 1...3 { node.handle(.received(.bye(.finished), from: NodeID(sender)), at: 2) }
        #expect(node.stateRequests.count == 3)
        guard case .finished = node.ending else {
            Issue.record("it ended with \(String(describing: node.ending)) in round \(node.core.round)")
            return
        }
    }
}
