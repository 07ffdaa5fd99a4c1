// Rejoining: how a node comes back after a crash, and how others treat one that does.
import Aggregation
import Kernels
import Learning
import TestSupport
import Testing
import Wire

@testable import Core

@Suite("Coming back")
struct EnteringTests {
    private static let checkpoint = Checkpoint(rounds: 4, state: NodeState([9, 9]))

    private func restarted(
        degree: Int, hostile: Int, published: Int?, checkpoint: Checkpoint? = checkpoint
    ) -> HandledNode {
        var node = HandledNode(degree: degree, rounds: 50, hostile: hostile)
        node.handle(.started(.restarted(checkpoint, published: published.map { Round($0) })), at: 0)
        for neighbour in 1...degree { node.handle(.linkUp(NodeID(neighbour), incarnation: 1), at: 0) }
        return node
    }

    @Test("it enters in the round after its neighbours', with a trimmed mean of what they sent")
    func entry() {
        var node = restarted(degree: 3, hostile: 1, published: 6)
        #expect(node.models.isEmpty, "it listens before it speaks")
        node.receive([1, 1], from: 1, round: 20, at: 1)
        node.receive([1e9, -1e9], from: 2, round: 45, at: 2)
        node.receive([3, 5], from: 3, round: 21, at: 3)
        #expect(node.traces == [.init(round: 22, senders: [1, 2, 3])])
        #expect(node.models == [[22, 1], [22, 2], [22, 3]])
        #expect(node.values(sentTo: 1) == [[4, 2]], "the middle value of each coordinate, and the local step")
    }

    @Test("it never publishes a round again, even where its neighbours are behind", arguments: [nil, 3, 4])
    func published(last: Int?) {
        var node = restarted(degree: 2, hostile: 0, published: last)
        node.receive([1, 1], from: 1, round: 3, at: 1)
        node.receive([1, 1], from: 2, round: 3, at: 1)
        let first = node.models.first?.first
        #expect(first == max(4, last.map { $0 + 1 } ?? 0))
    }

    @Test("far ahead of its neighbours it is silent until they are near, and says so once")
    func ahead() {
        var node = restarted(degree: 3, hostile: 1, published: 30)
        for neighbour in 1...3 { node.receive([1, 1], from: neighbour, round: 3 + neighbour, at: 1) }
        #expect(node.warnings == [.ahead(sent: Round(30), others: Round(5))], "one of them may be a hostile node")
        for neighbour in 1...3 { node.receive([2, 2], from: neighbour, round: 28, at: 5_000) }
        #expect(node.models.isEmpty && node.warnings.count == 1 && node.ending == nil)
        for neighbour in 1...3 { node.receive([3, 3], from: neighbour, round: 29, at: 5_001) }
        #expect(node.models == [[31, 1], [31, 2], [31, 3]], "a neighbour may be a round behind")
        #expect(node.values(sentTo: 1) == [[4, 4]])
    }

    /// What becomes of a node that has published a round, among neighbours that are in another one and stay there.
    struct Claim: Sendable {
        var published = 30
        var degree = 3
        var hostile = 1
        var mixEvery = 1
        var pace = Pace.synchronous
        /// By neighbour; `nil` for one that is silent.
        var rounds: [Int?]
        var hasSaidWaiting = false

        var isBelieved: Bool {
            let neighbours = (1...degree).map {
                NodeConfiguration.Neighbour(node: NodeID($0), weight: 1 / Double(degree + 1), receives: true)
            }
            var node = HandledNode(
                NodeConfiguration(
                    node: NodeID(0), dimension: HandledNode.dimension, rounds: 50, neighbours: neighbours,
                    budget: Budget(count: hostile, among: neighbours.compactMap(\.weight)),
                    cadence: Cadence(mixEvery: mixEvery),
                    pace: pace,
                    seed: 1))
            node.handle(.started(.restarted(nil, published: Round(published))), at: 0)
            for neighbour in 1...degree { node.handle(.linkUp(NodeID(neighbour), incarnation: 1), at: 0) }
            for (slot, round) in rounds.enumerated() {
                guard let round else { continue }
                if hasSaidWaiting {
                    node.handle(.received(.waiting(Round(round)), from: NodeID(slot + 1)), at: 1)
                } else {
                    node.receive([1, 1], from: slot + 1, round: round, at: 1)
                }
            }
            _ = node.waitForRound(from: 1)
            return !node.warnings.contains { if case .wentOnAhead = $0 { true } else { false } }
        }
    }

