// What a laboratory costs a run of real processes: the same nodes started by 'gossiplab run', which measures their
// models while they work and writes a report, and by nobody who looks at them, as a script would.
import Kernels
import Platform
import Registry
import Scenario
import Wire

/// Benchmarks of the laboratory around a run.
public enum LaboratoryBench: Bench {
    public static let name = "laboratory"
    public static let flags = [
        Flag("rounds", "N", "rounds of one run (default: \(lengths.map(String.init).joined(separator: " and ")))")
    ]

    private static let lengths = [200, 2_000]
    /// The built-in experiment: 16 nodes, digits, measured every ten rounds.
    private static let experiment = "quickstart"

    public static func run(_ settings: BenchSettings) throws -> BenchReport {
        let lengths =
            settings.flags.has("rounds")
            ? [try settings.flags.count("rounds", 2...1_000_000, default: 0)] : self.lengths
        var report = BenchReport(
            name, repetitions: settings.repetitions, conditions: [("experiment", .text(experiment))],
            columns: [
                .init(key: "laboratorySeconds", header: "s", decimals: 2),
                .init(key: "scriptSeconds", header: "script s", decimals: 2),
                .init(key: "overheadPercent", header: "more %", decimals: 1),
                .init(key: "overheadPercentLeast", header: "least", decimals: 1),
                .init(key: "overheadPercentGreatest", header: "greatest", decimals: 1),
                .init(key: "laboratoryProcessorSeconds", header: "processor s", decimals: 2),
                .init(key: "scriptProcessorSeconds", header: "script's", decimals: 2),
                .init(key: "processorOverheadPercent", header: "more %", decimals: 1),
            ],
            notes: [
                "s: 'gossiplab run', from its start to its end: data, nodes, 16 models every ten rounds, report.",
                "script s: the same nodes started and waited for, their files where the laboratory has them.",
                "more %: the median of pairs measured in turn, and the least and greatest of them.",
                "processor s: of the program and all its nodes, whoever else is at work.",
            ])
        for rounds in lengths {
            settings.announce("\(rounds) rounds")
            report.add(try measure(rounds, settings), settings)
        }
        return report
    }

    private static func measure(_ rounds: Int, _ settings: BenchSettings) throws -> BenchReport.Row {
        try ProcessRun.check(program: settings.node)
        var (watched, bare, ratios) = (Sample(), Sample(), Sample())
        var (watchedCost, bareCost, costRatios) = (Sample(), Sample(), Sample())
        for repetition in 0..<settings.repetitions {
            // Who goes first changes, so that neither always has the warmer machine.
            var times: [(wall: Double, cost: Double)] = [(0, 0), (0, 0)]
            for turn in 0..<2 {
                let which = (repetition + turn) % 2
                times[which] =
                    which == 0
                    ? try timed { try runLaboratory(rounds, settings) } : try timed { try runScript(rounds, settings) }
            }
            watched.add(times[0].wall)
            bare.add(times[1].wall)
            ratios.add(100 * (times[0].wall / times[1].wall - 1))
            watchedCost.add(times[0].cost)
            bareCost.add(times[1].cost)
            costRatios.add(100 * (times[0].cost / times[1].cost - 1))
        }
        return .init(
            name: "\(rounds) rounds",
            figures: [
                watched.median, bare.median, ratios.median, ratios.quantile(0), ratios.quantile(1),
                watchedCost.median, bareCost.median, costRatios.median,
            ])
    }

    /// Seconds, and processor seconds of all processes that were started and have ended in it.
    private static func timed(_ body: () throws -> Void) rethrows -> (wall: Double, cost: Double) {
        let before = ProcessorUse.ofEndedChildren().time
        let wall = try seconds(of: body)
        return (wall, Double(ProcessorUse.ofEndedChildren().time - before) / 1e9)
    }

    private static func runLaboratory(_ rounds: Int, _ settings: BenchSettings) throws {
        let folder = try TemporaryDirectory()
        let words = ["run", experiment, "--quiet", "--set", "training.rounds=\(rounds)", "--out", folder.path]
        let program = try ChildProcess(settings.laboratory, words, output: .file("\(folder.path)/output"))
        try awaitEnd(of: program, "the laboratory", rounds)
    }

    /// Waits for a process to end well; one that takes so long that it must be stuck is killed.
    private static func awaitEnd(of process: ChildProcess, _ name: String, _ rounds: Int) throws {
        let clock = MonotonicClock()
        let deadline = clock.now() + .milliseconds(60_000 + 100 * rounds)
        var loop = PollLoop()
        while try process.poll() == nil {
            guard clock.now() < deadline else {
                try process.send(.kill)
                try process.wait()
                throw BenchFault("\(name) did not end in time")
            }
            try loop.wait(until: clock.now() + .milliseconds(2))
        }
        let status = try process.wait()
        guard status == .exited(0) else { throw BenchFault("\(name) \(status)") }
    }

    private static func runScript(_ rounds: Int, _ settings: BenchSettings) throws {
        let source = try ExperimentSource(
            named: experiment, overrides: ["training.rounds=\(rounds)"], inputs: InputFiles())
        let assembly = try Assembly(
            source.experiment, topology: source.topologyFile(of: source.experiment), files: source.dataFiles)
        let folder = try TemporaryDirectory()
        let record = RunRecord.processes(transport: assembly.experiment.transport, hasKeys: false)
        let directory = try RunFiles(for: assembly, in: folder.path, made: record).directory
        let lifeline = try Lifeline()
        let nonce = RunNonce(Entropy.bytes(RunNonce.byteCount))
        var children: [ChildProcess] = []
        defer {
            for child in children where child.status == nil {
                try? child.send(.kill)
                _ = try? child.wait()
            }
        }
        for node in assembly.topology.nodes {
            try Files.makeDirectory(directory.node(node).path)
            children.append(
                try ChildProcess.node(
                    node, of: assembly, run: nonce, in: directory, program: settings.node, lifeline: lifeline))
        }
        for child in children { try awaitEnd(of: child, "a node", rounds) }
    }
}
