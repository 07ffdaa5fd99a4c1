// The figures that a run is judged by, the worst node first; what summary.json holds.
import Kernels
import Learning
import Metrics
import Scenario

public struct RunSummary: Sendable {
    /// Of `summary.json`.
    static let version = 1

    public struct NodeLine: Sendable {
        public let label: String
        public let accuracy: Double
    }

    public struct NodeFigures: Sendable {
        public let label: String
        /// Of its final model; `nil` for hostile nodes and for those that did not finish.
        public let accuracy: Double?
        /// What the honest nodes waited for it beyond what they wait for anyone.
        public let awaitedSeconds: Double
        /// What the honest nodes' rules did with its models.
        public let tally: Tally
        /// Why it did not finish.
        public let lost: String?
    }

    public let identity: String
    public let name: String
    public let engine: Engine
    public let transport: String
    public let nodes: Int
    /// Labels.
    public let hostile: [String]
    public let lost: [(label: String, reason: String, isHostile: Bool)]
    public let rounds: Int
    public let wallSeconds: Double
    /// SHA-256 over the final models of the honest nodes that finished.
    public let modelDigest: String
    /// After all rounds, over honest nodes that finished; `nil` if none did.
    public let final: EvaluationRecord?
    public let trainLoss: Double?
    public let learning: Evaluator.Learning?
    public let totals: NodeTotals
    /// Honest nodes that finished, the worst first.
    public let byAccuracy: [NodeLine]
    /// All nodes, by index.
    public let perNode: [NodeFigures]
    public let screening: Screening
    /// Means over the honest nodes' last mixes.
    public let threshold: Double?
    public let returnedWeight: Double?
    public let usesOracle: Bool
    public let wasStopped: Bool
    public let warnings: [String]

    public init(_ outcome: RunOutcome, of assembly: Assembly) throws(ConfigurationFault) {
        let topology = assembly.topology
        let hostile = Set(assembly.hostile)
        let experiment = assembly.experiment
        let finished = outcome.finalModels.filter { !hostile.contains($0.node) }
        identity = hexadecimal(assembly.identity)
        name = experiment.name
        engine = outcome.engine
        transport = outcome.transport
        nodes = topology.nodeCount
        self.hostile = assembly.hostile.map { topology.labels[$0.index] }
        lost = outcome.lost.map { (topology.labels[$0.node.index], $0.reason, hostile.contains($0.node)) }
        rounds = experiment.training.rounds
        wallSeconds = outcome.wallSeconds
        modelDigest = finished.isEmpty ? "" : hexadecimal(Scenario.modelDigest(finished))

        var evaluator = try Evaluator(assembly)
        final = finished.isEmpty ? nil : evaluator.evaluate(finished, rounds: rounds)
        learning = finished.isEmpty ? nil : try evaluator.learning(of: finished.map(\.model))
        let accuracies = Dictionary(
            uniqueKeysWithValues: finished.map { ($0.node, evaluator.accuracy(of: $0.model)) })
        byAccuracy = finished.compactMap { node, _ in
            accuracies[node].map { NodeLine(label: topology.labels[node.index], accuracy: $0) }
        }.sorted { $0.accuracy < $1.accuracy }

        let honestTotals = assembly.honest.compactMap { outcome.totals[$0] }
        let awaited = NodeTotals.awaitedSeconds(by: honestTotals, nodes: topology.nodeCount)
        let tallies = NodeTotals.tallies(by: honestTotals, nodes: topology.nodeCount)
        screening = Screening(topology.nodes.map { (tallies[$0.index], hostile.contains($0)) })
        threshold = mean(honestTotals.compactMap(\.threshold))
        returnedWeight = mean(honestTotals.compactMap(\.returnedWeight))
        perNode = topology.nodes.map { node in
            NodeFigures(
                label: topology.labels[node.index], accuracy: accuracies[node], awaitedSeconds: awaited[node.index],
                tally: tallies[node.index], lost: outcome.lost.first { $0.node == node }?.reason)
        }
        trainLoss = mean(honestTotals.compactMap(\.trainLoss))
        totals = .sum(Array(outcome.totals.values), honest: honestTotals)
        usesOracle = experiment.aggregation.tolerates == .oracle
        wasStopped = outcome.wasStopped
        warnings = assembly.warnings
    }

