// gossiplab verify: recomputes a run in the simulator and compares the final models byte by byte.
import Harness
import Platform
import Scenario

enum VerifyCommand: Command {
    static let name = "verify"
    static let usage = "verify RUN"
    static let summary = "Recomputes an undisturbed run in the simulator and compares every final model."
    static let flags = [Flag("threads", "N", "threads of the simulator (default: those of the run, or 2)")]

    static let examples = [
        Example("verify runs/NAME-...", "every final model, to the byte")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        let run = try NamedRun(flags, for: .simulation)
        try run.folder.checkForVerify()
        var settings = SimulationSettings()
        if case .simulation(let recorded) = run.folder.record { settings = recorded }
        settings.threads = try flags.count("threads", SimulationSettings.threadCounts, default: settings.threads)
        settings.isChecked = false
        let (outcome, _) = try SimulatedRun(run.assembly, options: settings.options).run { _ in
        } shouldStop: {
            false
        }
        let comparison = ModelComparison(outcome.finalModels, of: run.assembly, in: run.directory)
        guard !comparison.isEqual else {
            try StandardOutput.print(
                "verified: all \(comparison.compared) honest models are those that the simulator computes")
            return ExitCode.success
        }
        // What nobody can recompute without the traces is no difference that was found.
        try run.folder.checkForVerify(after: comparison, of: run.assembly)
        try StandardOutput.print(lines: comparison.differences)
        let hint =
            run.folder.hasTraces && run.assembly.experiment.trace == .full
            ? "; '\(run.folder.command(.replay))' goes by what each node heard" : ""
        try StandardOutput.print("not verified: \(comparison.inWords)\(hint)")
        return ExitCode.failure
    }
}