    /// The law of what a node believes of its own trace, for whatever decides that.
    private static let belief = Law<@Sendable (Claim) -> Bool>(
        "a trace is believed as far as more neighbours bear it out than may be hostile", brokenBy: { _ in true },
        judge: { subject, verdict in
            for (claim, isBelieved) in [
                (Claim(rounds: [3, 3, 3]), false), (Claim(rounds: [29, 29, 29]), true),
                (Claim(rounds: [28, 28, 28]), false), (Claim(rounds: [49, 3, 3]), false),
                (Claim(rounds: [49, 49, 3]), true), (Claim(rounds: [3, 3, nil]), false),
                (Claim(rounds: [3, nil, nil]), true), (Claim(rounds: [nil, nil, nil]), true),
                // Two hostile nodes among four may say what they like in either direction.
                (Claim(degree: 4, hostile: 2, rounds: [30, 30, 3, 3]), true),
                (Claim(rounds: [3, 3, 3], hasSaidWaiting: true), false),
                (Claim(rounds: [29, 29, 29], hasSaidWaiting: true), true),
                (Claim(mixEvery: 5, rounds: [25, 25, 25]), true), (Claim(mixEvery: 5, rounds: [24, 24, 24]), false),
                (Claim(pace: .asynchronous(staleness: 9), rounds: [3, 3, 3]), true),
            ] {
                verdict.expect(subject(claim) == isBelieved, "\(claim)")
            }
        })

    @Test("its trace is believed as far as more neighbours bear it out than may be hostile")
    func claims() throws {
        #expect(try Self.belief.violations(of: { $0.isBelieved }).isEmpty)
        #expect(try !Self.belief.violationsOfCounterexample.isEmpty)
    }

