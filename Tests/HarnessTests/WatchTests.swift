// What is seen of a run from outside, at every moment of its life, and how it is shown.
import Kernels
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Watching a run")
struct WatchTests {
    private static let second: Nanoseconds = 1_000_000_000
    private let start = Instant(nanoseconds: 5_000_000_000)

    private func look(_ run: borrowing ReportedRun, after seconds: Int = 0) throws -> RunWatch.Look {
        var watch = try RunWatch(run.directory.path, at: start)
        return try watch.look(at: start + Nanoseconds(seconds) * Self.second)
    }

    @Test("a run goes on while somebody holds its lock, and has ended once it has a summary")
    func life() throws {
        let run = try ReportedRun(try smallAssembly())
        // The lock is held by what made the folder.
        #expect(try look(run, after: 60).state == .running)
        try run.files.append([evaluation(0), evaluation(10)])
        let running = try look(run)
        #expect(running.run?.evaluations.map(\.rounds) == [0, 10] && running.secondsLeft == nil)
        try run.end(run.outcome())
        #expect(try look(run).state == .finished)
    }

    @Test("a stopped run, and one that failed, are told from one that finished")
    func endings() throws {
        let stopped = try ReportedRun(try smallAssembly())
        var outcome = try stopped.outcome()
        outcome.wasStopped = true
        outcome.lost = [LostNode(outcome.finalModels.removeLast().node, .stopped, reason: LostNode.stopped)]
        try stopped.end(outcome)
        let seen = try look(stopped)
        #expect(seen.state == .stopped && seen.state.hasFailed)
        #expect(WatchView(seen).ending.last?.contains("gossiplab resume") == true)

        let failed = try ReportedRun(try smallAssembly())
        outcome = try failed.outcome()
        outcome.lost = [LostNode(outcome.finalModels.removeLast().node, .neverStarted, reason: "no such host")]
        try failed.end(outcome)
        #expect(try look(failed).state == .failed)
    }

    @Test("a run that nobody holds was cut off, but not before it has been still for a while")
    func cutOff() throws {
        let folder: TemporaryDirectory = try TemporaryDirectory()
        let path = "\(folder.path)/run"
        do {
            let run = try ReportedRun(try smallAssembly())
            try run.files.append([evaluation(0)])
            try Files.makeDirectory("\(path)/nodes")
            for name in ["experiment.json", "topology.json", "run.json", "metrics.jsonl"] {
                try Files.write(Files.read("\(run.directory.path)/\(name)"), to: "\(path)/\(name)")
            }
        }
        var watch = try RunWatch(path, at: start)
        #expect(try watch.look(at: start).state == .running)
        #expect(try watch.look(at: start + Self.second).state == .running)
        let look = try watch.look(at: start + 3 * Self.second)
        #expect(look.state == .cutOff && WatchView(look).ending.last?.contains("gossiplab resume") == true)

        Files.removeTree(path)
        #expect(try watch.look(at: start + 4 * Self.second).state == .gone)
    }

    @Test("a folder that is being made is waited for, and no longer; what is no run is refused at once")
    func starting() throws {
        let folder = try TemporaryDirectory()
        let path = "\(folder.path)/run"
        try Files.makeDirectory(path)
        var watch = try RunWatch(path, at: start)
        #expect(try watch.look(at: start).state == .starting)
        #expect(throws: ConfigurationFault.self) { try watch.look(at: start + 6 * Self.second) }
        try Files.write(Array("text".utf8), to: "\(path)/notes.txt")
        #expect(throws: ConfigurationFault.self) { try RunWatch(path, at: start) }
        #expect(throws: ConfigurationFault.self) { try RunWatch("\(folder.path)/none", at: start) }
    }

    @Test("a run of another version is refused in one line")
    func version() throws {
        let run = try ReportedRun(try smallAssembly())
        let record = String(decoding: try Files.read(run.directory.record), as: UTF8.self)
        let first = "\"version\": \(RunRecord.version)"
        #expect(record.contains(first))
        try Files.write(Array(record.replacing(first, with: "\"version\": 99").utf8), to: run.directory.record)
        #expect(throws: ConfigurationFault.self) { try look(run) }
    }

    @Test("torn last lines are read once they are whole")
    func torn() throws {
        let run = try ReportedRun(try smallAssembly())
        let whole = evaluation(0).json + evaluation(10).json
        try Files.write(Array(whole.dropLast(7)), to: run.directory.metrics)
        var watch = try RunWatch(run.directory.path, at: start)
        #expect(try watch.look(at: start).run?.evaluations.count == 1)
        try Files.write(whole, to: run.directory.metrics)
        #expect(try watch.look(at: start).run?.evaluations.count == 2)
    }

