// Each invariant is broken once, in a story that is right otherwise: what never fires guards nothing. That of agreement
// is the soak's, and tested there.
import Aggregation
import Core
import Graphs
import Kernels
import Metrics
import TestSupport
import Testing
import Wire

@testable import Simulation

/// What three honest nodes and a hostile node on a complete graph of four did in two rounds, as an observer saw it.
struct Story: Sendable {
    private static let hostileNode = NodeID(3)
    private static let nodes = (0..<4).map { NodeID($0) }

    var observations: [Observation] = []
    var endings: [Ending?] = [.finished([1, 1]), .finished([1, 1]), .finished([1, 1]), nil]
    var virtualNanoseconds: Nanoseconds = 0
    var longestHold = 0
    /// Whether the first node leaves the graph with round 2.
    var isLeft = false
    private let guarantee: Guarantee

    /// - Parameter result: what the first node's mix of the last round came to.
    init(guarantee: Guarantee = .honestBox(perHostile: 2), result: [Float]? = nil) {
        self.guarantee = guarantee
        for round in 0..<2 {
            for sender in Self.nodes {
                for receiver in Self.nodes where receiver != sender { send(sender, to: receiver, round: round) }
            }
            for node in Self.nodes { mix(node, round: round, result: round == 1 && node.index == 0 ? result : nil) }
        }
    }

    /// Honest models are (r, 0), (r, 1) and (r, 2) in round r; the hostile node's is far out.
    static func model(of node: NodeID, round: Int) -> ModelMessage {
        ModelMessage(
            round: Round(round), values: node == hostileNode ? [1e6, 1e6] : [Float(round), Float(node.index)])
    }

    mutating func send(_ sender: NodeID, to receiver: NodeID, round: Int, _ values: [Float]? = nil) {
        let message = values.map { ModelMessage(round: Round(round), values: $0) }
        observations.append(.sent(from: sender, to: receiver, message ?? Self.model(of: sender, round: round)))
    }

    mutating func mix(
        _ node: NodeID, round: Int, inputs: [NodeID] = nodes, usedRound: Int? = nil, offenders: [NodeID] = [],
        result: [Float]? = nil, hash: UInt64? = nil, buffered: Int = 3
    ) {
        let result = result ?? (node == Self.hostileNode ? [1e6, 1e6] : [Float(round), 1])
        let line = TraceLine(
            round: Round(round),
            inputs: inputs.map { sender in
                let used = sender == node ? round : usedRound ?? round
                return TraceLine.Input(
                    sender: sender, round: Round(used), digest: Self.model(of: sender, round: used).digest)
            }, offenders: offenders, result: hash ?? hash64(result))
        observations.append(.wrote(node, line))
        observations.append(.mixed(node, line, result, buffered: buffered))
    }

    /// The story with one thing more, or other than it was.
    func changed(_ change: (inout Story) -> Void) -> Story {
        var story = self
        change(&story)
        return story
    }

    /// A complete graph that the first node leaves.
    private static func schedule(of node: NodeID) -> NodeConfiguration.Schedule? {
        let pairs = nodes.flatMap { one in nodes.filter { one < $0 }.map { Edge(one, $0) } }
        var change = GraphChange(from: Round(2))
        change.leaving = [nodes[0]]
        let links = try? ChangingLinks(
            Topology(labels: nodes.map { "\($0)" }, edges: pairs), changes: [change], rule: .metropolisHastings)
        return links.map { links in
            let peers = nodes.filter { $0 != node }.map { NodeSchedule.Peer($0) }
            return NodeConfiguration.Schedule(
                links: NodeSchedule(of: node, among: peers, on: links), tolerance: .count(1))
        }
    }

    /// What an observer of it all finds broken.
    var violations: [Violation] {
        var invariants = Invariants(
            Self.nodes.map { node in
                NodeConfiguration(
                    node: node, dimension: 2, rounds: 9,
                    neighbours: Self.nodes.filter { $0 != node }.map { .init(node: $0, weight: 0.25, receives: true) },
                    schedule: isLeft ? Self.schedule(of: node) : nil,
                    budget: Budget(count: 1, weight: 0.25), seed: 1)
            }, isHostile: Self.nodes.map { $0 == Self.hostileNode }, guarantee: guarantee)
        for observation in observations { invariants.observe(observation) }
        invariants.end(
            SimulationResult(
                endings: endings, endedAt: [], rounds: [], killed: [], traceHash: 0, steps: 0, traffic: [],
                virtualNanoseconds: virtualNanoseconds, strikes: [], calmSince: Instant(nanoseconds: 0),
                longestHold: longestHold),
            deadline: .milliseconds(100))
        return invariants.violations
    }
}

@Suite("Invariants")
struct InvariantsTests {
    private static let first = NodeID(0)
    private static let second = NodeID(1)

