// The figures that a run is judged by, the worst node first; what summary.json holds.
import Core
import JSON
import Kernels
import Learning
import Metrics
import Platform
import Registry
import Scenario

/// The figures of a run as `summary.json` has them.
public struct RunSummary: Sendable {
    /// Of `summary.json`.
    static let version = 1

    public struct NodeLine: Sendable {
        public let label: String
        /// By the task's measure.
        public let score: Double
    }

    public struct NodeFigures: Sendable {
        public let label: String
        /// Of its final model; `nil` where nothing is classified, for hostile nodes and for those that did not finish.
        public let accuracy: Double?
        /// Of its final model, likewise.
        public let loss: Double?
        /// From the optimum, where that is known, likewise.
        public let gap: PointGap?
        /// Of its final model from the coordinate-wise median of the honest ones, likewise.
        public let distance: Double?
        /// What the honest nodes waited for it among the last few, which may be late on purpose.
        public let awaitedSeconds: Double
        /// What the honest nodes' rules did with its models.
        public let tally: Tally
        /// What it says of each of its neighbours; `nil` where nothing is known, or of too many.
        public let heard: NodeRecord?
        /// `nil` where nothing is known.
        public let bytes: (sent: Int, received: Int)?
        /// Gossip steps in which its graph had it away; `nil` where nobody was, ever.
        public let awayRounds: Int?
        /// Why it did not finish.
        public let lost: LostNode?
    }

    /// More links than this are not told of one by one.
    private static let mostLinks = 50_000

    let experiment: Experiment
    /// Of the run, as it was named when it was made; `nil` where it has none.
    public var folder: String?
    public let identity: String
    public let name: String
    public let engine: Engine
    public let transport: String
    public let nodes: Int
    /// Labels.
    public let hostile: [String]
    /// Groups that were placed and not listed.
    public let placements: [PlacedGroup]
    public let lost: [(label: String, reason: String, isHostile: Bool)]
    /// Labels of nodes that came back after a crash.
    public let restarted: [String]
    /// How often each kind of fault of the plan struck.
    public let strikes: [(kind: String, count: Int)]
    public let rounds: Int
    /// How far a stopped run came.
    public let interruption: Interruption?
    public let wallSeconds: Double
    /// SHA-256 over the final models of the honest nodes that finished.
    public let modelDigest: String
    public let verdict: Verdict
    /// After all rounds, over honest nodes that finished; `nil` if none did.
    public let final: EvaluationRecord?
    /// Moments that were to be evaluated, as far as the run came, and those that could not be.
    public let moments: (planned: Int, missed: Int)
    public let learning: LearningFigures?
    /// What shows that the optimum is one, where models were compared with it.
    public let certificate: Certificate?
    /// Traffic of all nodes; everything else of the honest ones.
    public let totals: NodeRecord
    /// Honest nodes that finished.
    public let worstFirst: [NodeLine]
    /// All nodes, by index.
    public let perNode: [NodeFigures]
    /// What each node learned from.
    public let data: DataShares
    /// ε of the honest nodes; `nil` where their gradients were not private.
    public let privacy: PrivacyReport?
    public let screening: Screening
    /// Where its graph had nodes away.
    let absences: Absences?
    /// Everything that was measured, by name: at the last moment, and of the whole run.
    public let figures: Figures
    public let references: [ReferenceRun]
    public let usesOracle: Bool
    /// How messages were told for lies by what they hold, where anybody looked.
    let plausibility: Plausibility?
    public let wasStopped: Bool
    /// Of the experiment, then of this run.
    public let warnings: [String]
    /// Those of this run alone.
    let runWarnings: [String]
    /// Where other codes would make more of it.
    let conventions: ConventionDoubt?

