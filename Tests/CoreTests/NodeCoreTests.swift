// The node's rounds, its door and its patience, by hand and on a manual clock.
import Attacks
import Aggregation
import Kernels
import Learning
import Testing
import Wire

@testable import Core

@Suite("Node core")
struct NodeCoreTests {
    @Test("starts its first round when all links are up, or when the join deadline has passed")
    func joins() {
        var node = HandledNode()
        node.handle(.started(.afresh), at: 0)
        node.handle(.linkUp(NodeID(1), incarnation: 1), at: 0)
        #expect(node.models.isEmpty)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 5)
        #expect(node.models == [[0, 1], [0, 2]])

        var lonely = HandledNode()
        lonely.handle(.started(.afresh), at: 0)
        lonely.handle(.linkUp(NodeID(1), incarnation: 1), at: 0)
        lonely.handle(.timer, at: 300)
        #expect(lonely.sent.map(\.message) == [.waiting(Round(0))], "a joining node says that it is held up")
        lonely.handle(.timer, at: 4999)
        #expect(lonely.models.isEmpty)
        lonely.handle(.timer, at: 5000)
        #expect(lonely.models == [[0, 1]])
    }

    @Test("closes a round when everyone has been heard, and mixes each model once")
    func closes() {
        var node = HandledNode(rounds: 2)
        node.join(1...2)
        node.receive(from: 1, round: 0, at: 1)
        #expect(node.traces.isEmpty)
        node.receive(from: 1, round: 0, at: 1)
        node.receive(from: 2, round: 0, at: 2)
        #expect(node.traces == [.init(round: 0, senders: [0, 1, 2])])
        node.receive(from: 1, round: 1, at: 3)
        node.receive(from: 2, round: 1, at: 3)
        guard case .finished(let model) = node.ending else {
            Issue.record("all rounds are done")
            return
        }
        // 0 + 1, mixed with 1 and 1; + 1 = 2, mixed with 1 and 1.
        #expect(model.allSatisfy { abs($0 - 4.0 / 3) < 1e-6 })
        #expect(node.sent.suffix(2).map(\.message) == [.bye(.finished), .bye(.finished)])
    }

    @Test("keeps a model of the next round until its time comes, and only the newest")
    func early() {
        var node = HandledNode()
        node.join(1...2)
        node.receive(from: 1, round: 1, at: 1)
        node.receive(from: 1, round: 0, at: 1)
        node.receive(from: 2, round: 0, at: 1)
        node.receive(from: 2, round: 1, at: 2)
        #expect(node.traces.map(\.round) == [0, 1])
        node.receive(from: 1, round: 1, at: 3)
        node.receive(from: 1, round: 7, at: 3)
        #expect(node.traces.count == 2, "late and out of range: counted, not mixed")
    }

    @Test("a neighbour that was never heard costs one deadline and a half, in the whole run")
    func silent() {
        var node = HandledNode(rounds: 1000)
        node.join(1...2)
        var now = 0
        for round in 0..<1000 {
            node.receive(from: 1, round: round, at: now)
            if node.traces.count == round { now = node.waitForRound(from: now) }
        }
        #expect(node.traces.count == 1000)
        #expect(node.traces.allSatisfy { $0.senders == [0, 1] })
        #expect(now == 7500)
    }

    @Test("one that was given up is waited for again when it has spoken, as long as time has paid for")
    func restored() {
        var node = HandledNode(rounds: 1000)
        node.join(1...2)
        var now = 0
        for neighbour in 1...2 { node.receive(from: neighbour, round: 0, at: now) }
        node.receive(from: 1, round: 1, at: now)
        now = node.waitForRound(from: now)
        #expect(now == 5000, "what it may owe is used up")
        for round in 2..<30 {
            now += 20
            node.receive(from: 1, round: round, at: now)
            #expect(node.waitForRound(from: now) == now && node.traces.count == round + 1, "nobody waits for it")
        }
        node.receive(from: 2, round: 29, at: now)
        node.receive(from: 1, round: 30, at: now)
        #expect(node.traces.count == 30, "it has spoken")
        node.receive(from: 2, round: 30, at: now + 10)
        #expect(node.traces.last == .init(round: 30, senders: [0, 1, 2]))
        node.receive(from: 1, round: 31, at: now + 10)
        // What the long round is believed to be, half of 28 rounds of 20 ms and of the last one, less its own 10 ms.
        #expect(node.waitForRound(from: now + 10) - now - 10 == 100 + 28 * 10 + 5 - 10)
    }