    @Test("the slowest honest node is named, and the time that is left follows from it")
    func pace() throws {
        let run = try ReportedRun(try smallAssembly())
        var watch = try RunWatch(run.directory.path, at: start)
        try run.write(#"{"rounds":4}"#, ofNode: 0)
        try run.write(#"{"rounds":2}"#, ofNode: 3)
        let honest = run.assembly.honest.map(\.index)
        for node in honest where node != 0 && node != 3 { try run.write(#"{"rounds":5}"#, ofNode: node) }
        #expect(honest.contains(0) && honest.contains(3))
        #expect(try watch.look(at: start).rounds == 2)
        for node in honest { try run.write(#"{"rounds":7}"#, ofNode: node) }
        let look = try watch.look(at: start + 10 * Self.second)
        let rounds = run.assembly.experiment.training.rounds
        #expect(look.rounds == 7 && look.secondsLeft == 10 * Double(rounds - 7) / 5)
    }

    @Test("a page fits the terminal, whatever its size", arguments: [(20, 6), (20, 24), (80, 24), (200, 60)])
    func page(_ columns: Int, _ rows: Int) throws {
        let run = try ReportedRun(try smallAssembly())
        try run.files.append((0..<100).map { evaluation($0, worst: 0.1) })
        try run.write(#"{"rounds":4,"trainLoss":0.5}"#, ofNode: 0)
        let lines = WatchView(try look(run)).page(columns: columns, rows: rows)
        let curves = lines.filter { $0.text.contains("worst") || $0.text.contains("disagree") }
        #expect(
            curves.count == 2
                && curves.allSatisfy { $0.text.count <= columns && $0.text.contains("▁") != $0.text.contains("▅") },
            "\(curves)")
        // A screen shows the first lines that it has room for.
        #expect(lines.prefix(rows - 1).contains { $0.text.contains("worst") })
        #expect(lines.contains { $0.text.hasPrefix("node") } == (rows > 20) && lines.count <= max(rows - 1, 9 + 6 * 4))
        #expect(lines.allSatisfy { $0.text.count <= columns }, "\(lines.map(\.text))")
        // Nothing is lost by that.
        let whole = { (lines: [Screen.Line]) in lines.map(\.text).joined().filter { $0 != " " } }
        #expect(whole(lines).contains(run.directory.report.filter { $0 != " " }))
        let line = WatchView(try look(run)).line
        #expect(line.contains("accuracy worst 10.0 %, mean") && line.contains("disagreement 0.05"))
    }
}

@Suite("Sparklines")
struct SparklineTests {
    @Test("go from the least to the greatest of all series, with gaps where a value is missing")
    func curve() throws {
        let scale = try #require(Sparkline(over: [[0, 1], [nil, .infinity, 7]]))
        #expect(scale.text([0, 1, nil, 3, .nan, 7], columns: 10) == "▁▂ ▄ █")
        #expect(scale.text([0, 7, 0, 7], columns: 2) == "██" && scale.text([0, 7], columns: 0).isEmpty)
        #expect(try #require(Sparkline(over: [[2, 2]])).text([2], columns: 3) == "▅")
        #expect(Sparkline(over: [[nil, .nan]]) == nil)
        let huge = try #require(Sparkline(over: [[-.greatestFiniteMagnitude, .greatestFiniteMagnitude]]))
        #expect(huge.text([-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude], columns: 3) == "▁▅█")
    }
}

@Suite("Pace")
struct PaceTests {
    @Test("what is left takes as long a round as what was seen, and a run gone back to is looked at anew")
    func left() {
        var pace = Pace(of: 100)
        func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: 1_000_000_000 * seconds) }
        #expect(pace.secondsLeft(done: 20, at: at(0)) == nil && pace.secondsLeft(done: 20, at: at(1)) == nil)
        #expect(pace.secondsLeft(done: 40, at: at(10)) == 30 && pace.secondsLeft(done: 100, at: at(40)) == 0)
        #expect(pace.secondsLeft(done: 10, at: at(50)) == nil && pace.secondsLeft(done: 20, at: at(60)) == 80)
        #expect(Pace.inWords(8.4) == "8 s left" && Pace.inWords(150) == "3 min left")
        #expect(Pace.inWords(9_000) == "2.5 h left")
    }
}
