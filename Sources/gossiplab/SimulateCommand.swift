// gossiplab simulate: one process, virtual time, the same models.
import Harness
import Platform
import Registry
import Scenario
import Simulation

enum SimulateCommand: Command {
    static let name = "simulate"
    static let usage = "simulate [NAME or FILE]"
    static let summary = "Runs an experiment in one process and virtual time, to the same models as 'run'."
    static let flags =
        commonFlags + [
            Flag("threads", "N", "threads, which change no bit of the result (default 2)"),
            Flag(
                "carry", "KIND",
                "how messages travel: values (default); through real links as bytes, sealed, "
                    + "datagrams or sealedDatagrams", values: .words(carriages)),
            Flag("latency", "MS", "virtual time of every message (default 1)"),
            Flag("branch", "N@NS", "from this nanosecond of virtual time on other latencies, strikes and draws"),
            Flag("check", nil, "check what must always hold, whatever goes wrong; 1 if it did not"),
            Flag("trace", nil, "print the hash over every event and mix"),
        ]

    private static let carriages = Carriage.allCases.map(\.rawValue)

    static let examples = [
        Example("simulate", "the same experiment in one process, to the same digest"),
        Example(
            "simulate --set faults=lossy --carry bytes --check",
            "lost messages, real frames, and checked invariants"),
    ]

    static func argument(after words: [String]) -> Completion { words.isEmpty ? CatalogWords.experiments : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        let settings = try settings(flags)
        let experiment = try PreparedExperiment(flags, for: .simulation)
        let files = try RunFiles(
            for: experiment.assembly, in: flags.value("out") ?? "runs", made: .simulation(settings))
        return try run(experiment.assembly, variant: experiment.variant, in: files, settings, flags)
    }

    private static func settings(_ flags: Flags) throws(ConfigurationFault) -> SimulationSettings {
        var settings = SimulationSettings()
        settings.threads = try flags.count("threads", SimulationSettings.threadCounts, default: settings.threads)
        let carriage = try flags.choice("carry", carriages, default: settings.carriage.rawValue)
        settings.carriage = Carriage(rawValue: carriage) ?? settings.carriage
        settings.latencyMilliseconds = try flags.count(
            "latency", SimulationSettings.latencies, default: settings.latencyMilliseconds)
        settings.isChecked = flags.has("check")
        settings.branch = try flags.value("branch").map { text throws(ConfigurationFault) in
            try Branch(text, key: "--branch")
        }
        return settings
    }

    /// Simulates from the first round to the last, and says what came of it.
    ///
    /// - Parameter variant: the same experiment with other settings, for what a check compares with.
    static func run(
        _ assembly: Assembly, variant: @escaping ([String]) throws -> Assembly, in files: RunFiles,
        _ settings: SimulationSettings, _ flags: Flags
    ) throws -> Int32 {
        var files = files
        var check =
            settings.isChecked ? try RunCheck(assembly, options: settings.options, variant: variant) : nil
        var progress = Progress(of: assembly.experiment.training.rounds, isQuiet: flags.has("quiet"))
        let signals = try Signals()
        let simulation = SimulatedRun(assembly, options: settings.options, in: files.directory)
        var (outcome, result) = try simulation.run {
            check?.observe($0)
        } evaluated: { evaluations throws(SystemFault) in
            try files.append(evaluations)
            progress.show(evaluations.last)
            files.updateReport()
        } shouldStop: {
            (try? !signals.take().isEmpty) ?? false
        }
        progress.end()
        try compare(&outcome, of: assembly, options: settings.options, flags) {
            (try? !signals.take().isEmpty) ?? false
        }
        var status = try conclude(outcome, of: assembly, in: files, flags)
        if !outcome.wasStopped, let verdict = try check?.judge(result), !verdict.violations.isEmpty {
            for violation in verdict.violations { try StandardOutput.print("violated  \(violation)") }
            status = ExitCode.failure
        }
        if flags.has("trace") {
            try StandardOutput.print("trace \(String(result.traceHash, radix: 16)) steps \(result.steps)")
        }
        return status
    }
}
