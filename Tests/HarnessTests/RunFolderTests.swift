// Run folders: the commands offered to recompute a run, and folders that are no run, or one still being made.
import Core
import JSON
import Kernels
import Metrics
import Platform
import Registry
import Scenario
import TestSupport
import Testing

@testable import Harness

@Suite("Run folder")
struct RunFolderTests {
    private func check(
        _ settings: [String] = [], made record: RunRecord = .processes(transport: .tcp, hasKeys: false),
        _ change: (inout RunOutcome) -> Void = { _ in }, metrics: String? = nil, ofNode node: Int = 0
    ) throws -> String? {
        let run = try ReportedRun(try smallAssembly(settings), made: record)
        var outcome = try run.outcome()
        if record.isSimulation { outcome.engine = .simulation }
        change(&outcome)
        try run.end(outcome)
        if let metrics { try run.write(metrics, ofNode: node) }
        return try run.read().check?.words.first
    }

    @Test("a run is verified, and one that no simulation repeats is replayed")
    func checks() throws {
        #expect(try check() == "verify")
        #expect(try check(metrics: #"{"rounds":20,"missedModels":0}"#) == "verify")
        // What a hostile node missed changes what it tells the others.
        for node in 0..<2 { #expect(try check(metrics: #"{"rounds":20,"missedModels":1}"#, ofNode: node) == "replay") }
        #expect(try check { $0.lost = [LostNode(NodeID(3), .killed, reason: "killed by SIGKILL")] } == "replay")
        #expect(try check { $0.restarted = [NodeID(3)] } == "replay")
        #expect(try check(["timing.kind=asynchronous"]) == "replay")
        #expect(try check([#"faults=[{"fault":"pause","from":3,"until":4}]"#]) == "replay")
        #expect(try check(made: .gathered) == "verify")
        #expect(try check(["trace=recent"]) == "verify")
        #expect(try check(["trace=recent"]) { $0.restarted = [NodeID(3)] } == nil, "nobody kept what it heard")
        // A simulation does the same thing every time.
        #expect(
            try check(["timing.kind=asynchronous"], made: .simulation(SimulationSettings())) {
                $0.lost = [LostNode(NodeID(3), .killed, reason: "killed")]
            } == "verify")
    }