    @Test("where its neighbours come no nearer it goes on without them, from its own, and names both rounds")
    func lostNeighbours() {
        var node = restarted(degree: 2, hostile: 0, published: 40)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 7, at: 1) }
        node.handle(.timer, at: 149_999)
        #expect(node.ending == nil)
        node.receive(from: 1, round: 9, at: 150_000)
        node.handle(.timer, at: 299_999)
        #expect(node.ending == nil && node.models.isEmpty, "one came nearer")
        node.handle(.timer, at: 300_000)
        #expect(node.warnings.last == .wentOnAhead(sent: Round(40), others: Round(9)))
        #expect(node.warnings.count == 2 && node.ending == nil)
        #expect(node.models == [[41, 1], [41, 2]], "no second model of any round")
        #expect(node.values(sentTo: 1) == [[10, 10]], "those of its checkpoint, and the local step")
        #expect(node.traces.map(\.senders) == [[]])
    }

    @Test("a leap of its clock while it is silent brings it no nearer to going on alone")
    func leapWhileSilent() {
        var node = restarted(degree: 2, hostile: 0, published: 40)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 7, at: 1) }
        node.handle(.timer, at: 1_000)
        node.oversleep(.timer, at: 500_000)
        #expect(node.ending == nil)
        node.handle(.timer, at: 648_000)
        #expect(node.models.isEmpty)
        node.handle(.timer, at: 650_000)
        #expect(node.warnings.last == .wentOnAhead(sent: Round(40), others: Round(7)) && !node.models.isEmpty)
    }

    @Test("too few to outvote hostile nodes change nothing: it goes on from its own checkpoint")
    func tooFew() {
        var node = restarted(degree: 2, hostile: 1, published: 4)
        node.receive([100, 100], from: 1, round: 9, at: 1)
        node.handle(.linkDown(NodeID(2)), at: 2)
        #expect(node.values(sentTo: 1) == [[10, 10]])
        #expect(node.models.first == [5, 1])
    }

    @Test("neighbours that are coming back as well cannot help, and it does not wait for them")
    func coldBoot() {
        var node = restarted(degree: 2, hostile: 0, published: 7)
        #expect(node.sent.map(\.message) == [.waiting(Round(8)), .waiting(Round(8))])
        node.handle(.received(.waiting(Round(6)), from: NodeID(1)), at: 5)
        #expect(node.models.isEmpty)
        node.handle(.received(.waiting(Round(6)), from: NodeID(2)), at: 6)
        #expect(node.models == [[8, 1], [8, 2]])
    }

    @Test("silent neighbours cost it one deadline at most")
    func silence() {
        var node = restarted(degree: 2, hostile: 0, published: 7)
        #expect(node.waitForRound(from: 0) == 5000)
        #expect(node.traces == [.init(round: 8, senders: [])])
    }

    @Test("without a whole checkpoint it starts from its first model, and still does not repeat itself")
    func lostCheckpoints() {
        var node = restarted(degree: 1, hostile: 0, published: 7, checkpoint: nil)
        node.receive([5, 5], from: 1, round: 7, at: 1)
        #expect(node.models == [[8, 1]] && node.values(sentTo: 1) == [[6, 6]])
    }

    @Test("a neighbour that was restarted is not waited for until it speaks; one that merely reconnects is")
    func returning() {
        for (incarnation, isWaitedFor) in [(UInt64(2), false), (1, true)] {
            var node = HandledNode(rounds: 50)
            node.join(1...2)
            node.handle(.linkDown(NodeID(2)), at: 10)
            node.handle(.linkUp(NodeID(2), incarnation: incarnation), at: 20)
            node.receive(from: 1, round: 0, at: 30)
            node.handle(.timer, at: 30)
            #expect((node.core.round == Round(0)) == isWaitedFor)
        }
    }

    @Test("once it has spoken, a restarted neighbour is waited for again")
    func spoken() {
        var node = HandledNode(rounds: 50)
        node.join(1...2)
        node.handle(.linkDown(NodeID(2)), at: 10)
        node.handle(.linkUp(NodeID(2), incarnation: 2), at: 20)
        node.receive(from: 1, round: 0, at: 30)
        node.receive(from: 2, round: 1, at: 40)
        node.receive(from: 1, round: 1, at: 50)
        node.receive(from: 1, round: 2, at: 60)
        #expect(node.core.round == Round(2))
    }

    @Test("patience, published rounds and memories survive in the checkpoint")
    func checkpointed() throws {
        var node = HandledNode(rounds: 50, checkpointEvery: 2)
        node.join(1...2)
        node.receive(from: 1, round: 0, at: 0)
        node.receive(from: 2, round: 0, at: 1000)
        node.receive(from: 1, round: 1, at: 1000)
        node.receive(from: 2, round: 1, at: 3000)
        let saved = try #require(node.checkpoints.last)
        #expect(saved.rounds == 2 && saved.publishedRounds == 2)
        #expect(saved.credits.map(\.charged) == [0, .milliseconds(3000)])
        #expect(saved.credits.map(\.debt) == [0, .milliseconds(1900)], "the first wait was for a first model")
        var later = HandledNode(rounds: 50, checkpointEvery: 1)
        later.handle(.started(.resumed(saved)), at: 0)
        for neighbour in 1...2 { later.handle(.linkUp(NodeID(neighbour), incarnation: 1), at: 0) }
        for neighbour in 1...2 { later.receive(from: neighbour, round: 2, at: 0) }
        #expect(later.checkpoints.last?.credits == saved.credits)
    }
}
