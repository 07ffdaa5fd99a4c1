// Makes a run directory and writes what both engines leave in it.
import Kernels
import Metrics
import Platform
import Registry
import Scenario

/// The laboratory's side of a run directory.
public struct RunFiles {
    /// Between two reports of a run that goes on.
    private static let reportInterval: Nanoseconds = .milliseconds(1_000)
    /// Reports take at most one part in so many of the time.
    private static let reportShare: Nanoseconds = 20

    public let directory: RunDirectory
    private let assembly: Assembly
    /// Nobody else runs or resumes this run meanwhile.
    private let lock: FileLock
    private var metrics: AppendOnlyFile
    private let clock = MonotonicClock()
    /// What the reports have read so far.
    private var reader: RunReader?
    /// When the report of a run that goes on is written next.
    private var reportDueAt: Instant

    /// Makes `<parent>/<name>-<identity8>-<time>`, which no other run has or gets, with the resolved experiment and
    /// topology and how it was made.
    public init(for assembly: Assembly, in parent: String, made record: RunRecord) throws {
        let wanted = RunDirectory(
            in: parent, name: assembly.experiment.name, identity: assembly.identity, time: WallClock.stamp())
        self.assembly = assembly
        reportDueAt = clock.now() + Self.reportInterval
        do {
            directory = RunDirectory(try Files.makeNewDirectory(named: wanted.path))
        } catch {
            throw RunFiles.fault(error)
        }
        do {
            lock = try RunFiles.lock(directory)
            try Files.makeDirectory(directory.nodes)
            var experiment = assembly.experiment
            experiment.topology = .path(RunDirectory.topologyName)
            try Files.write(Array(experiment.resolvedJSON.utf8), to: directory.experiment)
            try Files.write(Array(assembly.topologyFile.write().utf8), to: directory.topology)
            try Files.write(record.json, to: directory.record)
            metrics = try AppendOnlyFile(directory.metrics)
        } catch {
            Files.removeTree(directory.path)
            throw RunFiles.fault(error)
        }
    }

    private static func fault(_ error: any Error) -> any Error {
        (error as? SystemFault)?.isFullDisk == true
            ? error : ConfigurationFault("the run directory cannot be written: \(error)")
    }

    /// Goes on in the directory of an earlier run; what its nodes do not begin from is taken away.
    public init(
        goingOnIn directory: RunDirectory, of assembly: Assembly, from beginning: NodeShell.Start,
        holding lock: FileLock
    ) throws {
        self.directory = directory
        self.assembly = assembly
        self.lock = lock
        Resumption.clear(directory, of: assembly, for: beginning)
        reportDueAt = clock.now() + Self.reportInterval
        metrics = try AppendOnlyFile(directory.metrics)
    }

    /// Keeps everybody else from the directory of an earlier run, of which no process may be left.
    public static func lock(goingOnIn directory: RunDirectory) throws -> FileLock {
        let lock = try lock(directory)
        try checkNodesHaveEnded(in: directory)
        return lock
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

    /// Says on standard error where the run can be looked at while it goes on.
    public func announce() {
        StandardError.print("report  \(directory.report)  (every second; or 'gossiplab watch \(directory.path)')")
    }

    public func append(_ evaluations: [EvaluationRecord]) throws(SystemFault) {
        for evaluation in evaluations { try metrics.append(evaluation.json) }
    }

    /// Puts evaluations of missed moments among the others, in order of rounds.
    public mutating func insert(_ evaluations: [EvaluationRecord]) throws(SystemFault) {
        guard !evaluations.isEmpty else { return }
        var lines = try EvaluationLines(ofFile: directory.metrics)
        lines.insert(evaluations)
        try Files.write(lines.bytes, to: directory.metrics)
        // The file of this name is another one now.
        metrics = try AppendOnlyFile(directory.metrics)
        reader = nil
    }

    /// What a run leaves at its end: the final models, where no node process wrote them, the summary and the report.
    public func write(_ outcome: RunOutcome, _ summary: RunSummary) throws {
        if outcome.engine == .simulation { try write(outcome.finalModels, outcome.ownModels, rounds: summary.rounds) }
        try write(summary)
        try writeReport()
    }

    public func write(_ summary: RunSummary) throws(SystemFault) {
        try Files.write(Array(summary.data.table.csv.utf8), to: directory.data)
        Files.removeTree(directory.references)
        if !summary.references.isEmpty { try Files.makeDirectory(directory.references) }
        for reference in summary.references {
            try Files.write(Array(reference.evaluations.map(\.json).joined()), to: directory.reference(reference.kind))
        }
        try Files.write(Array(summary.json.utf8), to: directory.summary)
    }

    /// Writes the report and the table of a run that has ended, from what is in the directory.
    func writeReport() throws {
        var reader = try self.reader ?? RunReader(directory)
        let run = try reader.read()
        let table = MeasureTable(run.evaluations.map { ($0.rounds, $0.figures) }).table
        try Files.write(Array(table.csv.utf8), to: directory.measures)
        try write(HTMLReport(run))
        RunIndex.update(besides: directory.path)
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
        var reader = try self.reader ?? RunReader(directory, chance: assembly.accuracyOfGuessing)
        let run = try reader.read(isRunning: true)
        self.reader = reader
        try write(HTMLReport(run))
    }

    private func write(_ report: HTMLReport) throws(SystemFault) {
        try Files.write(report.page, to: directory.report)
    }

    /// Writes the final models, where no node process did.
    public func write(
        _ models: [(node: NodeID, model: [Float])], _ ownModels: [NodeID: [Float]] = [:], rounds: Int
    ) throws(SystemFault) {
        for (node, model) in models {
            let folder = directory.node(node)
            try Files.makeDirectory(folder.path)
            try Files.write(ModelFile(rounds: rounds, model: model).encoded, to: folder.model)
            if let own = ownModels[node] {
                try Files.write(ModelFile(rounds: rounds, model: own).encoded, to: folder.ownModel)
            }
        }
    }
}
