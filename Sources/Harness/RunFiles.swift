// Makes a run directory and writes what both engines leave in it.
import Kernels
import Metrics
import Platform
import Scenario

/// The laboratory's side of a run directory.
public struct RunFiles {
    public let directory: RunDirectory
    private let metrics: AppendOnlyFile

    /// Makes `<parent>/<name>-<identity8>-<time>` with the resolved experiment and topology.
    public init(for assembly: Assembly, in parent: String) throws(ConfigurationFault) {
        var directory = RunDirectory(
            in: parent, name: assembly.experiment.name, identity: assembly.identity, time: WallClock.stamp())
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
            metrics = try AppendOnlyFile(directory.metrics)
        } catch {
            throw ConfigurationFault("the run directory cannot be written: \(error)")
        }
    }

    /// Goes on in the directory of an earlier run.
    public init(goingOnIn directory: RunDirectory) throws(SystemFault) {
        self.directory = directory
        metrics = try AppendOnlyFile(directory.metrics)
    }

    public func append(_ evaluations: [EvaluationRecord]) throws(SystemFault) {
        for evaluation in evaluations { try metrics.append(evaluation.json) }
    }

    public func write(_ summary: RunSummary) throws(SystemFault) {
        try Files.write(Array(summary.json.utf8), to: directory.summary)
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
