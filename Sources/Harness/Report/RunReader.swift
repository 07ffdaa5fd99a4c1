// Reads a run directory, at any moment of the run's life and as often as asked. It writes nothing, recomputes nothing.
import Graphs
import JSON
import Kernels
import Metrics
import Platform
import Registry
import Scenario

/// What has been read of a run so far. Files that grow are read on from where the last reading ended, so that a reading
/// in the middle of a long run costs no more than one near its start.
public struct RunReader {
    private let directory: RunDirectory
    /// Whether what is missing, or of another version, is passed over and told of.
    private let isLenient: Bool
    private let chance: Double?
    private let record: RunRecord?
    private let experiment: Experiment
    private let settings: JSONValue
    private let topology: TopologyFile
    private let graph: PlacedGraph?
    /// Nodes of a graph that is drawn: a page is to stay small.
    private static let mostDrawn = 500
    private var metrics: GrowingFile
    private var evaluations: [RecordedEvaluation] = []
    /// Of what does not change during a run.
    private var remarks: [String] = []
    /// By node; without totals where a node has written nothing.
    private var nodes: [(metrics: GrowingFile, totals: NodeRecord?)]

    /// Reads what does not change during a run.
    ///
    /// - Parameters:
    ///   - isLenient: whether what is there is enough, where files are missing, or of another version.
    ///   - chance: what guessing comes to, where it is known before the summary says it.
    public init(
        _ directory: RunDirectory, isLenient: Bool = false, chance: Double? = nil
    ) throws(ConfigurationFault) {
        self.directory = directory
        self.chance = chance
        self.isLenient = isLenient
        do throws(ConfigurationFault) {
            record = try directory.loadRecord()
        } catch {
            guard isLenient else { throw error }
            record = nil
            remarks.append("How the run was made is not known: \(error).")
        }
        let bytes = try InputFiles.ofRuns.read(directory.experiment)
        experiment = try Experiment(bytes, name: directory.experiment)
        settings = try StrictJSON.read(bytes, name: directory.experiment)
        topology = try TopologyFile.read(try InputFiles.ofRuns.read(directory.topology), name: directory.topology)
        graph = topology.topology.nodeCount <= Self.mostDrawn ? PlacedGraph(topology.topology) : nil
        metrics = GrowingFile(directory.metrics)
        nodes = topology.topology.nodes.map { (GrowingFile(directory.node($0).metrics), nil) }
    }

    /// What stands in the directory now. Lines that are not whole are passed over.
    ///
    /// - Parameter isRunning: the caller is running it, so a summary that is there is not of this run.
    public mutating func read(isRunning: Bool = false) throws(ConfigurationFault) -> RecordedRun {
        var remarks = self.remarks
        do throws(SystemFault) {
            for line in try metrics.newLines() { add(line) }
        } catch {
            guard isLenient else { throw ConfigurationFault(error.description) }
            remarks.append("No moment of the run is known: \(error).")
        }
        for index in nodes.indices {
            // A node's file may be missing: a simulation has none, and a node may have been lost before its first line.
            guard let lines = try? nodes[index].metrics.newLines(), !lines.isEmpty else { continue }
            nodes[index].totals = nodes[index].totals ?? NodeRecord()
            nodes[index].totals?.add(lines: lines)
        }
        let torn = tornFiles
        if !isRunning, !torn.isEmpty {
            remarks.append("The last line is torn, and was not read, of \(torn.joined(separator: ", ")).")
        }
        var summary: JSONValue?
        do throws(ConfigurationFault) {
            summary = isRunning ? nil : try directory.loadSummary()
        } catch {
            guard isLenient else { throw error }
            remarks.append("The summary was not read: \(error).")
        }
        let recorded = recordedNodes(summary)
        let recordedSummary = summary.map(RecordedSummary.init)
        let state: RecordedRun.State =
            isRunning ? .running : summary.map { $0.count(at: "stopped") == 1 ? .stopped : .finished } ?? .unfinished
        return RecordedRun(
            directory: directory, state: state, record: record, experiment: experiment, settings: settings,
            topology: topology, graph: graph, evaluations: evaluations, nodes: recorded,
            totals: summary.map(NodeRecord.init(summary:))
                ?? .sum(recorded.compactMap(\.totals), honest: recorded.filter { !$0.isHostile }.compactMap(\.totals)),
            summary: recordedSummary, chance: recordedSummary?.chance ?? chance,
            references: isRunning ? [] : experiment.measureReferences.compactMap(reference), remarks: remarks)
    }

