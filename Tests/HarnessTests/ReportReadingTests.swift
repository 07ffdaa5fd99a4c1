// The report's reader: what it reads of a run directory that is whole, torn, cut off, growing, resumed, or of another
// program.
import Kernels
import Metrics
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Report: reading a run")
struct ReportReadingTests {
    @Test("a line that is torn, and all after it that is not whole, is passed over")
    func torn() throws {
        let run = try ReportedRun(try smallAssembly())
        let lines = [evaluation(0), evaluation(5), evaluation(10, distance: .nan)].flatMap(\.json)
        let whole = lines.indices.filter { lines[$0] == UInt8(ascii: "\n") }
        for end in 0...lines.count {
            try Files.write(Array(lines[..<end]), to: run.directory.metrics)
            let expected = [0, 5, 10].prefix(whole.count { $0 < end })
            #expect(try run.read().evaluations.map(\.rounds) == Array(expected), "\(end)")
        }
        let last = try #require(try run.read().evaluations.last)
        #expect(last.distance == nil && last.worst == 0.1 && last.best == 0.9 && last.nodes == 4)
    }

    @Test("lines that are no evaluations of this run are passed over")
    func foreign() throws {
        let run = try ReportedRun(try smallAssembly())
        let foreign = [
            "", "{}", "[]", "nonsense", "{\"rounds\": -1}", "{\"rounds\": 21}", "{\"rounds\": \"3\"}", "\u{0}",
        ]
        let text = foreign.joined(separator: "\n") + "\n" + String(decoding: evaluation(3).json, as: UTF8.self)
        try Files.write(Array(text.utf8), to: run.directory.metrics)
        #expect(try run.read().evaluations.map(\.rounds) == [3])
    }

    @Test("figures that cannot be are unknown")
    func impossible() throws {
        let run = try ReportedRun(try smallAssembly())
        let line =
            #"{"rounds":3,"accuracy":{"worst":-1,"mean":1e300,"best":1.5},"consensusDistance":{"rms":1e300}}"#
        try Files.write(Array((line + "\n").utf8), to: run.directory.metrics)
        let evaluation = try #require(try run.read().evaluations.first)
        #expect([evaluation.worst, evaluation.mean, evaluation.best, evaluation.averageModel] == [nil, nil, nil, nil])
        #expect(faults(inMarkup: try run.page().text).isEmpty)
    }

    @Test("an accuracy that is no number is unknown, of a moment and of a node")
    func notANumber() throws {
        let run = try ReportedRun(try smallAssembly())
        let nothing = Spread([.nan], averageModel: .nan)
        try run.files.append([
            EvaluationRecord(
                rounds: 20, nodes: 4, test: Scores(accuracy: nothing, loss: nothing),
                distance: ConsensusDistance(
                    rootMeanSquare: .nan, relative: .nan, median: .infinity, medianRelative: nil))
        ])
        let page = try run.page()
        #expect(page.heading == "After 20 of 20 rounds the worst of 4 honest nodes was at an unknown accuracy.")
        #expect(page.value(of: "worst accuracy") == "–" && page.value(of: "mean accuracy") == "–")
        #expect(page.rows(of: "Measurements") == [["20", "4"] + Array(repeating: "–", count: 9)])

        let best = try #require(try run.end(try run.outcome()).worstFirst.last)
        let known = String(decoding: try Files.read(run.directory.summary), as: UTF8.self)
        let unknown = known.replacing(
            "\"node\":\"\(best.label)\",\"accuracy\":\(best.score)",
            with: "\"node\":\"\(best.label)\",\"accuracy\":null")
        #expect(unknown != known)
        try Files.write(Array(unknown.utf8), to: run.directory.summary)
        // Nothing that is known is worse.
        #expect(try run.page().rows(of: "Nodes").first?.prefix(3) == [Substring(best.label), "honest", "–"])
    }