    @Test("to say that it is held up gains a neighbour nothing, and costs the others nothing")
    func heldUp() {
        func limit(_ isExcused: Bool) -> (wake: Int, debts: [Nanoseconds]) {
            var node = HandledNode(degree: 3, hostile: 1)
            node.join(1...3)
            for neighbour in 1...3 { node.receive(from: neighbour, round: 0, at: 0) }
            for neighbour in 1...2 { node.receive(from: neighbour, round: 1, at: 0) }
            if isExcused { node.handle(.received(.waiting(Round(1)), from: NodeID(3)), at: 1000) }
            return (node.waitForRound(from: 1000), node.core.ledger.debts)
        }
        #expect(limit(true) == limit(false))
        #expect(limit(true) == (5000, [0, 0, .milliseconds(5000)]))
    }

    @Test("a closed link is waited for 200 ms, a finished neighbour not at all, a stopping one a second")
    func closedLinks() {
        func limit(_ event: NodeEvent) -> Int? {
            var node = HandledNode()
            node.join(1...2)
            node.receive(from: 1, round: 0, at: 0)
            node.handle(event, at: 100)
            return node.traces.isEmpty ? node.waitForRound(from: 100) : nil
        }
        #expect(limit(.linkDown(NodeID(2))) == 300)
        #expect(limit(.received(.bye(.finished), from: NodeID(2))) == nil)
        #expect(limit(.received(.bye(.failed), from: NodeID(2))) == nil)
        var node = HandledNode()
        node.join(1...2)
        node.receive(from: 1, round: 0, at: 0)
        node.handle(.linkDown(NodeID(2)), at: 100)
        node.handle(.timer, at: 299)
        #expect(node.traces.isEmpty)
        node.handle(.timer, at: 300)
        #expect(node.traces.count == 1)
        var stopping = HandledNode()
        stopping.join(1...2)
        stopping.receive(from: 1, round: 0, at: 0)
        stopping.handle(.received(.bye(.stopping), from: NodeID(2)), at: 100)
        stopping.handle(.timer, at: 1099)
        #expect(stopping.traces.isEmpty)
        stopping.handle(.timer, at: 1100)
        #expect(stopping.traces.count == 1)
    }

