// Ending with a round: a node that is warned before the end of its job leaves a checkpoint of the round that it is in,
// closed where its neighbours let it close that, and open otherwise; and a start that takes longer than a round may.
import Kernels
import Testing
import Wire

@testable import Core

@Suite("Ending with a round")
struct StopAfterRoundTests {
    private static func warned(checkpointEvery: Int = 0, inRound round: Int = 0) -> HandledNode {
        var node = HandledNode(rounds: 9, checkpointEvery: checkpointEvery)
        node.join(1...2)
        for done in 0..<round { for neighbour in 1...2 { node.receive(from: neighbour, round: done, at: 1) } }
        node.handle(.stopAfterRound, at: 2)
        return node
    }

    @Test("the round is closed as ever, its state is kept, and neighbours are told; nothing of the next round is said")
    func closes() throws {
        var node = Self.warned()
        #expect(node.ending == nil && node.checkpoints.isEmpty)
        node.receive(from: 1, round: 0, at: 3)
        node.receive(from: 2, round: 0, at: 4)
        #expect(node.ending == .stopped(Round(1)) && node.traces == [.init(round: 0, senders: [0, 1, 2])])
        #expect(node.checkpoints.map(\.rounds) == [1] && node.checkpoints[0].publishedRounds == 1)
        #expect(node.sent.suffix(2).map(\.message) == [.bye(.stopping), .bye(.stopping)])
        #expect(node.models == [[0, 1], [0, 2]])

        // What it comes to is what the next round would have started from.
        var undisturbed = HandledNode(rounds: 9, checkpointEvery: 1)
        undisturbed.join(1...2)
        for neighbour in 1...2 { undisturbed.receive(from: neighbour, round: 0, at: 1) }
        let kept = try #require(undisturbed.checkpoints.first)
        #expect(node.checkpoints[0].state == kept.state)
    }

