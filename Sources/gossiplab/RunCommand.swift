// gossiplab run: real processes on this host.
import Harness
import Platform
import Scenario

enum RunCommand: Command {
    static let name = "run"
    static let usage = "run [NAME or FILE]"
    static let summary = "Runs an experiment as real processes; without an argument the built-in 'quickstart'."
    static let flags =
        commonFlags + [
            Flag(
                "transport", "KIND", "tcp or udp: short for --set network.transport=KIND",
                values: .words(["tcp", "udp"])),
            Flag("keys", nil, "seal every link, with keys that are made for this run and removed after it"),
        ]

    static let examples = [
        Example("run", "sixteen processes on handwritten digits, three of them hostile"),
        Example("run mine.json --set training.rounds=500 --out results", "your own experiment, with one key changed"),
        Example("run quickstart --keys --transport udp", "sealed datagrams in place of plain TCP"),
    ]

    static func argument(after words: [String]) -> Completion { words.isEmpty ? CatalogWords.experiments : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        let assembly = try PreparedExperiment(flags, for: .processes).assembly
        try ProcessRun.checkFaults(of: assembly)
        try ProcessRun.checkLimits(for: assembly)
        let hasKeys = flags.has("keys")
        let files = try RunFiles(
            for: assembly, in: flags.value("out") ?? "runs",
            made: .processes(transport: assembly.experiment.transport, hasKeys: hasKeys))
        return try run(assembly, in: files, from: .afresh, hasKeys: hasKeys, flags)
    }

    /// Launches the nodes, watches them, and says what came of it.
    ///
    /// - Parameter spent: seconds that the run has taken before.
    static func run(
        _ assembly: Assembly, in files: RunFiles, from beginning: NodeShell.Start, after spent: Double = 0,
        hasKeys: Bool, _ flags: Flags
    ) throws -> Int32 {
        var files = files
        var outcome = try launch(assembly, in: &files, from: beginning, hasKeys: hasKeys, flags)
        outcome.wallSeconds += spent
        let signals = try Signals()
        try compare(&outcome, of: assembly, options: SimulationSettings().options, flags) {
            (try? !signals.take().isEmpty) ?? false
        }
        return try conclude(outcome, of: assembly, in: files, flags)
    }

    private static func launch(
        _ assembly: Assembly, in files: inout RunFiles, from beginning: NodeShell.Start, hasKeys: Bool, _ flags: Flags
    ) throws -> RunOutcome {
        if !flags.has("quiet") { files.announce() }
        var progress = Progress(of: assembly.experiment.training.rounds, isQuiet: flags.has("quiet"))
        var run = try ProcessRun(
            assembly, in: files.directory, program: nodeProgram(), from: beginning, hasKeys: hasKeys)
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
        return outcome
    }
}

/// The gossipnode that stands beside this program.
func nodeProgram() throws -> String {
    let own = try Files.pathOfThisProgram()
    let folder = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return "\(folder)/gossipnode"
}