    /// Names of files that end in the middle of a line; of many, the first few.
    private var tornFiles: [String] {
        let most = 5
        let torn =
            (metrics.endsTorn ? ["metrics.jsonl"] : [])
            + nodes.indices.filter { nodes[$0].metrics.endsTorn }.map { "nodes/\($0)/metrics.jsonl" }
        return torn.prefix(most) + (torn.count > most ? ["\(torn.count - most) more"] : [])
    }

    /// A run that this one is compared with; `nil` where it has not been simulated.
    private func reference(_ kind: Reference) -> (kind: Reference, evaluations: [RecordedEvaluation])? {
        guard let bytes = try? Files.read(directory.reference(kind)) else { return nil }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).compactMap {
            try? StrictJSON.read(Array($0), name: "references")
        }
        return (
            kind, lines.compactMap { line in line.member("rounds")?.count.map { RecordedEvaluation(line, rounds: $0) } }
        )
    }

    /// After a run was resumed, its lines begin again at an earlier round: the later line of a round counts.
    private mutating func add(_ line: ArraySlice<UInt8>) {
        guard let value = try? StrictJSON.read(Array(line), name: "metrics.jsonl"),
            let rounds = value.member("rounds")?.count, (0...experiment.training.rounds).contains(rounds)
        else { return }
        while let last = evaluations.last, last.rounds >= rounds { evaluations.removeLast() }
        evaluations.append(RecordedEvaluation(value, rounds: rounds))
    }

    /// What the nodes' own files say and, once there is one, the summary.
    private func recordedNodes(_ summary: JSONValue?) -> [RecordedNode] {
        let hostile = Set(
            experiment.adversary.flatMap(\.nodes.labels).compactMap { topology.topology.node(labelled: $0)?.index })
        let labels = topology.topology.labels
        let honestTotals = nodes.indices.compactMap { hostile.contains($0) ? nil : nodes[$0].totals }
        let together = NodeRecord.sum([], honest: honestTotals)
        let awaited = together.awaitedSeconds(ofNodes: nodes.count)
        let tallies = together.tallies(ofNodes: nodes.count)
        var recorded = labels.indices.map { index in
            RecordedNode(
                label: labels[index], isHostile: hostile.contains(index), totals: nodes[index].totals,
                awaitedSeconds: awaited[index], tally: tallies[index], heard: nodes[index].totals,
                bytes: nodes[index].totals.map { ($0.bytesSent, $0.bytesReceived) })
        }
        let measure = summary.map(TaskMeasure.init) ?? .accuracy
        for (index, line) in (summary?.member("perNode")?.elements ?? []).enumerated() {
            guard index < recorded.count, line.member("node")?.text == labels[index] else { continue }
            recorded[index].samples = line.member("samples")?.count
            recorded[index].ofClass = (line.member("ofClass")?.elements ?? []).map { $0.count ?? 0 }
            recorded[index].score = measure == .accuracy ? line.member("accuracy")?.share : line.number(at: "loss")
            recorded[index].excessLoss = line.number(at: "excessLoss")
            recorded[index].awaitedSeconds = line.member("awaitedSeconds")?.number ?? awaited[index]
            recorded[index].tally = line.member("models").map(Tally.init) ?? tallies[index]
            recorded[index].heard =
                recorded[index].heard
                ?? line.member("tallies").map { _ in
                    NodeRecord(ofNeighbours: line)
                }
            recorded[index].bytes =
                line.member("bytesSent").map { ($0.count ?? 0, line.count(at: "bytesReceived")) }
                ?? recorded[index].bytes
            recorded[index].lost = line.member("lost")?.text.flatMap { $0 == LostNode.stopped ? nil : $0 }
        }
        for line in summary?.member("privacy")?.member("nodes")?.elements ?? [] {
            guard let index = labels.firstIndex(where: { $0 == line.member("node")?.text }) else { continue }
            recorded[index].epsilon = line.number(at: "epsilon") ?? .infinity
        }
        return recorded
    }
}