    @Test("the reasons are told in one sentence")
    func reasons() {
        #expect(Disturbance().inWords == nil)
        #expect(Disturbance(missedModels: 1, lost: ["a"]).inWords == "1 model was missed, node a was lost")
        #expect(
            Disturbance(isAsynchronous: true, hasFaults: true, missedModels: 7, restarted: ["a", "b"]).inWords
                == "its nodes went each at their own pace, faults struck it on purpose, 7 models were missed, 2 nodes were restarted"
        )
    }

    @Test("a node that came back from its checkpoint alone is told from one that was resumed with all others")
    func rejoined() throws {
        let run = try ReportedRun(try smallAssembly())
        let input = TraceLine.Input(sender: NodeID(1), round: Round(3), digest: 1)
        let resumed = TraceLine(round: Round(4), inputs: [], checkpoint: 4, result: 2)
        for (lines, hasRejoined) in [
            ([], false), ([TraceLine(round: Round(0), inputs: [input], result: 1), resumed], false),
            ([resumed, TraceLine(round: Round(6), inputs: [], checkpoint: 4, result: 2)], true),
            ([TraceLine(round: Round(4), inputs: [input], checkpoint: 4, result: 2)], true),
        ] as [([TraceLine], Bool)] {
            let node = run.directory.node(NodeID(2))
            try Files.makeDirectory(node.path)
            let header = TraceHeader(of: NodeID(2), experiment: run.assembly.identity, dimension: 4)
            try Files.write(header.bytes(lines), to: node.trace)
            #expect(node.hasRejoined == hasRejoined)
            #expect(node.roundsReached(of: run.assembly) == lines.last?.next.number ?? 0)
        }
    }

    @Test("a run is gone on with by one laboratory at a time")
    func locked() throws {
        let run = try ReportedRun(try smallAssembly())
        try run.files.append([evaluation(5)])
        let fault = #expect(throws: ConfigurationFault.self) { _ = try RunFiles.lock(goingOnIn: run.directory) }
        #expect("\(try #require(fault))".hasSuffix("is still running; it can go on once it has ended"))
        #expect(try run.read().evaluations.count == 1, "nothing was taken away")
    }

    @Test("a stopped run tells how far it came, in one row for all its nodes, and how to go on")
    func interrupted() throws {
        let run = try ReportedRun(try smallAssembly())
        var outcome = RunOutcome(engine: .processes, transport: "tcp")
        outcome.wasStopped = true
        outcome.wallSeconds = 0.5
        outcome.lost = run.assembly.topology.nodes.map { node in
            node == NodeID(3)
                ? LostNode(node, .killed, reason: "killed by SIGKILL")
                : LostNode(node, .stopped, reason: LostNode.stopped)
        }
        outcome.reached = [NodeID(0): 11, NodeID(1): 2, NodeID(2): 9, NodeID(3): 7, NodeID(5): 12]
        let summary = try run.end(outcome)
        let lines = summary.table(runDirectory: "it's/a run").split(separator: "\n")
        #expect(lines.contains("rounds                7 (node 3) to 12 (node 5) of 20 in 0.50 s (processes, tcp)"))
        #expect(lines.contains("interrupted           5 of 6 nodes"))
        #expect(lines.contains(#"to go on              gossiplab resume 'it'\''s/a run'"#))
        #expect(lines.count { $0.contains("lost") } == 1 && !lines.contains { $0.contains("stopped") })
        let reached = try StrictJSON.read(summary.json, name: "summary.json").member("reached")
        #expect(reached?.count(at: "least") == 7 && reached?.count(at: "greatest") == 12)
        #expect(try run.page().contains("its honest nodes had closed 7 to 12 of 20 rounds"))
    }

    @Test("names with control characters take one line of the table each")
    func oddNames() throws {
        let json = #"""
            {"name": "a\nb", "topology": {"nodes": [{"id": "a\nb"}, {"id": "\u001b[31mred"}, {"id": "\u202egnp"}],
             "edges": [{"source": "a\nb", "target": "\u001b[31mred"}, {"source": "\u202egnp", "target": "a\nb"}]},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}, "split": "iid"},
             "training": {"rounds": 20}, "adversary": [{"nodes": ["\u001b[31mred"], "attack": "signFlip"}]}
            """#
        let experiment = try Experiment(Array(json.utf8), name: "odd.json")
        let assembly = try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
        var outcome = RunOutcome(engine: .processes, transport: "tcp")
        outcome.lost = [LostNode(NodeID(0), .killed, reason: "killed: gossipnode: \u{1B}[2Jwas here")]
        outcome.finalModels = [(NodeID(2), constantModel(0.5, of: assembly))]
        let table = try RunSummary(outcome, of: assembly).table(runDirectory: "runs/\u{9B}")
        let lines = table.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.allSatisfy { printable($0) == $0 })
        #expect(lines.contains(#"lost                  honest node a\nb: killed: gossipnode: \u{1B}[2Jwas here"#))
        #expect(lines.contains(#"nodes                 3, hostile \u{1B}[31mred"#))
        #expect(
            lines.contains { $0.contains(#"(\u{202E}gnp: "#) } && lines.last == #"results               runs/\u{9B}"#)
    }

    @Test("a table is as wide as what is shown of it, and a cell of Markdown ends where it should")
    func tables() {
        let table = TextTable(
            header: ["rule", "±"], names: 1, rows: [["a\nb", "1"], ["\u{202E}c", "12.5"], [#"d\|"#, "|\u{301}"]])
        #expect(
            table.plain == ["rule          ±", #"a\nb          1"#, #"\u{202E}c  12.5"#, "d\\|           |\u{301}"])
        #expect(
            table.markdown.dropFirst(2) == [
                #"| a\\nb | 1 |"#, #"| \\u{202E}c | 12.5 |"#, "| d\\\\\\| | \\|\u{301} |",
            ])
    }
}
