// CellResult: what one cell of a sweep came to: a line of results.jsonl.
import JSON
import Metrics
import Scenario

/// A figure that cells are compared by, at the end of a run and over its honest nodes.
public enum SweepMeasure: String, Sendable, CaseIterable {
    case worst, mean, best, averageModel, worstLoss, loss, validation, validationLoss, excessLoss, optimumDistance,
        consensus, medianConsensus, learningError, generalizationGap, stability, frozenStability, twinDistance, epsilon,
        membership, meanMembership, meanMembershipTPR

    /// For captions.
    public var title: String {
        switch self {
        case .worst: "test accuracy of the worst honest node"
        case .mean: "mean test accuracy of the honest nodes"
        case .best: "test accuracy of the best honest node"
        case .averageModel: "test accuracy of the average honest model"
        case .worstLoss: "test loss of the worst honest node"
        case .loss: "mean test loss of the honest nodes"
        case .validation: "validation accuracy of the worst honest node"
        case .validationLoss: "validation loss of the worst honest node"
        case .excessLoss: "training loss above the least, of the worst honest node"
        case .optimumDistance: "distance from the optimum of the worst honest node"
        case .consensus: "consensus distance of the honest nodes"
        case .medianConsensus: "consensus distance of the median honest node"
        case .learningError: "gradient norm at the average honest model"
        case .epsilon: "ε of the honest node that spends most"
        case .membership: "membership inference (AUC) against the worst honest node"
        case .meanMembership: "mean membership inference (AUC) against the honest nodes"
        case .meanMembershipTPR: "mean share of members found where 1 % of the others are taken for some"
        case .generalizationGap: "test loss minus training loss of the average honest model"
        case .stability: "measured uniform stability of the worst honest node"
        case .frozenStability: "measured uniform stability of the worst honest node, hostile messages frozen"
        case .twinDistance: "distance of the worst honest node from its twin"
        }
    }

    /// Whether it is a share, shown as a percentage.
    var isShare: Bool {
        switch self {
        case .worst, .mean, .best, .averageModel, .validation, .meanMembershipTPR: true
        case .worstLoss, .loss, .validationLoss, .excessLoss, .optimumDistance, .consensus, .medianConsensus,
            .learningError, .generalizationGap, .stability, .frozenStability, .twinDistance, .epsilon, .membership,
            .meanMembership:
            false
        }
    }

    /// The data that it is seen of; `nil` where it is of the training samples, or of models alone.
    var part: SweepChoice.Part? {
        switch self {
        case .worst, .mean, .best, .averageModel, .worstLoss, .loss: .test
        case .validation, .validationLoss: .validation
        case .excessLoss, .optimumDistance, .consensus, .medianConsensus, .learningError, .generalizationGap,
            .stability, .frozenStability, .twinDistance, .epsilon, .membership, .meanMembership,
            .meanMembershipTPR:
            nil
        }
    }

    /// Whether there are tasks without it.
    var mayBeMissing: Bool {
        switch self {
        case .worstLoss, .loss, .consensus, .medianConsensus, .learningError: false
        case .worst, .mean, .best, .averageModel, .validation, .validationLoss, .excessLoss, .optimumDistance,
            .generalizationGap, .stability, .frozenStability, .twinDistance, .epsilon, .membership, .meanMembership,
            .meanMembershipTPR:
            true
        }
    }

    /// Which of two values is the better one; `nil` where a useful model may have either.
    var better: ((Double, Double) -> Bool)? {
        switch self {
        case .worst, .mean, .best, .averageModel, .validation: { $0 > $1 }
        case .worstLoss, .loss, .validationLoss, .excessLoss, .optimumDistance, .generalizationGap, .stability,
            .frozenStability, .twinDistance, .epsilon, .membership, .meanMembership, .meanMembershipTPR:
            { $0 < $1 }
        case .consensus, .medianConsensus, .learningError: nil
        }
    }
}

extension SweepMeasure {
    /// What an evaluation has of it; `nil` where it has nothing.
    func value(of record: EvaluationRecord) -> Double? {
        switch self {
        case .worst: record.test.accuracy?.least
        case .mean: record.test.accuracy?.mean
        case .best: record.test.accuracy?.greatest
        case .averageModel: record.test.accuracy?.averageModel
        case .worstLoss: record.test.loss.greatest
        case .loss: record.test.loss.mean
        case .validation: record.validation?.accuracy?.least
        case .validationLoss: record.validation?.loss.greatest
        case .excessLoss: record.optimum?.excessLoss.greatest
        case .optimumDistance: record.optimum?.distance.greatest
        case .consensus: record.distance.rootMeanSquare
        case .medianConsensus: record.distance.median
        case .epsilon: record.figures["epsilonWorst"]
        case .membership: record.figures["membershipWorst"]
        case .meanMembership: record.figures["membershipMean"]
        case .meanMembershipTPR: record.figures["membershipTPRMean"]
        case .learningError, .generalizationGap, .stability, .frozenStability, .twinDistance: nil
        }
    }

