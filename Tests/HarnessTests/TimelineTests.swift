// The timeline: when the models of an evaluation round are complete, whoever comes late or never.
import JSON
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
        timeline = try Timeline(assembly, mayLose: true)
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
        #expect(evaluations[0].distance.rootMeanSquare == 0)
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

    @Test("a moment of which a model was overwritten is left out, not told of the others alone")
    mutating func overwritten() {
        for node in [0, 2, 3] { add(node, 10) }
        for node in [0, 2, 3, 5] { add(node, 20) }
        #expect(timeline.advance().map { [$0.rounds, $0.nodes] } == [[20, 4]])
        // Nor is one told of that no model came of.
        #expect(timeline.evaluations.map(\.rounds) == [20] && timeline.reached == 20)
    }

    @Test("where nothing is lost, a node without a model at a moment had none, and the others count")
    func skipped() throws {
        var timeline = try Timeline(assembly, mayLose: false)
        for node in [0, 2, 3] { timeline.add(constantModel(1, of: assembly), of: NodeID(node), rounds: 10) }
        timeline.add(constantModel(1, of: assembly), of: NodeID(5), rounds: 20)
        #expect(timeline.advance().map { [$0.rounds, $0.nodes] } == [[10, 3]])
    }

    @Test("a run that goes on collects what comes after")
    func resumed() throws {
        var timeline = try Timeline(assembly, after: 10, mayLose: true)
        for rounds in [10, 20] {
            for node in assembly.honest { timeline.add(constantModel(1, of: assembly), of: node, rounds: rounds) }
        }
        #expect(timeline.advance().map(\.rounds) == [20])
    }

    @Test("the end is kept as it was judged")
    mutating func end() throws {
        for node in [0, 2, 3, 5] { add(node, 20, Float(node)) }
        timeline.close(NodeID(5))
        let record = try #require(timeline.advance().last)
        let final = try #require(timeline.final)
        #expect(final.record == record && final.nodes.map(\.node.index) == [0, 2, 3, 5])
        #expect(final.nodes.map(\.score).min() == record.test.worst)
    }

    @Test("what comes after its moment was evaluated, as from a node that was restarted, is no second one")
    mutating func again() throws {
        timeline = try Timeline(assembly, mayLose: false)
        for node in [0, 2, 3] { add(node, 10) }
        add(5, 20)
        #expect(timeline.advance().map(\.rounds) == [10])
        add(5, 10)
        for node in [0, 2, 3] { add(node, 20) }
        #expect(timeline.advance().map { [$0.rounds, $0.nodes] } == [[20, 4]])
    }

    @Test("the order of arrival changes no figure")
    mutating func arrival() throws {
        var other = try Timeline(assembly, mayLose: true)
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
        #expect(value.count(at: "rounds") == 10 && value.count(at: "nodes") == 4)
        #expect(value.member("accuracy")?.members.map(\.key) == ["worst", "mean", "best", "averageModel"])
        #expect(
            value.member("consensusDistance")?.members.map(\.key) == ["rms", "relative", "median", "medianRelative"])
    }
}
