// Loss probes, for rules that go by losses: the node asks for them, goes on hearing its neighbours, and then mixes what
// it had.
import Aggregation
import Kernels
import Registry
import Testing
import Wire

@testable import Core

@Suite("Trying models out")
struct LossProbeTests {
    /// Node 0 with three neighbours, of which UBAR tries two.
    private func node() throws -> HandledNode {
        let rule = LossFilteredAverage(
            try ParameterValues([("rho", .number(0.7))], declared: LossFilteredAverage.parameters, key: "rule"))
        var node = HandledNode(degree: 3, rule: rule, isTried: true)
        node.join(1...3)
        node.receive([1.5, 1], from: 1, round: 0, at: 1)
        node.receive([9, 9], from: 2, round: 0, at: 1)
        node.receive([1, 3], from: 3, round: 0, at: 1)
        return node
    }

    @Test("the own model and the near ones are tried out before the round goes on")
    func asks() throws {
        var node = try node()
        #expect(node.lossProbes.map(\.round) == [0] && node.lossProbes.last?.models == [[1, 1], [1.5, 1], [1, 3]])
        #expect(node.traces.isEmpty && node.core.round == Round(0))
        // The first neighbour is worse, the third is not.
        node.handle(.lossesProbed(Round(0), [1, 2, 0.5]), at: 2)
        #expect(node.traces == [.init(round: 0, senders: [0, 1, 2, 3])])
        #expect(node.values(sentTo: 1).last == [2, 3])
    }

    @Test("an answer of another round, and a second one, change nothing")
    func strayAnswers() throws {
        var node = try node()
        node.handle(.lossesProbed(Round(4), [1, 0, 0]), at: 2)
        #expect(node.traces.isEmpty)
        node.handle(.lossesProbed(Round(0), [1, 2, 0.5]), at: 2)
        node.handle(.lossesProbed(Round(0), [1, 0, 9]), at: 2)
        #expect(node.traces.count == 1 && node.core.round == Round(1))
    }

    @Test("meanwhile models of the next round are kept, late ones are for nothing, and links get what they missed")
    func meanwhile() throws {
        var node = try node()
        let sent = node.values(sentTo: 2).count
        node.handle(.linkDown(NodeID(2)), at: 2)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 3)
        #expect(node.values(sentTo: 2).count == sent + 1)
        for neighbour in 1...3 { node.receive([2, 2], from: neighbour, round: 1, at: 3) }
        #expect(node.lossProbes.count == 1)
        node.handle(.lossesProbed(Round(0), [1, 2, 0.5]), at: 4)
        // All of them are here: the next round asks at once.
        #expect(node.lossProbes.map(\.round) == [0, 1])
    }

    @Test("a node that missed a neighbour does not take its model up while it tries the others out")
    func frozen() throws {
        let rule = LossFilteredAverage(.defaults(LossFilteredAverage.parameters))
        var node = HandledNode(degree: 2, measureEvery: 1, rule: rule, isTried: true)
        node.join(1...2)
        node.receive([1, 1], from: 1, round: 0, at: 1)
        _ = node.waitForLossProbe(from: 1)
        node.receive([5, 5], from: 2, round: 0, at: 9_000)
        node.receive([.nan, 5], from: 2, round: 0, at: 9_000)
        node.handle(.lossesProbed(Round(0), [1, 0]), at: 9_001)
        #expect(node.traces == [.init(round: 0, senders: [0, 1])])
        #expect(node.lastRecord?.missedModels == 1 && node.lastRecord?.mixedModels == 1)
    }

    @Test("a stop ends it as it ends a wait")
    func stop() throws {
        var node = try node()
        node.handle(.stopRequested, at: 2)
        #expect(node.ending != nil && node.traces.isEmpty)
        node.handle(.lossesProbed(Round(0), [1, 2, 0.5]), at: 3)
        #expect(node.traces.isEmpty)
    }
}
