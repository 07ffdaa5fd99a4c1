// ModelExport: writes the models of a run as files that other tools read.
import Kernels
import Metrics
import Platform
import Registry
public import Scenario
import Tensors

/// The export of one run.
public struct ModelExport {
    /// A model with what its file is called and what the file says of it.
    private struct Entry {
        let name: String
        /// Of whom, for metadata.
        let node: String
        let model: [Float]
    }

    private let request: ExportRequest
    private let assembly: Assembly
    /// What each node is called in names of files: its label, or where two of them come out the same, its index.
    private let names: [String]
    private let folder: String
    /// Paths of what was written.
    public private(set) var written: [String] = []
    /// One sentence for each moment that some models of are not known.
    public private(set) var gaps: [String] = []

    /// - Parameter folder: it may exist; files of the same names in it are replaced.
    public init(_ request: ExportRequest, of assembly: Assembly, to folder: String) {
        self.request = request
        self.assembly = assembly
        self.folder = folder
        let labels = assembly.topology.labels.map(RunDirectory.fileName)
        names = Set(labels).count == labels.count ? labels : labels.indices.map(String.init)
    }

    /// Writes what the request asks of a run that was made before.
    ///
    /// - Parameter variant: the run's experiment with other settings, as after `--set`.
    /// - Throws: where there is nothing at all to be written.
    public mutating func write(from run: RunFolder, variant: @escaping ([String]) throws -> Assembly) throws {
        let nodes = if case .one(let node) = request.nodes { [node] } else { assembly.honest }
        if case .one(let node) = request.nodes, assembly.hostile.contains(node),
            request.rounds != [assembly.experiment.training.rounds]
        {
            throw ConfigurationFault(
                "node \(assembly.topology.labels[node.index]) is hostile: of what it had in earlier rounds nothing is "
                    + "kept; allowed: --rounds final")
        }
        try RunModels(folder: run, assembly: assembly, variant: variant)
            .forEach(of: nodes, after: request.rounds) { rounds, models in
                try write(models, of: nodes.count, after: rounds)
            }
        guard written.isEmpty else { return }
        try run.checkForExport()
        throw ConfigurationFault("there is nothing to export: \(gaps.joined(separator: "; "))")
    }

    /// Writes the final models of a run that has just ended.
    public mutating func write(_ outcome: RunOutcome) throws {
        let models = outcome.finalModels.filter { assembly.honest.contains($0.node) }
        try write(models, of: assembly.honest.count, after: assembly.experiment.training.rounds)
    }

    /// - Parameters:
    ///   - models: ascending by node.
    ///   - count: so many were wanted.
    private mutating func write(_ models: [(node: NodeID, model: [Float])], of count: Int, after rounds: Int) throws {
        if models.count < count {
            let known = Set(models.map(\.node))
            let wanted = if case .one(let node) = request.nodes { [node] } else { assembly.honest }
            let missing = wanted.filter { !known.contains($0) }.map { assembly.topology.labels[$0.index] }
            let few = missing.prefix(6).joined(separator: ", ") + (missing.count > 6 ? ", …" : "")
            gaps.append("node\(missing.count == 1 ? "" : "s") \(few) left no model after \(rounds) rounds")
        }
        guard !models.isEmpty else { return }
        let entries =
            if request.nodes == .average {
                [
                    Entry(
                        name: "average", node: "the mean of \(models.count) honest nodes",
                        model: Consensus(models.map(\.model)).average)
                ]
            } else {
                models.map { node, model in
                    Entry(
                        name: "node-\(names[node.index])", node: assembly.topology.labels[node.index], model: model)
                }
            }
        try Files.makeDirectory(folder)
        let moment = rounds == assembly.experiment.training.rounds ? "" : "-round-\(rounds)"
        if request.format is NPZ, request.nodes == .all {
            let tensors = zip(models, entries).flatMap { model, entry in
                assembly.layout.split(entry.model, prefix: "\(names[model.node.index])/")
            }
            try write(TensorFile(tensors), to: "models\(moment)")
        } else {
            for entry in entries {
                let file = TensorFile(
                    assembly.layout.split(entry.model),
                    metadata: [
                        "experiment": assembly.experiment.name, "identity": hexadecimal(assembly.identity),
                        "node": entry.node, "round": "\(rounds)",
                    ])
                try write(file, to: entry.name + moment)
            }
        }
    }

    private mutating func write(_ file: TensorFile, to name: String) throws {
        let path = "\(folder)/\(name).\(type(of: request.format).name)"
        let bytes: [UInt8]
        do throws(ConfigurationFault) { bytes = try request.format.write(file) } catch { throw error.located(at: path) }
        try Files.write(bytes, to: path)
        written.append(path)
    }
}
