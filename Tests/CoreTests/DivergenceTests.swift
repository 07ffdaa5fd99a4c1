// Divergence: a node whose own model is not finite any more: it sends no such model, says so and ends; a hostile node
// forges on.
import Aggregation
import Attacks
import Kernels
import Learning
import Metrics
import Registry
import Testing
import Wire

@testable import Core

/// A rule whose mixes overflow.
private struct Overflow: GossipRule {
    static let name = "overflow"
    static let summary = "for tests"
    static let guarantee = Guarantee.none
    static let cost = "none"
    static let source = "none"

    init() {}
    init(_ parameters: ParameterValues) {}

    func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        for index in next.indices { next[index] = .infinity }
    }
}

@Suite("Divergence")
struct DivergenceTests {
    /// A node in round 4 whose local step starts from there.
    private static func node(_ start: [Float], behaviour: Behaviour = .honest, rounds: Int = 6) -> HandledNode {
        var node = HandledNode(rounds: rounds, measureEvery: 1, checkpointEvery: 1, behaviour: behaviour)
        node.handle(.started(.resumed(Checkpoint(rounds: 4, state: NodeState(start)))), at: 0)
        for neighbour in 1...2 { node.handle(.linkUp(NodeID(neighbour), incarnation: 1), at: 0) }
        return node
    }

    @Test(
        "after its local step: no model is sent, and its neighbours need not wait", arguments: [Float.nan, .infinity])
    func localStep(value: Float) {
        let node = Self.node([value, 0])
        #expect(node.models.isEmpty && node.sent.map(\.message) == [.bye(.failed), .bye(.failed)])
        #expect(node.ending == .diverged(Round(4)) && node.core.hasEnded)
        #expect(node.ending?.failure == "diverged at round 4; a smaller step size may help")
    }

    @Test("after its mix: nothing of it is written down or kept")
    func mix() {
        var node = HandledNode(measureEvery: 1, checkpointEvery: 1, rule: Overflow())
        node.join(1...2)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 0, at: 1) }
        #expect(node.ending == .diverged(Round(0)))
        #expect(node.traces.isEmpty && node.records.isEmpty && node.checkpoints.isEmpty && node.snapshots == [0])
        #expect(node.models == [[0, 1], [0, 2]] && node.sent.last?.message == .bye(.failed))
    }

    @Test("between two gossip steps, where something else than models travels: likewise")
    func gossipStep() {
        let neighbours = [1, 2].map { NodeConfiguration.Neighbour(node: NodeID($0), weight: 1 / 3, receives: true) }
        let configuration = NodeConfiguration(
            node: NodeID(0), dimension: HandledNode.dimension, rounds: 3, neighbours: neighbours,
            budget: Budget(count: 0, among: [1 / 3, 1 / 3]), cadence: Cadence(gossipSteps: 2), seed: 1)
        var node = HandledNode(
            configuration, exchange: UpdateExchange(.defaults(UpdateExchange.parameters)),
            rule: Overflow())
        node.join(1...2)
        for neighbour in 1...2 { node.receive(from: neighbour, round: 0, at: 1) }
        #expect(node.ending == .diverged(Round(0)) && node.traces.isEmpty)
        #expect(node.models == [[0, 1], [0, 2]] && node.sent.last?.message == .bye(.failed))
    }

    @Test("its neighbours go on at once, and take it for no hostile node")
    func neighbours() {
        var node = HandledNode(hostile: 1, measureEvery: 1, rule: BudgetProbe())
        node.join(1...2)
        node.receive(from: 1, round: 0, at: 0)
        node.handle(.received(.bye(.failed), from: NodeID(2)), at: 1)
        node.receive(from: 1, round: 1, at: 2)
        #expect(node.traces.map(\.senders) == [[0, 1], [0, 1]])
        #expect(!BudgetProbe.isTracedAsZero(node), "the budget is still that of one hostile node")
        #expect(node.lastRecord?.rejections.isEmpty == true)
        // It was missed until it took leave, and no longer.
        #expect(node.lastRecord?.waits.allSatisfy { $0.nanoseconds <= .milliseconds(1) } == true)
    }

    @Test("a link that it still makes while it ends leads nowhere; its next process is a neighbour again")
    func lastLink() {
        for closeReason in [CloseReason.failed, .finished, .stopping] {
            var node = HandledNode(rounds: 100)
            node.join(1...2)
            node.receive(from: 1, round: 0, at: 0)
            node.handle(.received(.bye(closeReason), from: NodeID(2)), at: 0)
            node.handle(.linkUp(NodeID(2), incarnation: 1), at: 1)
            node.handle(.linkDown(NodeID(2)), at: 1)
            node.handle(.received(.bye(.finished), from: NodeID(1)), at: 1)
            node.handle(.timer, at: 1001)
            #expect(node.core.hasEnded, "nobody is left to wait for")

            var other = HandledNode(rounds: 100)
            other.join(1...2)
            other.handle(.received(.bye(closeReason), from: NodeID(2)), at: 0)
            other.handle(.linkUp(NodeID(2), incarnation: 2), at: 1)
            #expect(other.models.last == [0, 2], "\(closeReason)")
        }
    }

    @Test("whatever it forges, a hostile node goes on without a trap", arguments: AttackCatalog.all.names)
    func hostileNode(name: String) throws {
        let type = try AttackCatalog.all.entry(named: name)
        guard let attack = try type.init(.defaults(type.parameters)) as? any ModelAttack else { return }
        let adversary = Adversary(attack: attack, allies: [], rounds: 0..<6, probability: 1, collusion: nil)
        var node = Self.node([.nan, 1], behaviour: .hostile(adversary))
        for round in 4..<6 {
            for neighbour in 1...2 { node.receive([1, 2], from: neighbour, round: round, at: round) }
            node.handle(.timer, at: 10_000 * round)
        }
        guard case .finished(let model) = node.ending else {
            Issue.record("it did not finish")
            return
        }
        #expect(model.contains { !$0.isFinite } && model.count == 2)
    }

    @Test("a hostile node that is honest in this round ends like anyone")
    func honestForger() throws {
        let attack = GaussianNoise(.defaults(GaussianNoise.parameters))
        let adversary = Adversary(attack: attack, allies: [], rounds: 0..<4, probability: 1, collusion: nil)
        #expect(Self.node([.nan, 1], behaviour: .hostile(adversary)).ending == .diverged(Round(4)))
    }

    @Test("a failure is recognised as a divergence by what it says")
    func words() {
        let diverged = Ending.diverged(Round(12)).failure ?? ""
        let lost = Ending.traceLost(Round(12)).failure ?? ""
        #expect(Ending.isDivergence(diverged) && !Ending.isDivergence(lost) && !Ending.isDivergence(""))
        #expect(Ending.finished([1]).failure == nil && Ending.stopped(Round(1)).failure == nil)
    }
}
