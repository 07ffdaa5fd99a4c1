// The patience ledger: what waiting costs, and whom: tricks to make a node wait for ever, and neighbours that are late
// for good reasons.
import Kernels
import Metrics
import Testing
import Wire

@testable import Core

@Suite("Patience")
struct PatienceTests {
    /// What a neighbour does, round after round, to hold this node up.
    enum Trick: CaseIterable {
        case silent, late, lateWithExcuses, dropsLink, dropsLinkAtOnce, flaps, takesLeave, takesLeaveLate, leaves
        case offends, leaps

        /// What happens in a round, and how many milliseconds after its start.
        func acts(in round: Int) -> [(after: Int, NodeEvent)] {
            let hostileNode = NodeID(2)
            func model(_ round: Int, _ value: Float = 1) -> NodeEvent {
                .received(.model(ModelMessage(round: Round(round), values: [value, 1])), from: hostileNode)
            }
            func bye(_ closeReason: CloseReason) -> NodeEvent { .received(.bye(closeReason), from: hostileNode) }
            switch self {
            case .silent: return []
            case .late: return [(4900, model(round))]
            case .lateWithExcuses:
                return [(100, .received(.waiting(Round(max(0, round - 1))), from: hostileNode)), (9900, model(round))]
            case .dropsLink: return [(4900, .linkDown(hostileNode))]
            case .dropsLinkAtOnce: return [(0, .linkDown(hostileNode))]
            case .flaps:
                return (0..<200).map {
                    ($0 * 100, $0 % 2 == 0 ? .linkDown(hostileNode) : .linkUp(hostileNode, incarnation: 1))
                }
            case .takesLeave: return [(0, bye(.stopping))]
            case .takesLeaveLate: return [(4900, bye(.stopping))]
            case .leaves: return [(4900, bye(.finished))]
            case .offends: return [(4900, model(round, .nan))]
            case .leaps: return [(4900, model(round + 1))]
            }
        }
    }

    @Test("no trick costs more than its account pays for, however long the run", arguments: Trick.allCases)
    func bounded(trick: Trick) {
        let rounds = 60
        var node = HandledNode(rounds: rounds)
        node.join(1...2)
        var now = 0
        while node.ending == nil {
            let round = node.core.round.number
            let start = now
            var acts = trick.acts(in: round)[...]
            node.receive(from: 1, round: round, at: now)
            while node.core.round.number == round, node.ending == nil, let wake = node.wakeAt {
                let timer = max(now, Int((wake.nanoseconds + 999_999) / 1_000_000))
                if let act = acts.first, start + act.after <= timer {
                    acts.removeFirst()
                    now = max(now, start + act.after)
                    node.handle(act.1, at: now)
                } else {
                    now = timer
                    node.handle(.timer, at: now)
                }
            }
            node.handle(.linkUp(NodeID(2), incarnation: 1), at: now)
        }
        // A first model may take a deadline and a half; then there is what it may owe, and half of the time.
        #expect(now <= 7500 + 5000 + now / 2, "\(now) ms")
    }

    /// A node in round 1, just begun, all of whose three neighbours were there for round 0.
    private func inRoundOne(measureEvery: Int = 1) -> HandledNode {
        var node = HandledNode(degree: 3, measureEvery: measureEvery)
        node.join(1...3)
        for neighbour in 1...3 { node.receive(from: neighbour, round: 0, at: 0) }
        return node
    }

    private func waits(_ node: HandledNode) -> [[Int]] {
        node.lastRecord?.waits.map { [$0.neighbour.index, Int($0.nanoseconds / 1_000_000)] } ?? []
    }

    private func debts(_ node: HandledNode) -> [Int] { node.core.ledger.debts.map { Int($0 / 1_000_000) } }

