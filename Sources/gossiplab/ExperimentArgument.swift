// From the words of a command line to an assembled experiment: a built-in name or a file, and overrides.
import Harness
import Kernels
import Platform
import Scenario

let commonFlags = [
    Flag("set", "KEY=VALUE", "override a key of the experiment, as in training.rounds=500; may be repeated"),
    Flag("out", "DIR", "parent folder of the run directory (default runs)"),
    Flag("quiet", nil, "no progress and no warnings"),
    Flag("json", nil, "print summary.json instead of the table"),
]

/// An experiment ready to run.
struct PreparedExperiment {
    let assembly: Assembly
    private let source: ExperimentSource

    /// The experiment that the command names, `quickstart` without a name; warnings go to standard error.
    init(_ flags: Flags) throws {
        guard flags.words.count <= 1 else {
            throw ConfigurationFault("one experiment at a time, not '\(flags.words.joined(separator: " "))'")
        }
        source = try ExperimentSource(
            named: flags.words.first ?? "quickstart",
            overrides: flags.values("set") + flags.values("transport").map { "network.transport=\($0)" })
        assembly = try Assembly(
            source.experiment, topology: source.topologyFile(of: source.experiment), files: source.dataFiles,
            sharesData: true)
        if !flags.has("quiet") {
            for warning in assembly.warnings { StandardError.print("warning: \(warning)") }
        }
    }

    /// The same with more overrides.
    func variant(_ changes: [String]) throws -> Assembly {
        var experiment = source.experiment
        for change in changes { try experiment.set(change) }
        return try Assembly(
            experiment, topology: source.topologyFile(of: experiment), files: source.dataFiles, sharesData: true)
    }
}

/// The run directory that the command names.
func runDirectory(_ flags: Flags) throws(ConfigurationFault) -> RunDirectory {
    guard let word = flags.words.first, flags.words.count == 1 else {
        throw ConfigurationFault(.missing(key: "RUN", expected: "the folder of one run, as in runs/NAME-..."))
    }
    return try runDirectory(word)
}

func runDirectory(_ word: String) throws(ConfigurationFault) -> RunDirectory {
    let path = word.count > 1 && word.hasSuffix("/") ? String(word.dropLast()) : word
    guard Files.isDirectory(path) else { throw ConfigurationFault("there is no run directory \(path)") }
    return RunDirectory(path)
}

/// A run directory named on the command line, read back as the experiment that was run there.
struct FinishedRun {
    let directory: RunDirectory
    let assembly: Assembly

    init(_ flags: Flags) throws { try self.init(runDirectory(flags)) }

    init(_ directory: RunDirectory) throws {
        self.directory = directory
        let experiment = try Experiment(try readInput(directory.experiment), name: directory.experiment)
        let topology = try TopologyFile.read(try readInput(directory.topology), name: directory.topology)
        let files = HostDataFiles(namedIn: directory.experiment)
        assembly = try Assembly(experiment, topology: topology, files: files, sharesData: true)
    }
}

/// Writes and prints what a run came to; returns the exit status that it deserves.
func conclude(_ outcome: RunOutcome, of assembly: Assembly, in files: RunFiles, _ flags: Flags) throws -> Int32 {
    let summary = try RunSummary(outcome, of: assembly)
    try files.write(summary)
    // The figures stand without it.
    do { try files.writeReport() } catch { StandardError.print("warning: there is no report: \(error)") }
    print(flags.has("json") ? summary.json : summary.table(runDirectory: files.directory.path))
    if outcome.wasStopped { return ExitCode.interrupted }
    let survivors = summary.byAccuracy.count
    return survivors > 0 ? ExitCode.success : ExitCode.failure
}
