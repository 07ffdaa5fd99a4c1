// gossiplab run: real processes on this host.
import Harness
import Kernels
import Platform
import Scenario

enum RunCommand: Command {
    static let name = "run"
    static let usage = "run [NAME or FILE]"
    static let summary = "Runs an experiment as real processes; without an argument the built-in 'quickstart'."
    static let flags = commonFlags

    static func run(_ flags: Flags) throws -> Int32 {
        let experiment = try PreparedExperiment(flags)
        let files = try RunFiles(
            for: experiment.assembly, in: flags.value("out") ?? "runs")
        var progress = Progress(
            rounds: experiment.assembly.experiment.training.rounds, isQuiet: flags.has("quiet"))
        var run = try ProcessRun(experiment.assembly, in: files.directory, program: nodeProgram())
        let outcome = try run.run { evaluations throws(SystemFault) in
            try files.append(evaluations)
            progress.show(evaluations.last)
        }
        progress.end()
        return try conclude(outcome, of: experiment, in: files, flags)
    }

    /// The gossipnode that stands beside this program.
    private static func nodeProgram() throws -> String {
        let own = try Files.pathOfThisProgram()
        let folder = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return "\(folder)/gossipnode"
    }
}
