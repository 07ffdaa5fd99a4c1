// Missed evaluations, recomputed from a run's traces: to the bit what the simulator measures.
import Core
import Kernels
import Metrics
import Scenario
import Simulation
import TestSupport
import Testing

@testable import Harness
@testable import Platform

@Suite("Missed evaluations")
struct MissedEvaluationsTests: ~Copyable {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// A run directory with the traces of all nodes, as processes leave them, and what the simulator measured.
    private func traced(_ assembly: Assembly) throws -> (directory: RunDirectory, outcome: RunOutcome) {
        let directory = try RunFiles(for: assembly, in: folder.path).directory
        let traces = try assembly.topology.nodes.map { node in
            try Files.makeDirectory(directory.node(node).path)
            return try TraceLog(directory.node(node).trace, header(of: node, assembly))
        }
        let records = try assembly.topology.nodes.map { try AppendOnlyFile(directory.node($0).metrics) }
        let (outcome, _) = try SimulatedRun(assembly, options: .init(isWatched: true)).run { observation in
            if case .wrote(let node, let line) = observation { try? traces[node.index].append(line) }
            if case .record(let node, let record) = observation { try? records[node.index].append(record.json) }
        } evaluated: { _ in
        } shouldStop: {
            false
        }
        return (directory, outcome)
    }

    private func header(of node: NodeID, _ assembly: Assembly) -> TraceHeader {
        TraceHeader(of: node, experiment: assembly.identity, dimension: assembly.dimension)
    }

    private func missed(_ assembly: Assembly, in directory: RunDirectory, evaluated: [Int]) -> MissedEvaluations {
        MissedEvaluations(
            of: assembly, in: directory, reached: assembly.experiment.training.rounds, evaluated: evaluated)
    }

    private static let leaving = #"[{"from":5,"leave":["2"]},{"from":9,"join":["2"]}]"#

    @Test(
        "come out as the simulator measured them",
        arguments: [
            [], ["aggregation.rule=noCommunication"], ["training.mixEvery=3"],
            ["adversary.attack=labelFlip", #"measure.also=["gradients", "mixing", "classes"]"#],
            ["measure.also=mixing", "training.gossipSteps=2"],
            ["measure.also=mixing", #"topology={"family":"complete","nodes":6,"schedule":\#(leaving)}"#],
            ["timing.kind=asynchronous"],
            [#"faults=[{"fault": "crash", "from": 4, "until": 8, "nodes": ["2"]}]"#, "checkpoint.every=2"],
            [#"faults=[{"fault": "crash", "from": 4, "nodes": ["2"]}]"#],
        ])
    func toTheBit(settings: [String]) throws {
        let assembly = try smallAssembly(settings + ["measure.every=2"])
        let (directory, outcome) = try traced(assembly)
        #expect(outcome.evaluations.map(\.rounds) == Array(stride(from: 0, through: 20, by: 2)))
        var all = missed(assembly, in: directory, evaluated: [])
        #expect(try all.recompute(within: 0) { false } == outcome.evaluations)
        #expect(all.rounds.isEmpty && all.planned == 11)
        var some = missed(assembly, in: directory, evaluated: [0, 2, 6, 8, 12, 14, 16, 18, 20])
        #expect(some.rounds == [4, 10])
        #expect(try some.recompute(within: 0) { false } == [outcome.evaluations[2], outcome.evaluations[5]])
    }

    @Test("stay missed from where a trace is broken, and where there is none")
    func broken() throws {
        let assembly = try smallAssembly(["measure.every=2"])
        let (directory, outcome) = try traced(assembly)
        let path = directory.node(NodeID(3)).trace
        var lines = try TraceFile(Files.read(path)).lines
        lines[11] = TraceLine(round: lines[11].round, inputs: lines[11].inputs, result: lines[11].result ^ 1)
        try Files.write(header(of: NodeID(3), assembly).bytes(lines), to: path)
        var broken = missed(assembly, in: directory, evaluated: [])
        #expect(try broken.recompute(within: 0) { false } == Array(outcome.evaluations.prefix(6)))
        #expect(broken.rounds == [12, 14, 16, 18, 20])

        Files.remove(path)
        var without = missed(assembly, in: directory, evaluated: [4])
        #expect(try without.recompute(within: 0) { false }.isEmpty)
        #expect(without.rounds.count == 10)
    }

    @Test("are given up when somebody asks for it")
    func stopped() throws {
        let assembly = try smallAssembly(["measure.every=2"])
        let (directory, outcome) = try traced(assembly)
        var asked = 0
        var moments = missed(assembly, in: directory, evaluated: [])
        let evaluations = try moments.recompute(within: 0) {
            asked += 1
            return asked == 20
        }
        #expect(!evaluations.isEmpty && evaluations.count < 11)
        #expect(evaluations == Array(outcome.evaluations.prefix(evaluations.count)))
        #expect(moments.rounds.count == 11 - evaluations.count)
    }

    @Test("take their places in metrics.jsonl, and what stood there stays")
    func inserted() throws {
        var files = try RunFiles(for: try smallAssembly(), in: folder.path)
        try files.append([0, 5, 20].map { evaluation($0) })
        try files.append([10, 20].map { evaluation($0, worst: 0.7) })
        try files.insert([5, 15].map { evaluation($0, worst: 0.9) })
        try files.append([evaluation(25)])
        let expected = [
            evaluation(0), evaluation(5), evaluation(10, worst: 0.7), evaluation(15, worst: 0.9),
            evaluation(20, worst: 0.7), evaluation(25),
        ]
        #expect(try Files.read(files.directory.metrics) == expected.flatMap(\.json))
    }
}

@Suite("Evaluation rounds")
struct TournamentTreeTests {
    @Test(
        "are the start, every so many rounds, and the end",
        arguments: [(5, 12, [0, 5, 10, 12]), (0, 7, [7]), (7, 7, [0, 7])])
    func all(every: Int, rounds: Int, expected: [Int]) throws {
        let moments = EvaluationRounds(
            try smallAssembly(["measure.every=\(every)", "training.rounds=\(rounds)"]).experiment)
        #expect(moments.through(rounds) == expected)
        #expect(moments.through(expected[0]) == [expected[0]] && moments.through(-1).isEmpty)
        #expect(moments.next(after: rounds) == nil && moments.next(after: -1) == expected[0])
    }
}
