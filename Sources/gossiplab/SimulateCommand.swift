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
        let experiment = try PreparedExperiment(flags)
        var options = Simulator.Options(
            threads: try flags.count("threads", 1...256, default: 2),
            carriage: Carriage(rawValue: try flags.choice("carry", carriages, default: "values")) ?? .values,
            isWatched: flags.has("check"))
        options.latency = .milliseconds(try flags.count("latency", 1...60_000, default: 1))
        var check =
            flags.has("check")
            ? try RunCheck(experiment.assembly, options: options, variant: experiment.variant) : nil
        var files = try RunFiles(
            for: experiment.assembly, in: flags.value("out") ?? "runs")
        var progress = Progress(
            of: experiment.assembly.experiment.training.rounds, isQuiet: flags.has("quiet"))
        let signals = try Signals()
        let (outcome, result) = try SimulatedRun(experiment.assembly, options: options).run {
            check?.observe($0)
        } evaluated: { evaluations throws(SystemFault) in
            try files.append(evaluations)
            progress.show(evaluations.last)
            files.updateReport()
        } shouldStop: {
            (try? !signals.take().isEmpty) ?? false
        }
        progress.end()
        try files.write(outcome.finalModels, rounds: experiment.assembly.experiment.training.rounds)
        var status = try conclude(outcome, of: experiment.assembly, in: files, flags)
        if !outcome.wasStopped, let verdict = try check?.judge(result), !verdict.violations.isEmpty {
            for violation in verdict.violations { print("violated  \(violation)") }
            status = ExitCode.failure
        }
        if flags.has("trace") { print("trace \(String(result.traceHash, radix: 16)) steps \(result.steps)") }
        return status
    }
}