    /// A law says that one invariant is kept; what breaks it must break no other one.
    private static func law(
        _ invariant: Violation.Invariant, _ description: String, brokenBy story: Story
    ) -> (invariant: Violation.Invariant, law: Law<Story>) {
        let law = Law("\(invariant.rawValue): \(description)", brokenBy: story) { story, verdict in
            for violation in story.violations where violation.invariant == invariant {
                verdict.expect(false, "\(violation)")
            }
        }
        return (invariant, law)
    }

    static let laws = [
        law(
            .finite, "a published model is",
            brokenBy: Story().changed { $0.send(first, to: second, round: 2, [.nan, 0]) }),
        law(
            .finite, "a mixed model is",
            brokenBy: Story().changed { $0.mix(first, round: 2, inputs: [first], result: [.infinity, 0]) }),
        law(.finite, "a final model is", brokenBy: Story().changed { $0.endings[1] = .finished([.nan, 1]) }),
        law(.roundOnce, "a round closes once", brokenBy: Story().changed { $0.mix(first, round: 1) }),
        law(
            .roundOnce, "the next round starts from the mix",
            brokenBy: Story().changed { $0.mix(first, round: 2, inputs: [first], hash: 7) }),
        law(
            .oneModelARound, "no second model for a round",
            brokenBy: Story().changed { $0.send(first, to: second, round: 1, [8, 8]) }),
        law(
            .eachOnce, "each neighbour once",
            brokenBy: Story().changed { $0.mix(first, round: 2, inputs: [first, second, second], usedRound: 1) }),
        law(
            .eachOnce, "and only for its round",
            brokenBy: Story().changed { $0.mix(first, round: 2, inputs: [first, second], usedRound: 1) }),
        law(
            .nothingRefused, "only what was sent is used",
            brokenBy: Story().changed { $0.mix(first, round: 2, inputs: [first, second]) }),
        law(
            .nothingRefused, "and only what is whole and finite",
            brokenBy: Story().changed { story in
                story.send(NodeID(3), to: first, round: 2, [.nan, 1])
                let digest = ModelMessage(round: Round(2), values: [.nan, 1]).digest
                let line = TraceLine(
                    round: Round(2),
                    inputs: [
                        .init(sender: first, round: Round(2), digest: Story.model(of: first, round: 2).digest),
                        .init(sender: NodeID(3), round: Round(2), digest: digest),
                    ], result: hash64([1, 1]))
                story.observations.append(.mixed(first, line, [1, 1], buffered: 0))
            }),
        law(
            .links, "nobody is heard who is away",
            brokenBy: Story().changed { story in
                story.isLeft = true
                story.send(first, to: second, round: 2)
                story.mix(second, round: 2, inputs: [first, second])
            }),
        law(
            .links, "a model stays as it is while its node is away",
            brokenBy: Story().changed { story in
                story.isLeft = true
                story.mix(first, round: 2, inputs: [first], result: [5, 5])
            }),
        law(.guarantee, "the honest range is kept", brokenBy: Story(result: [1, 2.5])),
        law(.guarantee, "isolation is kept", brokenBy: Story(guarantee: .isolation)),
        law(
            .guarantee, "robust summation is kept",
            brokenBy: Story(guarantee: .summation(coefficient: 2), result: [1, 90])),
        law(
            .penalties, "only hostile nodes are found to forge",
            brokenBy: Story().changed { $0.mix(first, round: 2, inputs: [first], offenders: [second]) }),
        law(
            .bounds, "a node holds few models",
            brokenBy: Story().changed { $0.mix(first, round: 2, inputs: [first], buffered: 7) }),
        law(.bounds, "the network keeps few messages back", brokenBy: Story().changed { $0.longestHold = 65 }),
        law(
            .checkpoint, "none of a later round",
            brokenBy: Story().changed { story in
                let checkpoint = Checkpoint(rounds: 3, state: NodeState([1, 1]))
                story.observations.append(.saved(first, checkpoint, in: Round(2)))
            }),
        law(.progress, "every honest node finishes", brokenBy: Story().changed { $0.endings[2] = nil }),
        law(
            .progress, "soon after the last fault",
            brokenBy: Story().changed { $0.virtualNanoseconds = .milliseconds(2_201) }),
    ]

    @Test("a right story keeps them, whatever is guaranteed")
    func right() throws {
        for (_, law) in Self.laws {
            let violations = try law.violations(of: Story())
            #expect(violations == [])
        }
        #expect(Story(guarantee: .summation(coefficient: 2)).violations == [])
    }

    @Test("a wrong one breaks the one that it is about, and no other", arguments: laws.indices)
    func wrong(index: Int) throws {
        let (invariant, law) = Self.laws[index]
        #expect(try !law.violationsOfCounterexample.isEmpty, "\(law)")
        #expect(law.counterexample.violations.allSatisfy { $0.invariant == invariant }, "\(law)")
    }

    @Test("each of them can be broken, but for those that take another run to compare with")
    func complete() {
        let broken = Set(Self.laws.map(\.invariant))
        #expect(broken == Set(Violation.Invariant.allCases).subtracting([.consensus, .pace]))
    }
}
