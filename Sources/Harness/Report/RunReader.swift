// Reads a run directory, at any moment of the run's life. It writes nothing and recomputes nothing.
import Kernels
import Metrics
import Platform
import Scenario

public enum RunReader {
    /// What stands in `directory` now. Lines that are not whole are passed over.
    ///
    /// - Parameter isRunning: the caller is running it, so a summary that is there is not of this run.
    public static func read(_ directory: RunDirectory, isRunning: Bool = false) throws(ConfigurationFault)
        -> RecordedRun
    {
        let experimentBytes = try bytes(of: directory.experiment)
        let experiment = try Experiment(experimentBytes, name: directory.experiment)
        let topology = try TopologyFile.read(try bytes(of: directory.topology), name: directory.topology)
        let evaluations = evaluations(in: try bytes(of: directory.metrics))
        let summary = isRunning ? nil : try summary(of: directory)
        var nodes = nodes(of: topology, experiment, in: directory)
        if let summary { complete(&nodes, from: summary) }
        let state: RecordedRun.State =
            isRunning ? .running : summary.map { $0.count("stopped") == 1 ? .stopped : .finished } ?? .unfinished
        return RecordedRun(
            directory: directory, state: state, experiment: experiment,
            settings: try StrictJSON.read(experimentBytes, name: directory.experiment), topology: topology,
            evaluations: evaluations, nodes: nodes,
            totals: summary.map(NodeTotals.init(summary:))
                ?? .sum(nodes.compactMap(\.totals), honest: nodes.filter { !$0.isHostile }.compactMap(\.totals)),
            summary: summary.map(RecordedSummary.init))
    }

    private static func bytes(of path: String) throws(ConfigurationFault) -> [UInt8] {
        do throws(SystemFault) { return try Files.read(path) } catch { throw ConfigurationFault(error.description) }
    }

    private static func summary(of directory: RunDirectory) throws(ConfigurationFault) -> JSONValue? {
        guard Files.exists(directory.summary) else { return nil }
        let summary = try StrictJSON.read(try bytes(of: directory.summary), name: directory.summary)
        let version = try summary.object("").required("version", expected: "\(RunSummary.version)")
        guard version.count == RunSummary.version else {
            throw ConfigurationFault(
                .notAllowed(key: "version", given: version.summary, allowed: "\(RunSummary.version)"),
                at: version.position.description)
        }
        return summary
    }

    /// After a run was resumed, its lines begin again at an earlier round: the later line of a round counts.
    static func evaluations(in bytes: [UInt8]) -> [RecordedEvaluation] {
        var evaluations: [RecordedEvaluation] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let value = try? StrictJSON.read(Array(line), name: ""), let rounds = value.member("rounds")?.count
            else { continue }
            while let last = evaluations.last, last.rounds >= rounds { evaluations.removeLast() }
            evaluations.append(RecordedEvaluation(value, rounds: rounds))
        }
        return evaluations
    }

    private static func nodes(
        of file: TopologyFile, _ experiment: Experiment, in directory: RunDirectory
    ) -> [RecordedNode] {
        let hostile = Set(experiment.adversary.flatMap(\.nodes.labels))
        var nodes = file.topology.nodes.map { node in
            let label = file.topology.labels[node.index]
            let totals = (try? Files.read(directory.node(node).metrics)).map { NodeTotals(metrics: $0) }
            return RecordedNode(label: label, isHostile: hostile.contains(label), totals: totals)
        }
        let waiting = nodes.filter { !$0.isHostile }.compactMap(\.totals)
        for (index, seconds) in NodeTotals.awaitedSeconds(by: waiting, nodes: nodes.count).enumerated() {
            nodes[index].awaitedSeconds = seconds
        }
        for (index, tally) in NodeTotals.tallies(by: waiting, nodes: nodes.count).enumerated() {
            nodes[index].tally = tally
        }
        return nodes
    }

    /// Adds what the summary says of single nodes.
    private static func complete(_ nodes: inout [RecordedNode], from summary: JSONValue) {
        let lines = summary.member("perNode")?.elements ?? []
        for index in nodes.indices {
            guard let line = lines.first(where: { $0.member("node")?.text == nodes[index].label }) else { continue }
            nodes[index].accuracy = line.member("accuracy")?.number
            nodes[index].awaitedSeconds = line.member("awaitedSeconds")?.number ?? nodes[index].awaitedSeconds
            nodes[index].lost = line.member("lost")?.text
            if let models = line.member("models") { nodes[index].tally = Tally(models) }
        }
    }
}

extension Tally {
    fileprivate init(_ counts: JSONValue) {
        self.init()
        heard = counts.count("heard")
        kept = counts.count("kept")
        clipped = counts.count("clipped")
        removed = counts.count("removed")
    }
}

extension RecordedEvaluation {
    fileprivate init(_ line: JSONValue, rounds: Int) {
        let accuracy = line.member("accuracy")
        let distance = line.member("consensusDistance")
        self.rounds = rounds
        nodes = line.count("nodes")
        worst = accuracy?.member("least")?.number
        mean = accuracy?.member("mean")?.number
        best = accuracy?.member("greatest")?.number
        averageModel = accuracy?.member("averageModel")?.number
        meanLoss = line.member("loss")?.member("mean")?.number
        self.distance = distance?.member("rms")?.number
        relativeDistance = distance?.member("relative")?.number
    }
}

extension RecordedSummary {
    fileprivate init(_ summary: JSONValue) {
        func text(_ key: String) -> String { summary.member(key)?.text ?? "" }
        verdict = text("verdict")
        identity = text("identity")
        engine = text("engine")
        transport = text("transport")
        wallSeconds = summary.member("wallSeconds")?.number ?? 0
        modelDigest = text("modelDigest")
        trainLoss = summary.member("trainLoss")?.number
        learningError = summary.member("learningError")?.number
        generalizationGap = summary.member("generalizationGap")?.number
        warnings = (summary.member("warnings")?.elements ?? []).compactMap(\.text)
    }
}

extension NodeTotals {
    fileprivate init(summary: JSONValue) {
        self.init()
        func nanoseconds(_ key: String) -> Nanoseconds {
            Nanoseconds(exactly: ((summary.member("seconds")?.member(key)?.number ?? 0) * 1e9).rounded()) ?? 0
        }
        trainLoss = summary.member("trainLoss")?.number
        computeNanoseconds = nanoseconds("compute")
        waitNanoseconds = nanoseconds("wait")
        mixNanoseconds = nanoseconds("mix")
        missedModels = summary.count("missedMessages")
        lateModels = summary.count("lateMessages")
        degradedMixes = summary.member("screening")?.count("degradedMixes") ?? 0
        bytesSent = summary.count("bytesSent")
        messagesSent = summary.count("messagesSent")
        rejections = (summary.member("rejections")?.members ?? []).map { member in
            NodeRecord.Count(reason: member.key, count: member.value.count ?? 0)
        }
    }
}
