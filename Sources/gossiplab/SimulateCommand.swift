// gossiplab simulate: one process, virtual time, the same models.
import Harness
import Kernels
import Platform
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
                    + "datagrams or sealedDatagrams"),
            Flag("latency", "MS", "virtual time of every message (default 1)"),
            Flag("check", nil, "check what must always hold, whatever goes wrong; 1 if it did not"),
            Flag("trace", nil, "print the hash over every event and mix"),
        ]

    private static let carriages = Carriage.allCases.map(\.rawValue)

    static func run(_ flags: Flags) throws -> Int32 {
        let settings = try settings(flags)
        let assembly = try PreparedExperiment(flags, for: .simulation).assembly
        let files = try RunFiles(for: assembly, in: flags.value("out") ?? "runs", made: .simulation(settings))
        return try run(assembly, in: files, settings, flags)
    }

    private static func settings(_ flags: Flags) throws(ConfigurationFault) -> SimulationSettings {
        var settings = SimulationSettings()
        settings.threads = try flags.count("threads", SimulationSettings.threadCounts, default: settings.threads)
        let carriage = try flags.choice("carry", carriages, default: settings.carriage.rawValue)
        settings.carriage = Carriage(rawValue: carriage) ?? settings.carriage
        settings.latencyMilliseconds = try flags.count(
            "latency", SimulationSettings.latencies, default: settings.latencyMilliseconds)
        settings.isChecked = flags.has("check")
        return settings
    }

    /// Simulates from the first round to the last, and says what came of it.
    static func run(
        _ assembly: Assembly, in files: RunFiles, _ settings: SimulationSettings, _ flags: Flags
    ) throws -> Int32 {
        var files = files
        var invariants = settings.isChecked ? try Invariants(assembly) : nil
        var progress = Progress(of: assembly.experiment.training.rounds, isQuiet: flags.has("quiet"))
        let signals = try Signals()
        let (outcome, result) = try SimulatedRun(assembly, options: settings.options).run {
            invariants?.observe($0)
        } evaluated: { evaluations throws(SystemFault) in
            try files.append(evaluations)
            progress.show(evaluations.last)
            files.updateReport()
        } shouldStop: {
            (try? !signals.take().isEmpty) ?? false
        }
        progress.end()
        var status = try conclude(outcome, of: assembly, in: files, flags)
        if var checked = invariants, !outcome.wasStopped {
            checked.end(result, deadline: .milliseconds(assembly.experiment.timing.deadlineMilliseconds))
            for violation in checked.violations { try StandardOutput.print("violated  \(violation)") }
            if !checked.violations.isEmpty { status = ExitCode.failure }
        }
        if flags.has("trace") {
            try StandardOutput.print("trace \(String(result.traceHash, radix: 16)) steps \(result.steps)")
        }
        return status
    }
}