    @Test("a neighbour that went ahead does not pay for one that is silent")
    func ahead() {
        var node = inRoundOne()
        node.receive(from: 1, round: 1, at: 0)
        // Round 1 of it was lost or overtaken; it is not waited for.
        node.receive(from: 2, round: 2, at: 0)
        #expect(node.waitForRound(from: 0) == 5000)
        #expect(waits(node) == [[3, 5000]])
    }

    @Test("a neighbour that floods is read late, and not waited for until a model of it comes; the others are")
    func flooding() {
        var node = inRoundOne()
        node.handle(.rejected(.flood, from: NodeID(2)), at: 10)
        node.receive(from: 1, round: 1, at: 20)
        node.receive(from: 3, round: 1, at: 30)
        #expect(node.waitForRound(from: 30) == 30, "it was the last one")
        #expect(node.lastRecord?.rejections.map(\.reason) == ["flood"])
        node.receive(from: 2, round: 1, at: 40)
        for neighbour in [1, 3] { node.receive(from: neighbour, round: 2, at: 50) }
        #expect(node.waitForRound(from: 50) == 5030)
    }

    private func cutOffs(_ node: HandledNode) -> [NodeRecord.CutOff] { node.lastRecord?.cutOffs ?? [] }

    @Test("who was cut off is recorded: rounds without it, how often it was given up, links lost; leave is no loss")
    func cutOff() {
        var node = inRoundOne()
        #expect(cutOffs(node).isEmpty)
        node.receive(from: 1, round: 1, at: 0)
        node.receive(from: 2, round: 1, at: 0)
        let end = node.waitForRound(from: 0)
        #expect(cutOffs(node) == [.init(neighbour: NodeID(3), missed: 1, givenUp: 1)])
        for neighbour in 1...2 { node.receive(from: neighbour, round: 2, at: end) }
        #expect(node.waitForRound(from: end) == end)
        #expect(cutOffs(node) == [.init(neighbour: NodeID(3), missed: 1)], "it is given up already")
        node.handle(.linkDown(NodeID(2)), at: end)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: end)
        node.receive(from: 2, round: 3, at: end)
        node.receive(from: 3, round: 3, at: end)
        node.handle(.received(.bye(.finished), from: NodeID(3)), at: end)
        node.handle(.linkDown(NodeID(3)), at: end)
        node.receive(from: 1, round: 3, at: end)
        #expect(cutOffs(node) == [.init(neighbour: NodeID(2), linksLost: 1)])
    }

    @Test("nor does one whose link was closed in the meantime, beyond its grace")
    func gone() {
        var node = inRoundOne()
        node.receive(from: 1, round: 1, at: 0)
        node.handle(.linkDown(NodeID(2)), at: 40)
        #expect(node.waitForRound(from: 40) == 5000)
        #expect(waits(node) == [[3, 4760]], "while both were missing, one of them was honest")
    }

    @Test("while more are missing than may be hostile nobody pays; then those who are missing share")
    func shared() {
        var node = HandledNode(degree: 5, hostile: 2, measureEvery: 1)
        node.join(1...5)
        for neighbour in 1...5 { node.receive(from: neighbour, round: 0, at: 0) }
        for neighbour in 1...2 { node.receive(from: neighbour, round: 1, at: 0) }
        for (neighbour, time) in [(3, 1000), (4, 1400), (5, 1900)] { node.receive(from: neighbour, round: 1, at: time) }
        #expect(waits(node) == [[4, 200], [5, 700]])
        // The round has earned 100 ms until the third was heard, more than it is believed to have taken.
        #expect(debts(node) == [0, 0, 0, 150, 650])
    }

    @Test("where all others are a round ahead already, a wait counts for each of them")
    func passedOn() {
        var node = HandledNode(degree: 4, hostile: 1)
        node.join(1...4)
        for neighbour in 1...4 { node.receive(from: neighbour, round: 0, at: 0) }
        for neighbour in 1...3 { node.receive(from: neighbour, round: 1, at: 0) }
        for neighbour in 1...3 { node.receive(from: neighbour, round: 2, at: 100) }
        node.receive(from: 4, round: 1, at: 300)
        #expect(debts(node) == [0, 0, 0, 100 + 3 * 200])
    }

    /// How long a node takes for its rounds where its honest neighbours answer after 10 ms and some are late by `delay`.
    private func time(rounds: Int, degree: Int, hostile: Int, delay: (_ hostileNode: Int, _ round: Int) -> Int) -> Int {
        var node = HandledNode(degree: degree, rounds: rounds, hostile: hostile)
        node.join(1...degree)
        var now = 0
        while node.ending == nil {
            let (round, start) = (node.core.round.number, now)
            var arrivals = (1...degree).map { ($0, start + 10 + ($0 > degree - hostile ? delay($0, round) : 0)) }
            arrivals.sort { $0.1 < $1.1 }
            for (neighbour, moment) in arrivals {
                while node.core.round.number == round, let wake = node.wakeAt, node.ending == nil {
                    let timer = max(now, Int((wake.nanoseconds + 999_999) / 1_000_000))
                    guard timer < moment else { break }
                    now = timer
                    node.handle(.timer, at: now)
                }
                if node.core.round.number == round { now = moment }
                node.receive(from: neighbour, round: round, at: now)
            }
            if node.core.round.number == round, node.ending == nil { now = node.waitForRound(from: now) }
        }
        return now
    }

    @Test(
        "no schedule of one or two hostile nodes makes a node take more than twice the time of the others, after a start",
        arguments: [1, 2], [3, 5, 10, 30, 240, 4900])
    func factor(hostile: Int, delay: Int) {
        let rounds = 3000
        let schedules: [(Int, Int) -> Int] = [
            { _, _ in delay }, { _, round in round % 2 * delay },
            { hostileNode, round in (hostileNode + round) % 2 * delay },
            { hostileNode, round in round % 50 < 10 + hostileNode ? 0 : delay },
            { hostileNode, round in (hostileNode * round) % 7 * delay },
        ]
        for schedule in schedules {
            let spent = time(rounds: rounds, degree: 3 + hostile, hostile: hostile, delay: schedule)
            #expect(spent <= 2 * (10 * rounds + 5000) + 7500, "\(spent) ms")
        }
    }

    @Test("an honest neighbour that takes up to twice the time of the others is never missed")
    func slow() {
        var node = HandledNode(degree: 5, rounds: 2000, hostile: 2)
        node.join(1...5)
        var now = 0
        for round in 0..<2000 {
            for neighbour in 1...4 { node.receive(from: neighbour, round: round, at: now + 10) }
            now += 20
            node.receive(from: 5, round: round, at: now)
        }
        #expect(node.ending != nil && node.traces.allSatisfy { $0.senders.count == 6 })
    }

    @Test("a neighbour that stops for one second in four is waited for, and nobody is missed", arguments: [1, 2])
    func stops(hostile: Int) {
        var node = HandledNode(degree: 5, rounds: 3000, hostile: hostile)
        node.join(1...5)
        var now = 0
        for round in 0..<3000 {
            for neighbour in 1...4 { node.receive(from: neighbour, round: round, at: now + 10) }
            now += round % 300 == 299 ? 1000 : 10
            node.receive(from: 5, round: round, at: now)
        }
        #expect(node.ending != nil && node.traces.allSatisfy { $0.senders.count == 6 })
    }

    @Test("where an honest neighbour has gone ahead, a hostile node is not the only one left to wait for")
    func leftWithHostile() {
        var node = HandledNode(rounds: 50, hostile: 1)
        node.join(1...2)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 0, at: 0) }
        node.receive(from: 1, round: 5, at: 0)
        #expect(node.waitForRound(from: 0) == 5000)
        #expect(debts(node)[1] > 4000)
    }

    @Test("a leap of its clock while it waits for links lets no node begin alone")
    func leapBeforeTheStart() {
        var node = HandledNode(degree: 2)
        node.handle(.started(.afresh), at: 0)
        node.handle(.timer, at: 600)
        node.oversleep(.timer, at: 60_000)
        // Of five seconds that it waits one has passed on its own time; alone it would have closed a round by now.
        node.handle(.timer, at: 61_000)
        #expect(node.traces.isEmpty)
        for neighbour in 1...2 { node.handle(.linkUp(NodeID(neighbour), incarnation: 1), at: 61_000) }
        #expect(node.models == [[0, 1], [0, 2]])
    }

    @Test("whoever slept longer than it wanted to charges nobody for it")
    func overslept() {
        var node = inRoundOne()
        for neighbour in 1...2 { node.receive(from: neighbour, round: 1, at: 0) }
        node.oversleep(.received(.model(ModelMessage(round: Round(1), values: [1, 1])), from: NodeID(3)), at: 4000)
        #expect(waits(node) == [])
    }

    @Test("a node that stands still time and again gives nobody up", arguments: [210, 1000])
    func standsStill(milliseconds: Int) {
        var node = HandledNode(degree: 3, rounds: 500)
        node.join(1...3)
        var now = 0
        for round in 0..<500 {
            for neighbour in 0..<2 { node.receive(from: 1 + (round + neighbour) % 3, round: round, at: now + 1) }
            now += milliseconds
            node.oversleep(.timer, at: now)
            now += 1
            node.receive(from: 1 + (round + 2) % 3, round: round, at: now)
        }
        #expect(node.ending != nil && node.traces.allSatisfy { $0.senders.count == 4 })
    }

    @Test("a node that lost all neighbours takes its time, and waits a deadline for those that speak again")
    func ranAhead() {
        var node = HandledNode(degree: 4, rounds: 60, hostile: 1)
        node.join(1...4)
        var now = 0
        while node.core.round < Round(20) { now = node.waitForRound(from: now) }
        for neighbour in 1...2 { node.receive(from: neighbour, round: 3, at: now) }
        var lengths: [Int] = []
        for _ in 0..<3 {
            let before = now
            now = node.waitForRound(from: now)
            lengths.append(now - before)
        }
        #expect(lengths == [5000, 250, 250])
    }

    @Test("the ledger lets no two owe more than its limit together, and one alone all of it")
    func limits() {
        var ledger = PatienceLedger(neighbours: 4, suspects: 2, limit: 1000)
        ledger.charge(700, to: 0)
        #expect((0..<4).map(ledger.credit) == [300, 1000, 1000, 1000])
        ledger.charge(200, to: 1)
        #expect((0..<4).map(ledger.credit) == [300, 800, 1000, 1000])
        ledger.charge(400, to: 1)
        #expect(ledger.credit(of: 0) == -200 && ledger.credit(of: 1) == -100, "more than half each")
        #expect(ledger.credit(of: 2) == 500)
    }

    @Test("what is earned goes to those who owe, no two of whom get more than the whole")
    func earning() {
        var ledger = PatienceLedger(neighbours: 4, suspects: 2, limit: 1000)
        for (slot, debt) in [300, 10, 40].enumerated() { ledger.charge(Nanoseconds(debt), to: slot) }
        ledger.earn(100)
        #expect(ledger.debts == [240, 0, 0, 0], "60 for the greatest, 40 for the next, and as much for others")
        ledger.earn(1000)
        #expect(ledger.debts == [0, 0, 0, 0] && ledger.charged == [300, 10, 40, 0])
        var trusting = PatienceLedger(neighbours: 1, suspects: 0, limit: 1000)
        trusting.charge(5, to: 0)
        trusting.earn(0)
        #expect(trusting.debts == [0])
    }

    @Test("a median of what came lately forgets what came long ago")
    func recent() {
        var median = RecentMedian()
        for value in [5, 1, 9] as [Nanoseconds] { median.add(value) }
        #expect(median.median == 5)
        for value in 100..<115 as Range<Nanoseconds> { median.add(value) }
        #expect(median.median == 107)
    }
}
