// gossiplab run: real processes on this host.
import Harness
import Kernels
import Platform
import Scenario

enum RunCommand: Command {
    static let name = "run"
    static let usage = "run [NAME or FILE]"
    static let summary = "Runs an experiment as real processes; without an argument the built-in 'quickstart'."
    static let flags =
        commonFlags + [
            Flag("transport", "KIND", "tcp or udp: short for --set network.transport=KIND"), keysFlag,
        ]
    static let keysFlag = Flag(
        "keys", nil, "seal every link, with keys that are made for this run and removed after it")

    static func run(_ flags: Flags) throws -> Int32 {
        let experiment = try PreparedExperiment(flags, for: .processes)
        try ProcessRun.checkFaults(of: experiment.assembly)
        try ProcessRun.checkLimits(for: experiment.assembly)
        let files = try RunFiles(
            for: experiment.assembly, in: flags.value("out") ?? "runs")
        return try run(experiment.assembly, in: files, from: .afresh, flags)
    }

    /// Launches the nodes, watches them, and says what came of it.
    static func run(
        _ assembly: Assembly, in files: RunFiles, from beginning: NodeShell.Start, _ flags: Flags
    ) throws -> Int32 {
        var files = files
        var progress = Progress(of: assembly.experiment.training.rounds, isQuiet: flags.has("quiet"))
        var run = try ProcessRun(
            assembly, in: files.directory, program: nodeProgram(), from: beginning, hasKeys: flags.has("keys"))
        let outcome = try run.run { evaluations throws(SystemFault) in
            try files.append(evaluations)
            progress.show(evaluations.last)
            files.updateReport()
        } recomputing: { moments in
            progress.end()
            guard !flags.has("quiet") else { return }
            let points = moments == 1 ? "1 evaluation point" : "\(moments) evaluation points"
            StandardError.print("recomputing \(points), overwritten before they were read, from the traces")
        }
        progress.end()
        try files.insert(outcome.recomputed)
        return try conclude(outcome, of: assembly, in: files, flags)
    }
}

/// The gossipnode that stands beside this program.
func nodeProgram() throws -> String {
    let own = try Files.pathOfThisProgram()
    let folder = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return "\(folder)/gossipnode"
}