    @Test("a link that comes back in the middle of a round gets the round's model again")
    func reconnects() {
        var node = HandledNode()
        node.join(1...2)
        node.handle(.linkDown(NodeID(2)), at: 10)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 50)
        #expect(node.models == [[0, 1], [0, 2], [0, 2]])
    }

    @Test("told to stop, it says so, closes no round and ends")
    func stops() {
        var node = HandledNode()
        node.join(1...2)
        node.receive(from: 1, round: 0, at: 1)
        node.handle(.stopRequested, at: 2)
        node.receive(from: 2, round: 0, at: 3)
        #expect(node.traces.isEmpty && node.core.hasEnded)
        #expect(node.sent.suffix(2).map(\.message) == [.bye(.stopping), .bye(.stopping)])
    }

    @Test("a proven forgery is not mixed, not waited for, and leaves the budget")
    func offences() {
        var node = HandledNode(hostile: 1, rule: BudgetProbe())
        node.join(1...2)
        node.receive([.nan, 0], from: 1, round: 0, at: 1)
        node.receive(from: 2, round: 0, at: 2)
        #expect(node.traces == [.init(round: 0, senders: [0, 2])])
        // The probe's mix is the budget it was given: one hostile node declared, one proven, none left.
        node.receive([1, 2, 3], from: 1, round: 1, at: 3)
        node.receive(from: 2, round: 1, at: 3)
        #expect(node.traces.count == 2)
        #expect(BudgetProbe.isTracedAsZero(node))
    }

    @Test("whatever is not for this node or this run is refused")
    func door() {
        let node = NodeConfiguration.Neighbour(node: NodeID(1), weight: 0.5, receives: true)
        let away = NodeConfiguration.Neighbour(node: NodeID(1), weight: nil, receives: true)
        var state = NeighbourState(node)
        let configuration = NodeConfiguration(
            node: NodeID(0), dimension: 2, rounds: 10, neighbours: [node], budget: Budget(count: 0, weight: 0), seed: 1)
        func judge(_ round: Int, _ values: [Float] = [0, 0]) -> Admission {
            Admission.judge(
                ModelMessage(round: Round(round), values: values), from: state, in: Round(3), by: configuration)
        }
        #expect(judge(3) == .current && judge(4) == .early && judge(2) == .late)
        #expect(judge(10) == .refused(.roundOutOfRange))
        #expect(judge(3, [0]) == .refused(.wrongDimension))
        #expect(judge(3, [0, .infinity]) == .refused(.notFinite))
        state.current = ModelMessage(round: Round(3), values: [0, 0])
        state.keep(ModelMessage(round: Round(6), values: [0, 0]), backlog: configuration.backlog)
        #expect(judge(3) == .refused(.duplicateRound) && judge(6) == .refused(.duplicateRound))
        #expect(judge(5) == .late && judge(7) == .early)
        state = NeighbourState(away)
        #expect(judge(3) == .refused(.notANeighbour))
    }

    @Test("skips to where more neighbours are than may be hostile, when it has fallen behind")
    func skips() {
        var node = HandledNode(degree: 3, rounds: 50, hostile: 1)
        node.join(1...3)
        node.receive(from: 1, round: 20, at: 1)
        node.receive(from: 2, round: 12, at: 1)
        #expect(node.core.round == Round(0), "node 3 is still waited for")
        node.receive(from: 3, round: 0, at: 2)
        #expect(node.core.round == Round(12), "one of the two may be hostile, not both")
        #expect(node.nextRounds == [12], "its trace says that it may publish that round's model now")
    }

    @Test("local rounds exchange nothing")
    func localRounds() {
        var node = HandledNode(rounds: 4, mixEvery: 2)
        node.join(1...2)
        #expect(node.models == [[1, 1], [1, 2]])
        node.receive(from: 1, round: 1, at: 1)
        node.receive(from: 2, round: 1, at: 1)
        #expect(node.models.suffix(2) == [[3, 1], [3, 2]])
        #expect(node.traces.map(\.senders) == [[0], [0, 1, 2], [0]])
    }

    @Test("records, snapshots and checkpoints come when they are due")
    func measures() {
        var node = HandledNode(rounds: 5, measureEvery: 2, checkpointEvery: 3)
        node.join(1...2)
        for round in 0..<5 { for sender in 1...2 { node.receive(from: sender, round: round, at: round) } }
        #expect(node.records == [2, 4, 5])
        #expect(node.snapshots == [0, 2, 4], "the last model is the ending")
        #expect(node.checkpoints.map(\.rounds) == [3])
    }

    @Test("mixes are handed out where that is asked for: those that made a measured model, the last too")
    func handsOutMixes() throws {
        func mixes(_ handsOut: Bool, mixEvery: Int = 1) -> [(rounds: Int, mix: MixSample)] {
            var node = HandledNode(rounds: 5, mixEvery: mixEvery, measureEvery: 2, handsOutMixes: handsOut)
            node.join(1...2)
            for round in 0..<5 { for sender in 1...2 { node.receive(from: sender, round: round, at: round) } }
            return node.mixes
        }
        #expect(mixes(false).isEmpty)
        let handed = mixes(true)
        #expect(handed.map(\.rounds) == [2, 4, 5])
        #expect(mixes(true, mixEvery: 4).map(\.rounds) == [4], "a round without an exchange has no mix")
        let first = try #require(handed.first?.mix)
        #expect(first.step == Round(1) && first.inputs.map(\.sender) == [NodeID(1), NodeID(2)])
        #expect(first.inputs.allSatisfy { $0.weight == 1.0 / 3 } && first.budget == 0)
        // Round 0 ends in (1 + 1 + 1) / 3 = 1, so that 2 is sent in round 1, and mixed with two ones.
        #expect(first.own == [2, 2] && first.mixed.allSatisfy { abs($0 - 4.0 / 3) < 1e-6 })
    }

    @Test("goes on from a checkpoint as if it had never stopped")
    func resumes() {
        var node = HandledNode(rounds: 6)
        let checkpoint = Checkpoint(rounds: 4, state: NodeState([9, 9]))
        node.handle(.started(.resumed(checkpoint)), at: 0)
        node.handle(.linkUp(NodeID(1), incarnation: 1), at: 0)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 0)
        #expect(node.models == [[4, 1], [4, 2]])
    }

    @Test("a hostile node hears its honest neighbours first, waits for none of its kind, and tells each victim its own")
    func forges() {
        let adversary = Adversary(
            attack: GaussianNoise(.defaults(GaussianNoise.parameters)), allies: [NodeID(3)], rounds: 0..<5,
            probability: 1, collusion: nil)
        var hostileNode = HandledNode(degree: 3, behaviour: .hostile(adversary))
        hostileNode.join(1...3)
        #expect(hostileNode.models.isEmpty)
        hostileNode.receive([5, 5], from: 1, round: 0, at: 1)
        #expect(hostileNode.models.isEmpty)
        hostileNode.receive([7, 7], from: 2, round: 0, at: 2)
        #expect(hostileNode.models == [[0, 1], [0, 2]])
        #expect(hostileNode.traces == [.init(round: 0, senders: [0, 1, 2])])
        #expect(hostileNode.sent[0].message != hostileNode.sent[1].message)
        hostileNode.handle(.timer, at: 2502)
        #expect(hostileNode.traces.count == 2, "it waits half a deadline for the silent")
    }
}