    /// Did the honest nodes learn, and agree? One sentence.
    public var verdict: String {
        guard let final else {
            return wasStopped ? "Stopped before the end." : "No honest node finished: nothing can be said."
        }
        let learned = final.accuracy.least >= 0.9 * final.averageModelAccuracy && final.averageModelAccuracy > 0.5
        let agreed = (final.relativeConsensusDistance ?? .infinity) < 0.1
        let worst = "(worst \(percent(final.accuracy.least)))"
        let spread = final.relativeConsensusDistance.map { "(relative distance \(rounded($0, 3)))" } ?? "(no scale)"
        return switch (learned, agreed) {
        case (true, true): "The honest nodes learned \(worst) and agree \(spread)."
        case (true, false): "The honest nodes learned \(worst) but do not agree \(spread)."
        case (false, true): "Not every honest node learned \(worst), though they agree \(spread)."
        case (false, false): "Not every honest node learned \(worst), nor do they agree \(spread)."
        }
    }

    /// `summary.json`.
    public var json: String {
        var line = JSONLine()
        line.add("version", Self.version)
        line.add("identity", identity)
        line.add("name", name)
        line.add("engine", engine.rawValue)
        line.add("transport", transport)
        line.add("nodes", nodes)
        line.add("hostile", hostile) { $0.append(text: $1) }
        line.add("lost", lost) { line, lost in line.append(text: "\(lost.label): \(lost.reason)") }
        line.add("rounds", rounds)
        line.add("wallSeconds", wallSeconds)
        line.add("modelDigest", modelDigest)
        line.add("accuracy") { object in
            object.add("worst", final?.accuracy.least)
            object.add("mean", final?.accuracy.mean)
            object.add("best", final?.accuracy.greatest)
            object.add("averageModel", final?.averageModelAccuracy)
        }
        line.add("trainLoss", trainLoss)
        line.add("consensusDistance") { object in
            object.add("rms", final?.consensusDistance)
            object.add("relative", final?.relativeConsensusDistance)
        }
        line.add("learningError", learning?.gradientNorm)
        line.add("generalizationGap", learning?.generalizationGap)
        line.add("bytesSent", totals.bytesSent)
        line.add("messagesSent", totals.messagesSent)
        line.add("rejections") { object in
            for rejection in totals.rejections { object.add(rejection.reason, rejection.count) }
        }
        line.add("lateMessages", totals.lateModels)
        line.add("missedMessages", totals.missedModels)
        line.add("snapshotsOverwritten", totals.snapshotsOverwritten)
        line.add("seconds") { object in
            object.add("compute", Double(totals.computeNanoseconds) / 1e9)
            object.add("wait", Double(totals.waitNanoseconds) / 1e9)
            object.add("mix", Double(totals.mixNanoseconds) / 1e9)
        }
        line.add("screening") { object in
            object.add("falsePositives", screening.falsePositives)
            object.add("falseNegatives", screening.falseNegatives)
            object.add("honest", screening.honest)
            object.add("hostile", screening.hostile)
            object.add("threshold", threshold)
            object.add("returnedWeight", returnedWeight)
            object.add("degradedMixes", totals.degradedMixes)
            object.add("unfinishedMixes", totals.unfinishedMixes)
        }
        line.add("perNode", perNode) { $0.append($1) }
        line.add("stopped", wasStopped ? 1 : 0)
        line.add("oracle", usesOracle ? 1 : 0)
        line.add("warnings", warnings) { $0.append(text: $1) }
        line.add("verdict", verdict)
        return String(decoding: line.line(), as: UTF8.self)
    }
}

extension JSONLine {
    /// `{"node":"3","accuracy":0.92,"awaitedSeconds":0.1,"models":{…},"lost":"stopped"}`, the last only where it
    /// applies.
    fileprivate mutating func append(_ node: RunSummary.NodeFigures) {
        appendObject { object in
            object.add("node", node.label)
            object.add("accuracy", node.accuracy)
            object.add("awaitedSeconds", node.awaitedSeconds)
            object.add("models", node.tally)
            if let lost = node.lost { object.add("lost", lost) }
        }
    }
}

/// `nil` for no values.
private func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

/// A share as a percentage with one decimal.
func percent(_ share: Double) -> String { "\(rounded(100 * share, 1)) %" }

/// A number with so many decimals, without a library that formats.
func rounded(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
    let whole = Int((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let fraction = String(whole % scale)
    return "\(sign)\(whole / scale).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
}
