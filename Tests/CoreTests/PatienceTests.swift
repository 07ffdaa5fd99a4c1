// What waiting costs, and whom: tricks to make a node wait for ever, and neighbours that are late for good reasons.
import Kernels
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
            let liar = NodeID(2)
            func model(_ round: Int, _ value: Float = 1) -> NodeEvent {
                .received(.model(ModelMessage(round: Round(round), values: [value, 1])), from: liar)
            }
            func bye(_ farewell: Farewell) -> NodeEvent { .received(.bye(farewell), from: liar) }
            switch self {
            case .silent: return []
            case .late: return [(4900, model(round))]
            case .lateWithExcuses:
                return [(100, .received(.waiting(Round(max(0, round - 1))), from: liar)), (9900, model(round))]
            case .dropsLink: return [(4900, .linkDown(liar))]
            case .dropsLinkAtOnce: return [(0, .linkDown(liar))]
            case .flaps:
                return (0..<200).map { ($0 * 100, $0 % 2 == 0 ? .linkDown(liar) : .linkUp(liar, incarnation: 1)) }
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
        // Every round has its free wait. The account holds one deadline and earns a tenth of the time; an excuse halves
        // the price, and the last wait may overdraw it by one extended deadline.
        let (deadline, free) = (5000, 250)
        #expect(now <= rounds * free + 2 * (deadline + now / 10) + 2 * deadline, "\(now) ms")
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

    @Test("a neighbour that went ahead does not pay for one that is silent")
    func ahead() {
        var node = inRoundOne()
        node.receive(from: 1, round: 1, at: 0)
        // Round 1 of it was lost or overtaken; it is not waited for.
        node.receive(from: 2, round: 2, at: 0)
        #expect(node.waitForRound(from: 0) == 5000)
        #expect(waits(node) == [[3, 4750]])
    }

    @Test("nor does one whose link was closed in the meantime, beyond its grace")
    func gone() {
        var node = inRoundOne()
        node.receive(from: 1, round: 1, at: 0)
        node.handle(.linkDown(NodeID(2)), at: 40)
        #expect(node.waitForRound(from: 40) == 5000)
        #expect(waits(node) == [[3, 4750]])
    }

    @Test("each pays for its own delay")
    func late() {
        var node = inRoundOne()
        node.receive(from: 1, round: 1, at: 200)
        node.receive(from: 2, round: 1, at: 1250)
        node.receive(from: 3, round: 1, at: 3250)
        #expect(waits(node) == [[2, 1000], [3, 3000]])
        #expect(node.core.neighbours[2].account.balance == .milliseconds(2000))
    }

    @Test("whoever said that it was held up pays half, unless it said so only afterwards")
    func announced() {
        var node = inRoundOne()
        node.receive(from: 1, round: 1, at: 0)
        node.handle(.received(.waiting(Round(0)), from: NodeID(2)), at: 250)
        node.receive(from: 3, round: 1, at: 4250)
        node.handle(.received(.waiting(Round(1)), from: NodeID(3)), at: 4260)
        node.receive(from: 2, round: 1, at: 8250)
        #expect(waits(node) == [[2, 8000], [3, 4000]])
        #expect(node.core.neighbours[1].account.balance == .milliseconds(1000))
        #expect(node.core.neighbours[2].account.balance <= .milliseconds(1425), "with a tenth of 4 s earned back")
    }

    @Test("waits of up to twenty of the node's own local steps are free")
    func slowSteps() {
        var node = HandledNode(measureEvery: 1)
        for _ in 0..<5 { node.core.stepDurations.add(.milliseconds(100)) }
        node.join(1...2)
        node.receive(from: 1, round: 0, at: 0)
        node.receive(from: 2, round: 0, at: 2000)
        #expect(waits(node).isEmpty)
        node.receive(from: 1, round: 1, at: 2000)
        node.receive(from: 2, round: 1, at: 4100)
        #expect(waits(node) == [[2, 100]])
    }

    @Test("a neighbour that makes links after a restart is believed to be held up")
    func restarted() {
        var node = HandledNode(rounds: 6)
        node.handle(.started(.resumed(Checkpoint(rounds: 4, model: [9, 9], localState: .init()))), at: 0)
        for neighbour in 1...2 { node.handle(.linkUp(NodeID(neighbour), incarnation: 1), at: 0) }
        node.receive(from: 1, round: 4, at: 0)
        node.handle(.received(.waiting(Round(4)), from: NodeID(2)), at: 250)
        #expect(node.waitForRound(from: 250) == 10_000)
    }

    @Test("a node that ran ahead of most waits for those on their way, not for those that stand still")
    func ranAhead() {
        for (onTheirWay, isWaitedFor) in [(1...1, false), (1...2, true), (1...4, true)] {
            var node = HandledNode(degree: 4, rounds: 60, liars: 1)
            node.join(1...4)
            var now = 0
            while node.core.round < Round(20) { now = node.waitForRound(from: now) }
            for neighbour in onTheirWay { node.receive(from: neighbour, round: 3, at: now) }
            var lengths: [Int] = []
            for _ in 0..<4 {
                let before = now
                now = node.waitForRound(from: now)
                lengths.append(now - before)
            }
            // What came in the round before shows that they move; then they have stood still for a whole round.
            // One alone gets what its account has gained.
            #expect(lengths.prefix(2).allSatisfy { isWaitedFor ? $0 == 5000 : $0 < 1000 }, "\(onTheirWay): \(lengths)")
            #expect(lengths.suffix(2).allSatisfy { $0 == 250 }, "\(onTheirWay): \(lengths)")
        }
    }

    @Test("the account starts full, pays, refills at a tenth and never beyond where it started")
    func account() {
        var account = PatienceAccount(opening: 1000)
        account.refill(at: Instant(nanoseconds: 0))
        account.charge(899, isAnnounced: false)
        #expect(account.balance == 101 && !account.isPolledOnly)
        account.charge(4, isAnnounced: true)
        #expect(account.balance == 99 && account.isPolledOnly)
        account.delivered(inTime: false)
        #expect(account.isPolledOnly, "a delivery alone does not pay")
        account.refill(at: Instant(nanoseconds: 10))
        account.delivered(inTime: false)
        #expect(account.balance == 100 && !account.isPolledOnly)
        account.charge(5000, isAnnounced: false)
        account.refill(at: Instant(nanoseconds: 1_000_000))
        #expect(account.balance == 1000 && account.isPolledOnly)
        #expect(account.charged == 899 + 4 + 5000)
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
