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
    /// Nobody else runs or resumes this run meanwhile.
    private let lock: FileLock
    private let metrics: AppendOnlyFile
    private let clock = MonotonicClock()
    /// What the reports of a run that goes on have read so far.
    private var reader: RunReader?
    /// When the report of a run that goes on is written next.
    private var reportDueAt: Instant

    /// Makes `<parent>/<name>-<identity8>-<time>`, which no other run has or gets, with the resolved experiment and
    /// topology.
    public init(for assembly: Assembly, in parent: String) throws(ConfigurationFault) {
        let wanted = RunDirectory(
            in: parent, name: assembly.experiment.name, identity: assembly.identity, time: WallClock.stamp())
        reportDueAt = clock.now() + Self.reportInterval
        do {
            directory = RunDirectory(try Files.makeNewDirectory(named: wanted.path))
            lock = try RunFiles.lock(directory)
            try Files.makeDirectory(directory.nodes)
            var experiment = assembly.experiment
            experiment.topology = .path(RunDirectory.topologyName)
            try Files.write(Array(experiment.resolvedJSON.utf8), to: directory.experiment)
            try Files.write(Array(assembly.topologyFile.write().utf8), to: directory.topology)
            metrics = try AppendOnlyFile(directory.metrics)
        } catch {
            throw ConfigurationFault("the run directory cannot be written: \(error)")
        }
    }

    /// Goes on in the directory of an earlier run, of which no process may be left.
    public init(goingOnIn directory: RunDirectory) throws {
        self.directory = directory
        lock = try RunFiles.lock(directory)
        try RunFiles.checkNodesHaveEnded(in: directory)
        reportDueAt = clock.now() + Self.reportInterval
        metrics = try AppendOnlyFile(directory.metrics)
        // It tells of a run that was stopped, not of the one that goes on.
        Files.remove(directory.summary)
    }

    private static func lock(_ directory: RunDirectory) throws -> FileLock {
        guard let lock = try FileLock.take(directory.lock) else {
            throw ConfigurationFault("\(directory.path) is still running; it can go on once it has ended")
        }
        return lock
    }

    /// Nodes may outlive a laboratory that was killed, for a moment.
    private static func checkNodesHaveEnded(in directory: RunDirectory) throws {
        for name in (try? Files.names(in: directory.nodes)) ?? [] {
            let folder = NodeDirectory("\(directory.nodes)/\(name)")
            guard Files.exists(folder.lock) else { continue }
            guard try FileLock.take(folder.lock) != nil else {
                throw ConfigurationFault(
                    "node \(name) of \(directory.path) is still running; it can go on once all have ended")
            }
        }
    }

    public func append(_ evaluations: [EvaluationRecord]) throws(SystemFault) {
        for evaluation in evaluations { try metrics.append(evaluation.json) }
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
