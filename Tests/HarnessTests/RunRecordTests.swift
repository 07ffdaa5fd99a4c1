// run.json, how a run was made, written and read back; and the command lines that come of it.
import Kernels
import Platform
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Run record")
struct RunRecordTests {
    private static let everySimulation = Carriage.allCases.flatMap { carriage in
        [(1, 2, false), (20, 1, true)].map { latency, threads, isChecked in
            var settings = SimulationSettings()
            settings.carriage = carriage
            settings.latencyMilliseconds = latency
            settings.threads = threads
            settings.isChecked = isChecked
            settings.branch = isChecked ? Branch(at: Instant(nanoseconds: 5), number: 2) : nil
            return RunRecord.simulation(settings)
        }
    }
    private static let everyProcessRun = Transport.allCases.flatMap { transport in
        [true, false].map { RunRecord.processes(transport: transport, hasKeys: $0) }
    }

    @Test("reads back equal, whatever made the run", arguments: everySimulation + everyProcessRun + [.gathered])
    func roundTrip(record: RunRecord) throws {
        #expect(try RunRecord(record.json, name: "run.json") == record)
    }

    @Test(
        "what it does not know is refused at its place",
        arguments: [
            (#"{"version": 1, "engine": "processes"}"#, "run.json:1:13: version is 1; allowed: 2"),
            (#"{"version": 2, "engine": "cluster"}"#, "unknown engine 'cluster'"),
            (#"{"version": 2, "engine": "processes", "transport": "tcp"}"#, "keys is missing"),
            (#"{"version": 2, "engine": "processes", "transport": "tpc", "keys": true}"#, "unknown transport 'tpc'"),
            (#"{"version": 2, "engine": "processes", "transport": "tcp", "keys": true, "carry": "values"}"#, "'carry'"),
            (
                #"{"version": 2, "engine": "simulation", "carry": "values", "latencyMilliseconds": 0, "threads": 1, "check": false}"#,
                "latencyMilliseconds is 0"
            ),
            ("", "run.json:1:1"),
        ])
    func refused(text: String, complaint: String) throws {
        let fault = #expect(throws: ConfigurationFault.self) { try RunRecord(Array(text.utf8), name: "run.json") }
        let sentence = "\(try #require(fault))"
        #expect(sentence.hasPrefix("run.json:1:") && sentence.contains(complaint), "\(sentence)")
    }

    @Test("a run is repeated with every flag that is not the usual one, and with no other")
    func repetitions() {
        func words(_ record: RunRecord) -> [String] { LaboratoryCommand(repeating: record, of: "r/e.json").words }
        #expect(words(.simulation(SimulationSettings())) == ["simulate", "r/e.json"])
        #expect(words(.processes(transport: .tcp, hasKeys: false)) == ["run", "r/e.json"])
        #expect(
            words(.processes(transport: .udp, hasKeys: true)) == ["run", "r/e.json", "--transport", "udp", "--keys"])
        #expect(Set((Self.everySimulation + Self.everyProcessRun).map(words)).count == 14)
        var settings = SimulationSettings()
        settings.carriage = .datagrams
        settings.latencyMilliseconds = 20
        settings.isChecked = true
        #expect(
            "\(LaboratoryCommand(repeating: .simulation(settings), of: "-r/e.json"))"
                == "gossiplab simulate ./-r/e.json --check --latency 20 --carry datagrams")
    }

    @Test(
        "a shell reads back every word, on one line",
        arguments: [
            "plain/path-1_2.json", "", "it's a $run", "~/x", "a b", "\"*?\"", #"back\slash"#, "line\nfeed's\\",
            "\u{1B}[31mred",
            "\u{202E}gfedcba", "節点", "'\u{301}; true '", "-x=1", "a\u{7F}0",
        ])
    func words(word: String) throws {
        let folder = try TemporaryDirectory()
        let line = shellWord(word)
        #expect(printable(line) == line)
        let shell = try ChildProcess(
            "bash", ["-c", "printf %s \(line)"], output: .file("\(folder.path)/output"))
        #expect(try shell.wait() == .exited(0))
        #expect(try Files.read("\(folder.path)/output") == Array(word.utf8))
    }
}
