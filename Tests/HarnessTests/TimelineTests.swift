// When a moment of a run is complete, whoever comes late or never.
import Kernels
import Metrics
import Scenario
import Testing

@testable import Harness

@Suite("Timeline")
struct TimelineTests {
    private let assembly: Assembly
    private var timeline: Timeline

    init() throws {
        assembly = try smallAssembly()
        timeline = try Timeline(assembly)
    }

    private mutating func add(_ node: Int, _ rounds: Int, _ value: Float = 1) {
        timeline.add(constantModel(value, of: assembly), of: NodeID(node), rounds: rounds)
    }

    @Test("a moment is evaluated once every honest node was heard, in whatever order")
    mutating func complete() {
        for node in [5, 0, 3] { add(node, 10) }
        #expect(timeline.advance().isEmpty)
        add(2, 10)
        let evaluations = timeline.advance()
        #expect(evaluations.map(\.rounds) == [10] && evaluations[0].nodes == 4)
        #expect(evaluations[0].consensusDistance == 0)
        #expect(timeline.advance().isEmpty)
    }

    @Test("hostile nodes neither count nor are waited for")
    mutating func hostile() {
        for node in [1, 4] { add(node, 10, 1000) }
        #expect(timeline.advance().isEmpty)
        for node in [0, 2, 3, 5] { add(node, 10) }
        #expect(timeline.advance().map(\.nodes) == [4])
    }

    @Test("moments come in order of rounds, the earlier one no later than its successor")
    mutating func order() {
        for rounds in [20, 10] {
            for node in [0, 2, 3, 5] { add(node, rounds) }
        }
        #expect(timeline.advance().map(\.rounds) == [10, 20])
        #expect(timeline.evaluations.map(\.rounds) == [10, 20])
    }

    @Test("a node that has ended holds nothing up, and what it left still counts")
    mutating func closed() {
        for node in [0, 2, 3] { add(node, 10) }
        for node in [0, 2] { add(node, 20) }
        timeline.close(NodeID(5))
        #expect(timeline.advance().map(\.nodes) == [3])
        timeline.close(NodeID(3))
        #expect(timeline.advance().map { [$0.rounds, $0.nodes] } == [[20, 2]])
    }

    @Test("a node that skipped a moment does not hold it up once it is beyond it")
    mutating func skipped() {
        for node in [0, 2, 3] { add(node, 10) }
        add(5, 20)
        #expect(timeline.advance().map { [$0.rounds, $0.nodes] } == [[10, 3]])
    }

    @Test("what comes after its moment was evaluated, as from a node that was restarted, is no second one")
    mutating func again() {
        for node in [0, 2, 3] { add(node, 10) }
        add(5, 20)
        #expect(timeline.advance().map(\.rounds) == [10])
        add(5, 10)
        for node in [0, 2, 3] { add(node, 20) }
        #expect(timeline.advance().map { [$0.rounds, $0.nodes] } == [[20, 4]])
    }

    @Test("the order of arrival changes no figure")
    mutating func arrival() throws {
        var other = try Timeline(assembly)
        let models = try [0, 2, 3, 5].map { (NodeID($0), try trainedModel(3 * $0, of: assembly)) }
        for (node, model) in models { timeline.add(model, of: node, rounds: 10) }
        for (node, model) in models.reversed() { other.add(model, of: node, rounds: 10) }
        #expect(timeline.advance() == other.advance())
    }

    @Test("a record is one line of JSON")
    mutating func json() throws {
        for node in [0, 2, 3, 5] { add(node, 10, Float(node)) }
        let line = timeline.advance()[0].json
        #expect(line.last == UInt8(ascii: "\n") && line.count { $0 == UInt8(ascii: "\n") } == 1)
        let value = try StrictJSON.read(line, name: "line")
        #expect(value.count("rounds") == 10 && value.count("nodes") == 4)
        #expect(value.member("accuracy")?.members.map(\.key) == ["least", "mean", "greatest", "averageModel"])
        #expect(value.member("consensusDistance")?.members.map(\.key) == ["rms", "relative"])
    }
}
