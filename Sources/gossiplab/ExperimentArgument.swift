// From the words of a command line to an assembled experiment: a built-in name or a file, and overrides.
import Harness
import Linter
import Platform
import Registry
import Scenario
import Simulation
import Tensors

private let exportFlag = Flag(
    "export", "FORMAT",
    "write the final models of the honest nodes to RUN/models too: \(ExportRequest.formats.joined(separator: ", "))",
    values: .words(ExportRequest.formats))

let commonFlags = [
    Flag(
        "set", "KEY=VALUE", "override a key of the experiment, as in training.rounds=500; may be repeated",
        values: CatalogWords.settings),
    Flag("out", "DIR", "parent folder of the run directory (default runs)"),
    Flag("quiet", nil, "no progress and no warnings"),
    Flag("json", nil, "print summary.json instead of the table"),
    InputFiles.flag, exportFlag,
]

/// An experiment ready to run.
struct PreparedExperiment {
    let assembly: Assembly
    private let source: ExperimentSource

    /// The experiment that the command names, `quickstart` without a name; warnings go to standard error.
    ///
    /// - Parameter use: how it is to be run.
    init(_ flags: Flags, for use: MemoryRoom.Use) throws {
        guard flags.words.count <= 1 else {
            throw ConfigurationFault("one experiment at a time, not '\(flags.words.joined(separator: " "))'")
        }
        source = try ExperimentSource(
            named: flags.words.first ?? "quickstart",
            overrides: flags.values("set") + flags.values("transport").map { "network.transport=\($0)" },
            inputs: InputFiles(flags))
        let room = MemoryRoom(bytes: HostLimits.freeMemory(), for: use)
        _ = try flags.value(exportFlag.name).map { format in try TensorFormatCatalog.all.entry(named: format) }
        assembly = try Assembly(
            source.experiment, topology: source.topologyFile(of: source.experiment, room: room),
            files: source.dataFiles, sharesData: true, room: room)
        if !flags.has("quiet") {
            for warning in assembly.warnings { StandardError.print("warning: \(warning)") }
            for doubt in Lint.doubts(of: LintSubject(assembly)) {
                StandardError.print("\(doubt.severity.rawValue): \(doubt.rule ?? doubt.code): \(doubt.sentence)")
            }
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

/// A run that the command names, and the experiment that was run there.
struct NamedRun {
    let folder: RunFolder
    let assembly: Assembly
    private let topology: TopologyFile
    private let files: HostDataFiles

    var directory: RunDirectory { folder.directory }

    /// The only word of the command.
    ///
    /// - Parameters:
    ///   - use: what is to be done with it.
    ///   - sharesData: whether the data of all nodes are needed, or only what they look like.
    init(_ flags: Flags, for use: MemoryRoom.Use, sharesData: Bool = true) throws {
        guard let word = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(.missing(key: "RUN", expected: "the folder of one run, as in runs/NAME-..."))
        }
        try self.init(RunFolder(word), for: use, sharesData: sharesData)
    }

    init(_ folder: RunFolder, for use: MemoryRoom.Use, sharesData: Bool = true) throws {
        self.folder = folder
        let directory = folder.directory
        let (inputs, room) = (InputFiles.ofRuns, MemoryRoom(bytes: HostLimits.freeMemory(), for: use))
        let experiment = try Experiment(try inputs.read(directory.experiment), name: directory.experiment)
        topology = try TopologyFile.read(
            try inputs.read(directory.topology), name: directory.topology, room: room)
        files = HostDataFiles(namedIn: directory.experiment)
        assembly = try Assembly(
            experiment, topology: topology, files: files, sharesData: sharesData, room: room)
    }

    /// The same with other settings, as after `--set`.
    func variant(_ changes: [String]) throws -> Assembly {
        var experiment = assembly.experiment
        for change in changes { try experiment.set(change) }
        return try Assembly(experiment, topology: topology, files: files, sharesData: true)
    }
}

/// Simulates what the run is to be compared with, unless it was stopped. A signal to end ends it.
func compare(
    _ outcome: inout RunOutcome, of assembly: Assembly, options: Simulator.Options, _ flags: Flags,
    shouldStop: () -> Bool
) throws {
    guard !outcome.wasStopped else { return }
    outcome.references = try ReferenceRun.all(of: assembly, options: options) { kind in
        if !flags.has("quiet") { StandardError.print("simulating the reference \(kind.rawValue)") }
    } shouldStop: {
        shouldStop()
    }
}

/// Writes and prints what a run came to; returns the exit status that it deserves. What cannot be written is a fault,
/// but only once the figures have been shown.
func conclude(_ outcome: RunOutcome, of assembly: Assembly, in files: RunFiles, _ flags: Flags) throws -> Int32 {
    var summary = try RunSummary(outcome, of: assembly)
    summary.folder = files.directory.path
    var fault: (any Error)?
    do { try files.write(outcome, summary) } catch { fault = error }
    if flags.has("json") {
        try StandardOutput.print(json: summary.json)
    } else {
        let table = summary.table(runDirectory: files.directory.path)
        try StandardOutput.print(
            rows: table.split(separator: "\n", omittingEmptySubsequences: false), first: summary.verdict.standing.colour
        )
    }
    if let fault { throw fault }
    if outcome.wasStopped { return ExitCode.interrupted }
    if let format = flags.value(exportFlag.name) {
        var export = ModelExport(
            try ExportRequest(format: format, of: assembly), of: assembly, to: files.directory.models)
        try export.write(outcome)
        for gap in export.gaps where !flags.has("quiet") { StandardError.print("warning: not exported: \(gap)") }
    }
    return summary.verdict.hasFailed ? ExitCode.failure : ExitCode.success
}