    @Test("a run that grows is read on, to what a reading from the start gives")
    func growing() throws {
        let run = try ReportedRun(try smallAssembly())
        var reader = try RunReader(run.directory)
        #expect(try reader.read(isRunning: true).evaluations.isEmpty)
        for rounds in stride(from: 0, through: 20, by: 5) {
            try run.files.append([evaluation(rounds)])
            try run.write(#"{"rounds":1,"computeNanoseconds":1000,"rejections":{"tooOld":\#(rounds)}}"#, ofNode: 2)
            try run.write(#"{"rounds":1,"computeNanoseconds":7,"bytesSent":\#(rounds)}"#, ofNode: 1)
            let (grown, whole) = (try reader.read(isRunning: true), try run.read(isRunning: true))
            #expect(grown.evaluations == whole.evaluations && grown.evaluations.last?.rounds == rounds)
            #expect(grown.totals == whole.totals && grown.nodes.map(\.totals) == whole.nodes.map(\.totals))
            // Node 1 is hostile: its traffic counts, its time does not.
            #expect(grown.totals.computeNanoseconds == Nanoseconds(1000 * (rounds / 5 + 1)))
            #expect(grown.totals.bytesSent == rounds)
            #expect(grown.totals.rejections == [NodeRecord.Count(reason: "tooOld", count: rounds)])
        }
    }

    @Test("after a resumption the later line of a round counts")
    func resumed() throws {
        let run = try ReportedRun(try smallAssembly())
        try run.files.append([0, 5, 10, 15].map { evaluation($0, worst: 0.1) })
        try run.files.append([10, 15, 20].map { evaluation($0, worst: 0.7) })
        let evaluations = try run.read().evaluations
        #expect(evaluations.map(\.rounds) == [0, 5, 10, 15, 20])
        #expect(evaluations.map(\.worst) == [0.1, 0.1, 0.7, 0.7, 0.7])
    }

    @Test("moments without a measurement are known by how often is measured, until the last one")
    func moments() throws {
        let run = try ReportedRun(try smallAssembly(["measure.every=3"]))
        #expect(try run.read().moments.isEmpty)
        try run.files.append([0, 3, 4, 12].map { evaluation($0) })
        let moments = try run.read().moments
        #expect(moments.map(\.rounds) == [0, 3, 4, 6, 9, 12])
        #expect(moments.map { $0.evaluation == nil } == [false, false, false, true, true, false])
    }

    @Test("running, unfinished, stopped and finished runs are told apart")
    func states() throws {
        let run = try ReportedRun(try smallAssembly())
        #expect(try run.read().state == .unfinished)
        var outcome = try run.outcome()
        outcome.wasStopped = true
        outcome.lost = [
            LostNode(NodeID(2), .stopped, reason: LostNode.stopped),
            LostNode(NodeID(3), .killed, reason: "killed by SIGKILL"),
        ]
        try run.end(outcome)
        let stopped = try run.read()
        #expect(stopped.state == .stopped)
        // What ended with the run was not lost.
        #expect(stopped.nodes.map(\.lost) == [nil, nil, nil, "killed by SIGKILL", nil, nil])
        outcome.wasStopped = false
        try run.end(outcome)
        #expect(try run.read().state == .finished)
        let running = try run.read(isRunning: true)
        #expect(running.state == .running && running.summary == nil)
    }

    @Test("what the summary says of nodes is read back")
    func nodes() throws {
        let run = try ReportedRun(try smallAssembly())
        var outcome = try run.outcome()
        var totals = NodeRecord()
        totals.waits = [NodeRecord.Wait(neighbour: NodeID(4), nanoseconds: 1_500_000_000)]
        outcome.totals[NodeID(0)] = totals
        let summary = try run.end(outcome)
        let nodes = try run.read().nodes
        #expect(nodes.map(\.label) == ["0", "1", "2", "3", "4", "5"])
        #expect(nodes.map(\.isHostile) == [false, true, false, false, true, false])
        #expect(nodes.map(\.score) == summary.perNode.map(\.accuracy) && nodes[1].score == nil)
        #expect(nodes.map(\.awaitedSeconds) == [0, 0, 0, 0, 1.5, 0])
    }

    @Test("a directory of another version gets one line that says where and what is allowed", arguments: ["2", "null"])
    func version(other: String) throws {
        let run = try ReportedRun(try smallAssembly())
        try run.files.append([evaluation(5)])
        try Files.write(Array("{\"version\": \(other)}".utf8), to: run.directory.summary)
        let fault = #expect(throws: ConfigurationFault.self) { try run.read() }
        let text = "\(try #require(fault))"
        #expect(text.contains("summary.json:1:13: version is \(other)") && text.contains("\(RunSummary.version)"))
        #expect(!text.contains("\n"))
        // The run that writes there now does not depend on it.
        #expect(try run.read(isRunning: true).evaluations.count == 1)
    }

    @Test("a missing file gets one line that names it")
    func missing() throws {
        let run = try ReportedRun(try smallAssembly())
        for path in [run.directory.metrics, run.directory.topology, run.directory.experiment] {
            Files.remove(path)
            let fault = #expect(throws: ConfigurationFault.self) { try run.read() }
            let text = "\(try #require(fault))"
            #expect(text.contains(path) && text.contains("No such file") && !text.contains("\n"), "\(text)")
        }
    }

    @Test("a summary that is no JSON object gets one line", arguments: ["", "{", "[]", "{}", "{\"version\": 1"])
    func summary(text: String) throws {
        let run = try ReportedRun(try smallAssembly())
        try Files.write(Array(text.utf8), to: run.directory.summary)
        let fault = #expect(throws: ConfigurationFault.self) { try run.read() }
        #expect("\(try #require(fault))".contains("summary.json:1:"))
    }

    @Test("a report is made of what there is, and says what is missing")
    func lenient() throws {
        let run = try ReportedRun(try smallAssembly())
        try run.files.append([evaluation(5)])
        func remarks() throws -> [String] {
            var reader = try RunReader(run.directory, isLenient: true)
            return try reader.read().remarks
        }
        #expect(try remarks().isEmpty)

        try Files.write(Files.read(run.directory.metrics) + Array("{\"rounds\":1".utf8), to: run.directory.metrics)
        #expect(try remarks() == ["The last line is torn, and was not read, of metrics.jsonl."])
        try Files.write(Array("{\"version\": 99}".utf8), to: run.directory.summary)
        try Files.write(Array("{\"version\": 98}".utf8), to: run.directory.record)
        let told = try remarks()
        #expect(told.count == 3 && told[0].contains("version is 98") && told[2].contains("version is 99"))
        Files.remove(run.directory.metrics)
        #expect(try remarks().contains { $0.hasPrefix("No moment of the run is known: ") })
        var reader = try RunReader(run.directory, isLenient: true)
        let page = Page(try reader.read())
        #expect(page.contains("What is missing") && page.contains(">Unfinished</span>"))
        #expect(faults(inMarkup: page.text).isEmpty)
    }
}