    public init(_ outcome: RunOutcome, of assembly: Assembly) throws(ConfigurationFault) {
        let topology = assembly.topology
        let hostile = Set(assembly.hostile)
        let experiment = assembly.experiment
        self.experiment = experiment
        let finished = outcome.finalModels.filter { !hostile.contains($0.node) }
        identity = hexadecimal(assembly.identity)
        name = experiment.name
        engine = outcome.engine
        transport = outcome.transport
        nodes = topology.nodeCount
        self.hostile = assembly.hostile.map { topology.labels[$0.index] }
        placements = experiment.adversary.compactMap(PlacedGroup.init)
        lost = outcome.lost.map { (topology.labels[$0.node.index], $0.reason, hostile.contains($0.node)) }
        restarted = outcome.restarted.map { topology.labels[$0.index] }
        strikes = outcome.strikes
        rounds = experiment.training.rounds
        interruption = Interruption(outcome, of: assembly)
        wallSeconds = outcome.wallSeconds
        modelDigest = finished.isEmpty ? "" : hexadecimal(Scenario.modelDigest(finished))

        let judgement = try RunSummary.judgement(of: finished, outcome, assembly)
        final = judgement?.record
        moments = outcome.moments
        learning = try judgement.map { judgement throws(ConfigurationFault) in
            try LearningFigures(judgement, of: assembly)
        }
        verdict = Verdict(judgement, outcome, of: assembly)
        worstFirst = verdict.survivors.map { NodeLine(label: $0.label, score: $0.score) }
        certificate = judgement?.certificate
        let judged = Dictionary(uniqueKeysWithValues: (judgement?.nodes ?? []).map { ($0.node, $0) })

        let honestTotals = assembly.honest.compactMap { outcome.totals[$0] }
        totals = .sum(Array(outcome.totals.values), honest: honestTotals)
        let awaited = totals.awaitedSeconds(ofNodes: topology.nodeCount)
        let tallies = totals.tallies(ofNodes: topology.nodeCount)
        screening = Screening(topology.nodes.map { (tallies[$0.index], hostile.contains($0)) })
        data = DataShares(of: assembly)
        // A stopped node may have sent what it did in the round that it did not close.
        privacy = try PrivacyReport(
            assembly, rounds: min(rounds, interruption.map { $0.furthest.rounds + 1 } ?? rounds))
        let absences = Absences(of: assembly)
        self.absences = absences
        let tellsLinks = 2 * topology.edges.count <= Self.mostLinks
        perNode = topology.nodes.map { node in
            NodeFigures(
                label: topology.labels[node.index], accuracy: judged[node]?.accuracy, loss: judged[node]?.loss,
                gap: judged[node]?.gap, distance: judged[node]?.distance,
                awaitedSeconds: awaited[node.index], tally: tallies[node.index],
                heard: tellsLinks ? outcome.totals[node] : nil,
                bytes: outcome.totals[node].map { ($0.bytesSent, $0.bytesReceived) },
                awayRounds: absences?.away[node.index],
                lost: outcome.lost.first { $0.node == node })
        }
        references = outcome.references
        var figures = final?.allFigures ?? Figures()
        if let final {
            let moments = outcome.earlier + outcome.evaluations.map { (rounds: $0.rounds, figures: $0.allFigures) }
            figures.add(
                try MeasureCatalog.figures(
                    of: MeasuredRun(
                        assembly: assembly,
                        moments: moments.filter { $0.rounds < final.rounds }.sorted { $0.rounds < $1.rounds }
                            + [(final.rounds, final.allFigures)],
                        final: final, models: finished, ownModels: outcome.ownModels, screening: screening,
                        references: references, learning: learning, equivocations: outcome.equivocations,
                        stability: outcome.stability)))
        }
        self.figures = figures
        usesOracle = experiment.aggregation.tolerates == .oracle
        plausibility = assembly.plausibility
        wasStopped = outcome.wasStopped
        let conventions = judgement.flatMap { judgement in
            judgement.record.test.accuracy.flatMap {
                ConventionDoubt($0, nodes: judgement.nodes.count, samples: judgement.testSamples)
            }
        }
        self.conventions = conventions
        runWarnings =
            outcome.warnings + Self.weakerAttacks(outcome, of: assembly)
            + assembly.lostMass(missed: totals.missedModels)
            + [outcome.stability?.bounds.warning, conventions?.sentence].compactMap(\.self)
        warnings = assembly.warnings + runWarnings
    }