    /// The figure of a whole run that it is; `nil` where evaluations have it.
    fileprivate var figure: String? {
        switch self {
        case .stability: "stabilityWorst"
        case .frozenStability: "stabilityFrozenWorst"
        case .twinDistance: "twinDistanceWorst"
        default: nil
        }
    }
}

/// The result of one cell of a sweep.
public struct CellResult: Sendable, Equatable {
    /// Of the numbers in a result. It is raised when the same experiment gives other models than before: older lines
    /// are then passed over, and their cells run again.
    static let version = 3

    public let key: CellKey
    /// Those that are finite; none where the run failed.
    public private(set) var figures: [SweepMeasure: Double] = [:]
    /// Of the final honest models.
    public private(set) var digest = ""
    /// Honest nodes that did not finish.
    public private(set) var lost = 0
    public private(set) var seconds = 0.0
    public private(set) var verdict = ""
    /// Why no mean counts this cell, in one sentence: it could not be run, or it lost too many honest nodes.
    public private(set) var failure: String?
    /// Whether it was run, and lost too many honest nodes.
    public private(set) var fellApart = false
    /// What was measured on the way, where the sweep asks for it; on a line of its own, in another file.
    public internal(set) var series: CellSeries?

    /// Whether to try again could come to something else: a simulation falls apart in the same way every time.
    var isFinal: Bool { failure == nil || fellApart && key.engine == .simulation }

    /// A cell without a result.
    init(_ key: CellKey, failure: String) {
        self.key = key
        self.failure = failure
    }

    /// - Parameters:
    ///   - evaluations: what was measured on the way, and at the end.
    ///   - part: the data that it may be seen of; `nil` for all.
    init(
        _ key: CellKey, _ summary: RunSummary, _ evaluations: [EvaluationRecord] = [], every: Int = 0,
        on part: SweepChoice.Part? = nil
    ) {
        self.key = key
        series = every > 0 && !summary.verdict.hasFailed ? CellSeries(key, evaluations, every: every) : nil
        digest = summary.modelDigest
        lost = summary.lost.count { !$0.isHostile }
        seconds = summary.wallSeconds
        fellApart = summary.verdict.hasFailed
        // A verdict tells of the test part.
        verdict = part == nil || fellApart ? summary.verdict.text : ""
        guard let final = summary.final, !fellApart else {
            failure = verdict
            return
        }
        for measure in SweepMeasure.allCases where part == nil || measure.part == part {
            set(measure, measure.value(of: final))
        }
        guard part == nil else { return }
        set(.learningError, summary.learning?.gradientNorm)
        set(.generalizationGap, summary.learning?.generalizationGap)
        for measure in SweepMeasure.allCases {
            if let name = measure.figure { set(measure, summary.figures[name]) }
        }
    }

    private mutating func set(_ measure: SweepMeasure, _ value: Double?) {
        figures[measure] = value.flatMap { $0.isFinite ? $0 : nil }
    }
}

extension CellResult {
    /// One line of `results.jsonl`.
    var json: [UInt8] {
        var line = JSONLine()
        line.add("version", Self.version)
        write(to: &line)
        return line.line()
    }

    /// Everything but the version.
    func write(to line: inout JSONLine) {
        key.write(to: &line)
        for measure in SweepMeasure.allCases { line.add(measure.rawValue, figures[measure]) }
        line.add("lost", lost)
        line.add("modelDigest", digest)
        line.add("seconds", seconds)
        line.add("verdict", verdict)
        if let failure { line.add("failure", failure) }
        if fellApart { line.add("fellApart", 1) }
    }

    /// A result read back; `nil` for a line of another version and for what is no whole line.
    init?(line: [UInt8]) {
        guard let json = try? StrictJSON.read(line, name: ""), json.member("version")?.count == Self.version,
            let key = CellKey(json), let verdict = json.member("verdict")?.text
        else { return nil }
        self.key = key
        for measure in SweepMeasure.allCases { set(measure, json.member(measure.rawValue)?.number) }
        lost = json.count(at: "lost")
        digest = json.member("modelDigest")?.text ?? ""
        seconds = json.member("seconds")?.number ?? 0
        self.verdict = verdict
        failure = json.member("failure")?.text
        fellApart = json.count(at: "fellApart") == 1
    }
}

extension CellKey {
    /// Its members in a line of a sweep's files.
    func write(to line: inout JSONLine) {
        line.add("identity", identity)
        line.add("engine", engine.rawValue)
        line.add("transport", transport)
        line.add("deadlineMilliseconds", deadlineMilliseconds)
        line.add("checkpointEvery", checkpointEvery)
        if !twins.isEmpty { line.add("twins", twins) }
    }

    /// Read back; `nil` where a member is missing.
    init?(_ line: JSONValue) {
        guard let identity = line.member("identity")?.text,
            let engine = line.member("engine")?.text.flatMap(Engine.init),
            let transport = line.member("transport")?.text,
            let deadline = line.member("deadlineMilliseconds")?.count,
            let checkpointEvery = line.member("checkpointEvery")?.count
        else { return nil }
        self.init(
            identity: identity, engine: engine, transport: transport, deadlineMilliseconds: deadline,
            checkpointEvery: checkpointEvery, twins: line.member("twins")?.text ?? "")
    }
}