    @Test("a round that has a checkpoint anyway gets that of the stop as well")
    func both() {
        var node = Self.warned(checkpointEvery: 2, inRound: 1)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 1, at: 3) }
        #expect(node.ending == .stopped(Round(2)) && node.checkpoints.map(\.rounds) == [2, 2])
        #expect(node.checkpoints.map(\.isStop) == [false, true])
    }

    @Test("a round that a stopping neighbour has no part in is not closed", arguments: [false, true])
    func neighbourLeft(isFirst: Bool) throws {
        var node = HandledNode(rounds: 9)
        node.join(1...2)
        node.receive(from: 1, round: 0, at: 1)
        let events: [NodeEvent] = [.received(.bye(.stopping), from: NodeID(2)), .stopAfterRound]
        for event in isFirst ? events : events.reversed() { node.handle(event, at: 2) }
        #expect(node.ending == .stopped(Round(0)) && node.traces.isEmpty)
        let checkpoint = try #require(node.checkpoints.first)
        #expect(checkpoint.rounds == 0 && checkpoint.isStop && checkpoint.stops == 1)
        let openRound = try #require(checkpoint.openRound)
        #expect(openRound.own == [1, 1] && openRound.heard.map(\.sender) == [NodeID(1)])
        #expect(openRound.start == hash64([Float](repeating: 0, count: 2)))

        // It goes on in the middle of that round, with what it has heard; what comes once more is no offence.
        var again = HandledNode(rounds: 9)
        again.handle(.started(.resumed(checkpoint)), at: 0)
        for neighbour in 1...2 { again.handle(.linkUp(NodeID(neighbour), incarnation: 2), at: 0) }
        #expect(again.values(sentTo: 2) == [[1, 1]])
        again.receive(from: 1, round: 0, at: 1)
        #expect(again.core.record.rejections.isEmpty)
        again.receive(from: 2, round: 0, at: 2)
        #expect(again.traces == [.init(round: 0, senders: []), .init(round: 0, senders: [0, 1, 2])])
    }

    @Test("who waits for one that has stopped hears first what others still send")
    func othersFirst() throws {
        var node = HandledNode(rounds: 9)
        node.join(1...2)
        node.handle(.stopAfterRound, at: 1)
        node.handle(.received(.bye(.stopping), from: NodeID(2)), at: 2)
        #expect(node.ending == nil)
        node.receive(from: 1, round: 0, at: 3)
        #expect(node.ending == .stopped(Round(0)))
        #expect(node.checkpoints.last?.openRound?.heard.map(\.sender) == [NodeID(1)])
    }

    @Test("one that has finished, or was lost long ago, keeps nobody from closing it")
    func othersGone() {
        for event in [NodeEvent.received(.bye(.finished), from: NodeID(2)), .linkDown(NodeID(2))] {
            var node = HandledNode(rounds: 9)
            node.join(1...2)
            node.handle(event, at: 1)
            node.handle(.stopAfterRound, at: 2)
            #expect(node.ending == nil)
            node.receive(from: 1, round: 0, at: 900)
            if node.ending == nil { _ = node.waitForRound(from: 900) }
            #expect(node.ending == .stopped(Round(1)) && node.checkpoints.map(\.rounds) == [1])
        }
    }

    @Test("before its first round it ends at once; a second request to stop does not wait for the round")
    func atOnce() {
        var joining = HandledNode()
        joining.handle(.started(.afresh), at: 0)
        joining.handle(.stopAfterRound, at: 1)
        #expect(joining.ending == .stopped(Round(0)) && joining.checkpoints.map(\.rounds) == [0])
        var node = Self.warned()
        node.handle(.stopRequested, at: 3)
        #expect(node.ending == .stopped(Round(0)) && node.checkpoints.isEmpty)
    }

    @Test("the last round ends as ever")
    func last() {
        var node = HandledNode(rounds: 1)
        node.join(1...2)
        node.handle(.stopAfterRound, at: 1)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 0, at: 2) }
        guard case .finished = node.ending else {
            Issue.record("all rounds are done")
            return
        }
        #expect(node.checkpoints.map(\.rounds) == [1], "others may need it to go on")
    }

    // MARK: - A long start

    /// Node 0 with neighbours 1 and 2 and a minute to start in.
    private static func patient(joining: Nanoseconds?) -> HandledNode {
        let plain = HandledNode().core.configuration
        return HandledNode(
            NodeConfiguration(
                node: plain.node, dimension: plain.dimension, rounds: 5, neighbours: plain.neighbours,
                budget: plain.budget, seed: 1,
                patience: Patience(deadline: .milliseconds(5_000), joining: joining)))
    }

    @Test("where nodes may take a minute to start, nobody begins, or goes on, without one that still may")
    func longStart() {
        var node = Self.patient(joining: .milliseconds(60_000))
        node.handle(.started(.afresh), at: 0)
        node.handle(.linkUp(NodeID(1), incarnation: 1), at: 0)
        node.handle(.timer, at: 59_000)
        #expect(node.models.isEmpty)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 59_500)
        #expect(node.models == [[0, 1], [0, 2]])
        // The neighbour itself waits for somebody who starts late.
        node.receive(from: 1, round: 0, at: 59_500)
        #expect(node.waitForRound(from: 59_500) == 67_000 && node.traces == [.init(round: 0, senders: [0, 1])])

    }

    /// Both neighbours have been heard in round 0, and the first in round 1.
    private static func waitingForSecond(joining: Nanoseconds?, excused: Bool) -> (node: HandledNode, until: Int) {
        var node = patient(joining: joining)
        node.join(1...2)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 0, at: 1) }
        node.receive(from: 1, round: 1, at: 2)
        if excused { node.handle(.received(.waiting(Round(0)), from: NodeID(2)), at: 300) }
        let until = node.waitForRound(from: 300)
        return (node, until)
    }

    @Test("who says that it waits itself is waited for as long as anyone may take to start; silence gains nothing")
    func heldUpByOthers() {
        let minute = Nanoseconds.milliseconds(60_000)
        let (node, until) = Self.waitingForSecond(joining: minute, excused: true)
        #expect(until == 62_500)
        #expect(
            node.core.ledger.debts.allSatisfy { $0 <= .milliseconds(300) }, "it owes for the time before it said so")
        #expect(
            node.sent.contains { $0.message == .waiting(Round(1)) && $0.to == 1 }, "and the node says so in its turn")
        let plain = Self.waitingForSecond(joining: nil, excused: false)
        #expect(plain.until < 6_000 && !plain.node.sent.contains { $0.message == .waiting(Round(1)) })
        #expect(Self.waitingForSecond(joining: minute, excused: false).until == plain.until)
        #expect(Self.waitingForSecond(joining: nil, excused: true).until == plain.until)
    }

    @Test("a node that waits for links says so to those that it gets links with later, too")
    func lateLinks() {
        var node = Self.patient(joining: .milliseconds(60_000))
        node.handle(.started(.afresh), at: 0)
        node.handle(.timer, at: 300)
        #expect(node.sent.isEmpty)
        node.handle(.linkUp(NodeID(1), incarnation: 1), at: 400)
        #expect(node.sent.map(\.message) == [.waiting(Round(0))])
    }

    @Test("where a deadline is all the time there is, a start costs what it always has")
    func shortStart() {
        for joining in [nil, Nanoseconds.milliseconds(5_000), .milliseconds(100)] {
            var node = Self.patient(joining: joining)
            node.join(1...2)
            node.receive(from: 1, round: 0, at: 0)
            #expect(node.waitForRound(from: 0) == 7_500)
        }
    }
}
