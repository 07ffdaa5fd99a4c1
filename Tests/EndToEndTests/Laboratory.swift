// What the suites here share: the built programs as children, with a folder of their own and bounded waits.
import Glibc
import JSON
import Kernels
import Platform
import Scenario
import Testing
import TestSupport

@testable import Harness

/// Real processes. They mostly wait, so that they run beside what computes.
@Suite("End to end") enum EndToEndTests {}

/// So late that only a fault reaches it.
private let patience = Nanoseconds.milliseconds(120_000)

/// Whether `condition` comes true before a deadline; it is asked every few milliseconds.
func becomesTrue(_ condition: () throws -> Bool) throws -> Bool {
    let deadline = MonotonicClock().now() + patience
    var loop = PollLoop()
    while MonotonicClock().now() < deadline {
        if try condition() { return true }
        try loop.wait(until: MonotonicClock().now() + .milliseconds(5))
    }
    return try condition()
}

/// A program that ran to its end.
struct Ended {
    let status: Platform.ExitStatus
    let output: String
    let errors: String

    /// The lines on standard error.
    var complaints: [Substring] { errors.split(separator: "\n") }
}

/// A folder for one test, in which the programs write their runs.
struct Laboratory: ~Copyable {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// Where the programs are: beside the test bundle, which is itself a program.
    private static func products() throws -> String {
        let own = try Files.pathOfThisProgram()
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }

    /// The path of a program of this project.
    func program(_ name: String) throws -> String { "\(try Self.products())/\(name)" }

    var path: String { folder.path }
    var runs: String { "\(path)/runs" }

    /// Writes the four files of a small dataset into a folder of this one, plain or compressed.
    func writeSmallImages(to name: String, compressed: Bool = false) throws {
        try Files.makeDirectory("\(path)/\(name)")
        for (file, bytes) in zip(SmallImages.names, SmallImages.files()) {
            try Files.write(bytes, to: "\(path)/\(name)/\(file)")
            guard compressed else { continue }
            #expect(try ChildProcess("gzip", ["\(path)/\(name)/\(file)"]).wait() == .exited(0))
        }
    }

    /// Writes a file of this folder and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try Files.write(Array(text.utf8), to: "\(path)/\(name)")
        return "\(path)/\(name)"
    }

    /// Starts a program of this project in this folder; what it prints goes to files of it.
    ///
    /// - Parameter limits: a command of the shell that comes before it, as in `ulimit -n 12;`.
    func start(
        _ arguments: [String], program: String = "gossiplab", environment: [(name: String, value: String)] = [],
        limits: String = ""
    ) throws -> Running {
        let number = try Files.names(in: path).count
        let (output, errors) = ("\(path)/output-\(number)", "\(path)/errors-\(number)")
        // There before the shell makes them, so that the next program gets others.
        for file in [output, errors] { try Files.write([], to: file) }
        // The shell is replaced by the program, so that the child is the program itself.
        let script = "cd \(path) && exec >\(output) 2>\(errors) && \(limits) exec \"$0\" \"$@\""
        let process = try ChildProcess(
            "/bin/sh", ["-c", script, self.program(program)] + arguments, environment: environment)
        return Running(process: process, output: output, errors: errors)
    }

    /// Runs a line of a shell in this folder, where the programs are found by their names.
    func shell(_ line: String) throws -> Ended {
        let number = try Files.names(in: path).count
        let (output, errors) = ("\(path)/output-\(number)", "\(path)/errors-\(number)")
        let script = #"cd "$0" && PATH="$1:$PATH" && eval "$2" >"$3" 2>"$4""#
        let process = try ChildProcess("bash", ["-c", script, path, Self.products(), line, output, errors])
        return try Running(process: process, output: output, errors: errors).ended()
    }

    /// `gossiplab COMMAND … --out` into this folder, started.
    func launch(_ command: String, _ arguments: [String] = [], limits: String = "") throws -> Running {
        try start([command] + arguments + ["--out", runs], limits: limits)
    }

    /// `gossiplab`, run to its end.
    func finish(_ command: String, _ arguments: [String] = []) throws -> Ended {
        try launch(command, arguments).ended()
    }

    /// The folders of runs and sweeps so far.
    func runNames() throws -> [String] {
        try Files.names(in: runs).filter { Files.isDirectory("\(runs)/\($0)") }.sorted()
    }

    /// The only run directory so far, once it is there.
    func onlyRun() throws -> RunDirectory {
        var names: [String] = []
        #expect(
            try becomesTrue {
                names = (try? runNames()) ?? []
                return !names.isEmpty
            })
        return RunDirectory("\(runs)/\(try #require(names.first))")
    }

    /// The process identifier that a node left in its run directory, once it is there.
    func process(ofNode node: Int, in run: RunDirectory) throws -> Int32 {
        let path = run.node(NodeID(node)).endpoint
        #expect(try becomesTrue { Files.exists(path) })
        let endpoint = try StrictJSON.read(Files.read(path), name: path)
        return Int32(try #require(endpoint.member("pid")?.count))
    }

    /// Waits until a node has recorded the first of its rounds.
    func waitForRecord(ofNode node: Int, in run: RunDirectory) throws {
        let path = run.node(NodeID(node)).metrics
        #expect(try becomesTrue { try Files.exists(path) && !Files.read(path).isEmpty })
    }

    /// Processes whose command line names this folder, the laboratory itself among them.
    func processes() throws -> [Int32] {
        try Files.names(in: "/proc").compactMap { Int32($0) }.filter { process in
            let line = (try? Files.read("/proc/\(process)/cmdline")) ?? []
            return String(decoding: line, as: UTF8.self).contains(path)
        }
    }

    /// Whether in the end no process of this folder is left.
    func isDeserted() throws -> Bool { try becomesTrue { try processes().isEmpty } }
}

/// A program of this project that was started.
struct Running {
    let process: ChildProcess
    let output: String
    let errors: String

    /// Waits for its end; a program that does not end is killed, and that is an issue.
    func ended() throws -> Ended {
        if try !becomesTrue({ try process.poll() != nil }) {
            Issue.record("the program did not end in time")
            try process.send(.kill)
        }
        let status = try process.wait()
        return Ended(
            status: status, output: String(decoding: try Files.read(output), as: UTF8.self),
            errors: String(decoding: try Files.read(errors), as: UTF8.self))
    }
}

/// Sends a signal to any process.
func send(_ signal: Signal, to process: Int32) { _ = kill(process, signal.number) }

extension Ended {
    /// What a row of the table says.
    func row(_ name: String) -> String? {
        output.split(separator: "\n").first { $0.hasPrefix("\(name)  ") }.map {
            String($0.dropFirst(name.count).drop { $0 == " " })
        }
    }

    /// What `--json` printed.
    func summary() throws -> JSONValue { try StrictJSON.read(output, name: "summary.json") }
}

extension RunDirectory {
    func readSummary() throws -> JSONValue { try StrictJSON.read(Files.read(summary), name: summary) }

    /// The command lines that the report offers.
    func commands() throws -> [String] {
        let page = String(decoding: try Files.read(report), as: UTF8.self)
        let start = try #require(page.firstRange(of: "<pre><code>")).upperBound
        let end = try #require(page[start...].firstRange(of: "</code>")).lowerBound
        return page[start..<end].split(separator: "\n").map { line in
            [("&#39;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
                .reduce(String(line)) { $0.replacing($1.0, with: $1.1) }
        }
    }
}

extension JSONValue {
    /// The texts of an array.
    var texts: [String] {
        if case .array(let elements) = kind { elements.compactMap(\.text) } else { [] }
    }
}