    /// Hostile nodes that ended before their time: what the run withstood is less than was planned.
    private static func weakerAttacks(_ outcome: RunOutcome, of assembly: Assembly) -> [String] {
        let hostile = Set(assembly.hostile)
        let lost = outcome.lost.filter { hostile.contains($0.node) && $0.kind != .stopped }
        guard let first = lost.first else { return [] }
        let nodes = lost.map { assembly.topology.labels[$0.node.index] }.joined(separator: ", ")
        return [
            "hostile \(lost.count == 1 ? "node" : "nodes") \(nodes) ended early (\(first.reason)): the attack went on "
                + "without"
        ]
    }

    /// Of the honest nodes that finished; the run's own judgement where it is of the same nodes.
    private static func judgement(
        of finished: [(node: NodeID, model: [Float])], _ outcome: RunOutcome, _ assembly: Assembly
    ) throws(ConfigurationFault) -> Judgement? {
        guard !finished.isEmpty else { return nil }
        if let final = outcome.final, final.nodes.map(\.node) == finished.map(\.node) { return final }
        var evaluator = try Evaluator(assembly)
        var told = MomentReports()
        told.ownModels = outcome.ownModels
        return evaluator.judge(finished, rounds: assembly.experiment.training.rounds, told: told)
    }

    /// `summary.json`.
    public var json: String {
        var line = JSONLine()
        line.add("version", Self.version)
        line.add("identity", identity)
        line.add("name", name)
        if let folder { line.add("folder", folder) }
        line.add("engine", engine.rawValue)
        line.add("transport", transport)
        line.add("nodes", nodes)
        line.add("hostile", hostile) { $0.append(text: $1) }
        line.add("placements", placements) { $0.append($1) }
        line.add("lost", lost) { line, lost in line.append(text: "\(lost.label): \(lost.reason)") }
        line.add("restarted", restarted) { $0.append(text: $1) }
        line.add("faults") { object in for strike in strikes { object.add(strike.kind, strike.count) } }
        line.add("rounds", rounds)
        if let interruption { line.add("reached", interruption) }
        line.add("wallSeconds", wallSeconds)
        line.add("program", Machine.program)
        line.add("machine", Machine.description)
        line.add("modelDigest", modelDigest)
        line.add("measure", verdict.bar.measure.rawValue)
        line.add(ofRun: final?.test)
        if let validation = final?.validation { line.add("validation") { $0.add(ofRun: validation) } }
        line.add("chance") { object in
            object.add("share", final.flatMap { _ in verdict.bar.chance?.share })
            object.add("margin", final.flatMap { _ in verdict.bar.chance?.margin })
        }
        if let optimum = final?.optimum, let certificate {
            line.add("optimum") { object in
                object.add(certificate.kind.rawValue, certificate.measured)
                object.add("excessLoss") { $0.add(optimum.excessLoss, isBetterBelow: true) }
                object.add("distance") { $0.add(optimum.distance, isBetterBelow: true) }
            }
        }
        line.add("failedNodes", verdict.failed) { $0.append(text: $1.label) }
        line.add("farNodes", verdict.far) { $0.append(text: $1.label) }
        line.add("consensusDistance") { $0.add(final?.distance) }
        line.add("learningError", learning?.gradientNorm)
        line.add("generalizationGap", learning?.generalizationGap)
        line.add(totals, section: nil)
        line.add("evaluations") { object in
            object.add("planned", moments.planned)
            object.add("missing", moments.missed)
        }
        line.add("seconds") { $0.add(totals, section: "seconds") }
        line.add("screening") { object in
            object.add("falsePositives", screening.falsePositives)
            object.add("falseNegatives", screening.falseNegatives)
            object.add("honest", screening.honest)
            object.add("hostile", screening.hostile)
            object.add(totals, section: "screening")
        }
        line.add("measures") { figures.write(to: &$0) }
        if !references.isEmpty {
            line.add("references", references) { line, reference in
                line.appendObject { object in
                    object.add("kind", reference.kind.rawValue)
                    object.add("modelDigest", reference.modelDigest)
                    let end = final.flatMap { reference.end(like: $0) }
                    object.add("measures") { end?.allFigures.write(to: &$0) }
                }
            }
        }
        privacy?.write(to: &line)
        data.writeClasses(to: &line)
        line.add("perNode", Array(perNode.enumerated())) { $0.append($1.element, data, $1.offset) }
        line.add("stopped", wasStopped ? 1 : 0)
        line.add("oracle", usesOracle ? 1 : 0)
        if let plausibility { line.add("plausibility", plausibility.description) }
        line.add("warnings", warnings) { $0.append(text: $1) }
        line.add("failed", verdict.hasFailed ? 1 : 0)
        line.add("standing", verdict.standing.rawValue)
        line.add("verdict", verdict.text)
        return String(decoding: line.line(), as: UTF8.self)
    }
}

