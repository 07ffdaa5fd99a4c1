// One run out of the parts that several hosts have. It copies and evaluates what the nodes left; it runs nothing.
import Kernels
import Metrics
import Platform
import Registry
import Scenario

/// The run directories of several hosts, each with nodes that no other one has.
public struct GatheredRun {
    private let assembly: Assembly
    /// By node; `nil` for those of which no part has a record.
    private var folders: [NodeDirectory?]

    /// Refuses parts with a node in common, and parts of different runs.
    ///
    /// - Parameters:
    ///   - assembly: of the experiment that all parts are of.
    ///   - parts: directories with one experiment's identity.
    public init(_ assembly: Assembly, from parts: [RunDirectory]) throws(ConfigurationFault) {
        self.assembly = assembly
        folders = Array(repeating: nil, count: assembly.topology.nodeCount)
        for node in assembly.topology.nodes {
            let holders = parts.filter { Files.exists($0.node(node).metrics) }
            guard holders.count <= 1 else {
                throw ConfigurationFault(
                    "node \(assembly.topology.labels[node.index]) ran in \(holders[0].path) and in "
                        + "\(holders[1].path); the parts of a run have no node in common")
            }
            folders[node.index] = holders.first?.node(node)
        }
        for part in parts { try Self.checkLinks(in: part, of: assembly) }
        try checkRun()
    }

    /// Parts come from elsewhere: a link in one must not bring files of this host into the whole.
    private static func checkLinks(in part: RunDirectory, of assembly: Assembly) throws(ConfigurationFault) {
        guard let root = Files.absolute(part.path) else { return }
        let files = assembly.topology.nodes.map { part.node($0) }.flatMap { [$0.metrics, $0.endpoint, $0.model] }
        for path in [part.experiment, part.topology] + files {
            guard let target = Files.absolute(path), !target.hasPrefix("\(root)/") else { continue }
            throw ConfigurationFault(
                "\(path) is, or is reached by, a link to \(target), outside of \(part.path); a part of a run is "
                    + "gathered from files of its own")
        }
    }

    /// Nodes of different runs have never heard of each other: their models make no run.
    private func checkRun() throws(ConfigurationFault) {
        let known = folders.compactMap { folder in
            folder.flatMap { folder in Endpoint.read(folder.endpoint).map { (folder.path, $0.nonce) } }
        }
        guard let (first, run) = known.first, let (other, otherRun) = known.first(where: { $0.1 != run }) else {
            return
        }
        throw ConfigurationFault(
            "\(first) is of run \(run) and \(other) of run \(otherRun); gathered are the parts of one run")
    }

    /// Writes the whole run into a directory of its own, with a summary and a report, or leaves nothing behind.
    ///
    /// - Returns: that directory, which `verify` takes as well.
    public func write(in parent: String) throws -> RunDirectory {
        let files = try RunFiles(for: assembly, in: parent, made: .gathered)
        do {
            try fill(files)
        } catch {
            Files.removeTree(files.directory.path)
            throw error
        }
        return files.directory
    }

    private func fill(_ files: RunFiles) throws {
        var outcome = RunOutcome(engine: .processes, transport: assembly.experiment.transport.rawValue)
        for (node, folder) in zip(assembly.topology.nodes, folders) {
            guard let folder else {
                outcome.lost.append(LostNode(node, .missing, reason: "no part of the run has it"))
                continue
            }
            let metrics = try Files.read(folder.metrics)
            let copy = files.directory.node(node)
            try Files.makeDirectory(copy.path)
            try Files.write(metrics, to: copy.metrics)
            if let endpoint = try? Files.read(folder.endpoint) { try Files.write(endpoint, to: copy.endpoint) }
            // A part may have been copied without what only 'replay' needs.
            if let trace = try? Files.read(folder.trace) { try Files.write(trace, to: copy.trace) }
            if copy.hasRejoined { outcome.restarted.append(node) }
            outcome.reached[node] = copy.roundsReached(of: assembly)
            outcome.totals[node] = NodeRecord(metrics: metrics)
            if let model = folder.finalModel(of: assembly) {
                outcome.finalModels.append((node, model))
                outcome.ownModels[node] = folder.ownModel(
                    rounds: assembly.experiment.training.rounds, of: assembly)
            } else {
                outcome.lost.append(LostNode(node, .missing, reason: "did not finish"))
            }
        }
        outcome.equivocations = Equivocations(assembly, in: files.directory)
        try files.write(outcome.finalModels, outcome.ownModels, rounds: assembly.experiment.training.rounds)
        // Only its end is measured.
        outcome.moments.planned = outcome.finalModels.isEmpty ? 0 : 1
        var summary = try RunSummary(outcome, of: assembly)
        summary.folder = files.directory.path
        if let final = summary.final { try files.append([final]) }
        try files.write(summary)
        try files.writeReport()
    }
}