extension JSONValue {
    /// A number from 0 to 1.
    fileprivate var share: Double? { number.flatMap { (0...1).contains($0) ? $0 : nil } }

    fileprivate func number(at key: String) -> Double? { member(key)?.number }
}

extension TaskMeasure {
    /// Of a summary; those of earlier programs are of accuracy.
    fileprivate init(_ summary: JSONValue) {
        self = summary.member("measure")?.text.flatMap(TaskMeasure.init) ?? .accuracy
    }
}

/// The worst, mean and best of a figure over the nodes, and that of their average model.
private struct RecordedSpread {
    let worst: Double?
    let mean: Double?
    let best: Double?
    let averageModel: Double?

    /// Of a line of metrics, by the measure.
    init(_ scores: JSONValue?, _ measure: TaskMeasure) {
        let spread = scores?.member(measure.rawValue)
        func figure(_ key: String) -> Double? {
            let value = spread?.member(key)
            return measure == .accuracy ? value?.share : value?.number
        }
        (worst, mean, best, averageModel) = (figure("worst"), figure("mean"), figure("best"), figure("averageModel"))
    }
}

extension Tally {
    fileprivate init(_ counts: JSONValue) {
        self.init()
        heard = counts.count(at: "heard")
        kept = counts.count(at: "kept")
        clipped = counts.count(at: "clipped")
        removed = counts.count(at: "removed")
    }
}

extension RecordedEvaluation {
    fileprivate init(_ line: JSONValue, rounds: Int) {
        let measure: TaskMeasure = line.member("accuracy") == nil ? .loss : .accuracy
        let test = RecordedSpread(line, measure)
        let optimum = line.member("optimum")
        let distance = line.member("consensusDistance")
        self.measure = measure
        self.rounds = rounds
        nodes = line.count(at: "nodes")
        (worst, mean, best, averageModel) = (test.worst, test.mean, test.best, test.averageModel)
        worstOnValidation = RecordedSpread(line.member("validation"), measure).worst
        excessLoss = optimum?.member("excessLoss")?.number(at: "worst")
        optimumDistance = optimum?.member("distance")?.number(at: "worst")
        meanLoss = line.member("loss")?.member("mean")?.number
        self.distance = distance?.member("rms")?.number
        relativeDistance = distance?.member("relative")?.number
        medianDistance = distance?.member("median")?.number
        relativeMedianDistance = distance?.member("medianRelative")?.number
        figures = EvaluationRecord(line)?.allFigures ?? Figures()
    }
}

extension RecordedSummary {
    fileprivate init(_ summary: JSONValue) {
        func text(_ key: String) -> String { summary.member(key)?.text ?? "" }
        verdict = text("verdict")
        standing = summary.member("standing")?.text.flatMap(Standing.init)
        hasFailed = summary.count(at: "failed") == 1
        measure = TaskMeasure(summary)
        identity = text("identity")
        program = text("program")
        machine = text("machine")
        failedNodes = Set((summary.member("failedNodes")?.elements ?? []).compactMap(\.text))
        farNodes = Set((summary.member("farNodes")?.elements ?? []).compactMap(\.text))
        engine = text("engine")
        transport = text("transport")
        wallSeconds = summary.member("wallSeconds")?.number ?? 0
        modelDigest = text("modelDigest")
        learningError = summary.member("learningError")?.number
        generalizationGap = summary.member("generalizationGap")?.number
        figures = Figures(summary.member("measures"))
        chance = summary.member("chance")?.member("share")?.number
        warnings = (summary.member("warnings")?.elements ?? []).compactMap(\.text)
        classNames = (summary.member("classes")?.elements ?? []).compactMap(\.text)
        restarted = (summary.member("restarted")?.elements ?? []).compactMap(\.text)
        let ends = summary.member("reached").map { ($0.count(at: "least"), $0.count(at: "greatest")) }
        reached = ends.flatMap { $0.0 <= $0.1 ? $0.0...$0.1 : nil }
    }
}
