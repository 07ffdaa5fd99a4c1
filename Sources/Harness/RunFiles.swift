// Makes a run directory and writes what both engines leave in it.
import Kernels
import Metrics
import Platform
import Scenario

/// The laboratory's side of a run directory.
public struct RunFiles {
    /// Between two reports of a run that goes on.
    private static let reportInterval: Nanoseconds = .milliseconds(1_000)
    /// Reports take at most one part in so many of the time.
    private static let reportShare: Nanoseconds = 20

    public let directory: RunDirectory
    private let metrics: AppendOnlyFile
    /// On the run's record: one laboratory at a time.
    private let lock: FileLock?
    private let clock = MonotonicClock()
    /// What the reports of a run that goes on have read so far.
    private var reader: RunReader?
    /// When the report of a run that goes on is written next.
    private var reportDueAt: Instant

    /// Makes `<parent>/<name>-<identity8>-<time>` with the resolved experiment and topology and how it was made.
    public init(for assembly: Assembly, in parent: String, made record: RunRecord) throws {
        var directory = RunDirectory(
            in: parent, name: assembly.experiment.name, identity: assembly.identity, time: WallClock.stamp())
        reportDueAt = clock.now() + Self.reportInterval
        // Two runs of one second get different folders.
        let first = directory.path
        var repetition = 2
        while Files.exists(directory.path) {
            directory = RunDirectory("\(first)-\(repetition)")
            repetition += 1
        }
        self.directory = directory
        do throws(SystemFault) {
            try Files.makeDirectory(directory.nodes)
            var experiment = assembly.experiment
            experiment.topology = .path(RunDirectory.topologyName)
            try Files.write(Array(experiment.resolvedJSON.utf8), to: directory.experiment)
            try Files.write(Array(assembly.topologyFile.write().utf8), to: directory.topology)
            try Files.write(record.json, to: directory.record)
            lock = try FileLock(directory.record)
            metrics = try AppendOnlyFile(directory.metrics)
        } catch {
            Files.removeTree(directory.path)
            if error.isFullDisk { throw error }
            throw ConfigurationFault("the run directory cannot be written: \(error)")
        }
    }

    /// Goes on in the directory of an earlier run; what its nodes do not begin from is taken away.
    public init(goingOnIn directory: RunDirectory, of assembly: Assembly, from beginning: NodeShell.Start) throws {
        guard let lock = try FileLock(directory.record) else {
            throw ConfigurationFault("\(directory.path) is still being run, by another gossiplab")
        }
        self.lock = lock
        self.directory = directory
        Resumption.clear(directory, of: assembly, for: beginning)
        reportDueAt = clock.now() + Self.reportInterval
        metrics = try AppendOnlyFile(directory.metrics)
    }

    public func append(_ evaluations: [EvaluationRecord]) throws(SystemFault) {
        for evaluation in evaluations { try metrics.append(evaluation.json) }
    }

    /// What a run leaves at its end: the final models, where no node process wrote them, the summary and the report.
    public func write(_ outcome: RunOutcome, _ summary: RunSummary) throws {
        if outcome.engine == .simulation { try write(outcome.finalModels, rounds: summary.rounds) }
        try write(summary)
        try writeReport()
    }

    public func write(_ summary: RunSummary) throws(SystemFault) {
        try Files.write(Array(summary.json.utf8), to: directory.summary)
    }

    /// Writes the report of a run that has ended, from what is in the directory.
    public func writeReport() throws {
        var reader = try RunReader(directory)
        try write(HTMLReport(reader.read()))
    }

    /// Writes the report of a run that goes on, about once a second. A report that fails is made up for by the next.
    public mutating func updateReport() {
        let start = clock.now()
        guard start >= reportDueAt else { return }
        try? writeReportOfRunning()
        let end = clock.now()
        reportDueAt = end + max(Self.reportInterval, Self.reportShare * (end - start))
    }

    private mutating func writeReportOfRunning() throws {
        var reader = try self.reader ?? RunReader(directory)
        let run = try reader.read(isRunning: true)
        self.reader = reader
        try write(HTMLReport(run))
    }

    private func write(_ report: HTMLReport) throws(SystemFault) {
        try Files.write(report.page, to: directory.report)
    }

    /// Writes the final models, where no node process did.
    public func write(_ models: [(node: NodeID, model: [Float])], rounds: Int) throws(SystemFault) {
        for (node, model) in models {
            let folder = directory.node(node)
            try Files.makeDirectory(folder.path)
            try Files.write(ModelFile(rounds: rounds, model: model).encoded, to: folder.model)
        }
    }
}