extension JSONLine {
    /// The same as in `metrics.jsonl`, with the accuracy in any case: null where there is none.
    fileprivate mutating func add(ofRun scores: Scores?) {
        add("accuracy") { $0.add(scores?.accuracy, isBetterBelow: false) }
        add("loss") { $0.add(scores?.loss, isBetterBelow: true) }
    }

    /// `{"node":"3","accuracy":0.92,"loss":0.3,"distance":0.1,"awaitedSeconds":0.1,"models":{…},"samples":90,
    /// "ofClass":[50,40],"lost":"stopped","lostAs":"stopped"}`, the last three only where they apply.
    fileprivate mutating func append(_ node: RunSummary.NodeFigures, _ data: DataShares, _ index: Int) {
        appendObject { object in
            object.add("node", node.label)
            object.add("accuracy", node.accuracy)
            object.add("loss", node.loss)
            object.add("distance", node.distance)
            if let gap = node.gap {
                object.add("excessLoss", gap.excessLoss)
                object.add("optimumDistance", gap.distance)
            }
            object.add("awaitedSeconds", node.awaitedSeconds)
            object.add("models", node.tally)
            if let bytes = node.bytes {
                object.add("bytesSent", bytes.sent)
                object.add("bytesReceived", bytes.received)
            }
            if let heard = node.heard { object.add(ofNeighbours: heard) }
            if let away = node.awayRounds { object.add("awayRounds", away) }
            data.write(index, to: &object)
            if let lost = node.lost {
                object.add("lost", lost.reason)
                object.add("lostAs", lost.kind.rawValue)
            }
        }
    }
}

extension TaskMeasure {
    /// "92.0 %", or "loss 0.512".
    func text(_ score: Double) -> String {
        switch self {
        case .accuracy: figure(score)
        case .loss: "loss \(figure(score))"
        }
    }

    /// "92.0 %", or "0.512".
    func figure(_ score: Double) -> String {
        switch self {
        case .accuracy: percent(score)
        case .loss: significant(score)
        }
    }
}

/// A share as a percentage with one decimal.
func percent(_ share: Double) -> String { "\(rounded(100 * share, 1)) %" }

/// A number with so many decimals, without a library that formats.
func rounded(_ value: Double, _ decimals: Int) -> String {
    guard !value.isNaN else { return "not a number" }
    guard value.magnitude < 1e12 else { return "\(value)" }
    let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
    let whole = Int((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let fraction = String(whole % scale)
    return "\(sign)\(whole / scale).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
}
