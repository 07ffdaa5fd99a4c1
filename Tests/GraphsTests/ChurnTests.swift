// Churn against its definition: a chain of two states walked round by round, and the rates that the means promise.
import Graphs
import Kernels
import Registry
import TestSupport
import Testing

@Suite("Churn")
struct ChurnTests {
    private static func links(
        _ meanUp: Double, _ meanDown: Double, nodes: Int = 6, seed: UInt64 = 3
    ) throws -> any LinkSchedule {
        try ScheduleMember.named(
            Churn.self, on: try ScheduleMember.complete(nodes), [("meanUp", meanUp), ("meanDown", meanDown)],
            seed: seed)
    }

    /// All rounds from the first on, event by event: in each block of rounds geometric gaps, and a state for each event.
    private static func walk(
        _ node: NodeID, rounds: Int, _ meanUp: Double, _ meanDown: Double, seed: UInt64 = 3
    ) -> [Bool] {
        let rate = min(1, 1 / meanUp + 1 / meanDown)
        let share = meanUp / (meanUp + meanDown)
        var first = RandomStream(seed: seed, purpose: .schedule, node: node, lane: 2)
        var state = first.uniform() < share
        var states: [Bool] = []
        let block = max(1, Int(1 / rate))
        while states.count < rounds {
            var random = RandomStream(
                seed: seed, purpose: .schedule, node: node, round: Round(states.count / block), lane: 1)
            var isEvent = [Bool](repeating: false, count: block)
            var outcomes = [Bool](repeating: false, count: block)
            var place = -1
            while true {
                let uniform = random.uniformOpen()
                place += 1 + (rate < 1 ? Int(Elementary.log(uniform) / Elementary.log(1 - rate)) : 0)
                guard place < block else { break }
                isEvent[place] = true
                outcomes[place] = random.uniform() < share
            }
            for (event, outcome) in zip(isEvent, outcomes) {
                if event { state = outcome }
                states.append(state)
            }
        }
        return Array(states.prefix(rounds))
    }

    @Test(
        "whoever asks for one round hears what walking through all of them comes to",
        arguments: [(20, 5), (5, 1.25), (3, 1.5), (2, 2), (400, 30), (1e6, 1e6)] as [(Double, Double)])
    func twin(meanUp: Double, meanDown: Double) throws {
        let links = try Self.links(meanUp, meanDown)
        for node in links.union.nodes {
            let walked = Self.walk(node, rounds: 1_500, meanUp, meanDown)
            #expect((0..<1_500).map { links.isPresent(node, in: Round($0)) } == walked)
        }
        let other = Self.walk(NodeID(0), rounds: 1_500, meanUp, meanDown, seed: 4)
        #expect(meanUp > 1_000 || other != Self.walk(NodeID(0), rounds: 1_500, meanUp, meanDown), "another seed")
    }

    /// How often a node that is there leaves, how often one that is away comes back, and how often it is there.
    private static func rates(_ states: [Bool]) -> (leaving: Double, returning: Double, share: Double) {
        let steps = zip(states, states.dropFirst())
        let (up, down) = (states.dropLast().count { $0 }, states.dropLast().count { !$0 })
        return (
            Double(steps.count { $0 && !$1 }) / Double(up), Double(steps.count { !$0 && $1 }) / Double(down),
            Double(states.count { $0 }) / Double(states.count)
        )
    }

    @Test(
        "nodes leave and come back as often as the means say, and not otherwise",
        arguments: [(20, 5), (8, 8), (5, 1.25)] as [(Double, Double)])
    func rates(meanUp: Double, meanDown: Double) throws {
        let links = try Self.links(meanUp, meanDown)
        let rates = Self.rates((0..<40_000).map { links.isPresent(NodeID(2), in: Round($0)) })
        // Six standard deviations of so many draws, at most.
        #expect(abs(rates.leaving - 1 / meanUp) < 0.016 && abs(rates.returning - 1 / meanDown) < 0.03)
        #expect(abs(rates.share - meanUp / (meanUp + meanDown)) < 0.04)
        // One that is there as often, but draws each round by itself, is found out.
        let fickle = try Self.links(5, 1.25)
        let wrong = Self.rates((0..<40_000).map { fickle.isPresent(NodeID(2), in: Round($0)) })
        #expect(meanUp == 5 || abs(wrong.leaving - 1 / meanUp) > 0.05)
    }

    @Test("the first round is as any other: so many nodes are there as in the mean")
    func stationary() throws {
        let links = try Self.links(20, 5, nodes: 1_000)
        let present = links.union.nodes.count { links.isPresent($0, in: Round(0)) }
        // 800, and five standard deviations are 5 √(1000 · 0.16) = 63.
        #expect(abs(present - 800) < 64)
    }

    @Test("nodes go each by itself, and otherwise with another seed")
    func independence() throws {
        let rounds = (0..<400).map { Round($0) }
        let links = try Self.links(20, 5)
        let of = links.union.nodes.map { node in rounds.map { links.isPresent(node, in: $0) } }
        #expect(Set(of).count == 6)
        let others = try Self.links(20, 5, seed: 4)
        #expect(rounds.map { others.isPresent(NodeID(0), in: $0) } != of[0])
    }

    @Test("means that no chain has are refused")
    func refusal() {
        let fault = #expect(throws: ConfigurationFault.self) { try Self.links(2, 1.5) }
        #expect(
            fault?.description
                == "the schedule churn has meanUp 2 and meanDown 1.5; allowed: means with 1/meanUp + 1/meanDown up to 1"
        )
    }
}
