// CellResult: what one cell of a sweep came to: a line of results.jsonl.
import JSON
import Metrics
import Scenario

/// A figure that cells are compared by, at the end of a run and over its honest nodes.
public enum SweepMeasure: String, Sendable, CaseIterable {
    case worst, mean, best, averageModel, worstLoss, loss, validation, validationLoss, excessLoss, optimumDistance,
        consensus, medianConsensus, learningError

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
        }
    }

    /// Whether it is a share, shown as a percentage.
    var isShare: Bool {
        switch self {
        case .worst, .mean, .best, .averageModel, .validation: true
        case .worstLoss, .loss, .validationLoss, .excessLoss, .optimumDistance, .consensus, .medianConsensus,
            .learningError:
            false
        }
    }

    /// Whether there are tasks without it.
    var mayBeMissing: Bool {
        switch self {
        case .worstLoss, .loss, .consensus, .medianConsensus, .learningError: false
        case .worst, .mean, .best, .averageModel, .validation, .validationLoss, .excessLoss, .optimumDistance: true
        }
    }

    /// Which of two values is the better one; `nil` where a useful model may have either.
    var better: ((Double, Double) -> Bool)? {
        switch self {
        case .worst, .mean, .best, .averageModel, .validation: { $0 > $1 }
        case .worstLoss, .loss, .validationLoss, .excessLoss, .optimumDistance: { $0 < $1 }
        case .consensus, .medianConsensus, .learningError: nil
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

    /// Whether to try again could come to something else: a simulation falls apart in the same way every time.
    var isFinal: Bool { failure == nil || fellApart && key.engine == .simulation }

    /// A cell without a result.
    init(_ key: CellKey, failure: String) {
        self.key = key
        self.failure = failure
    }

    init(_ key: CellKey, _ summary: RunSummary) {
        self.key = key
        digest = summary.modelDigest
        lost = summary.lost.count { !$0.isHostile }
        seconds = summary.wallSeconds
        verdict = summary.verdict.text
        fellApart = summary.verdict.hasFailed
        guard let final = summary.final, !fellApart else {
            failure = verdict
            return
        }
        set(.worst, final.test.accuracy?.least)
        set(.mean, final.test.accuracy?.mean)
        set(.best, final.test.accuracy?.greatest)
        set(.averageModel, final.test.accuracy?.averageModel)
        set(.worstLoss, final.test.loss.greatest)
        set(.loss, final.test.loss.mean)
        set(.validation, final.validation?.accuracy?.least)
        set(.validationLoss, final.validation?.loss.greatest)
        set(.excessLoss, final.optimum?.excessLoss.greatest)
        set(.optimumDistance, final.optimum?.distance.greatest)
        set(.consensus, final.distance.rootMeanSquare)
        set(.medianConsensus, final.distance.median)
        set(.learningError, summary.learning?.gradientNorm)
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
        line.add("identity", key.identity)
        line.add("engine", key.engine.rawValue)
        line.add("transport", key.transport)
        line.add("deadlineMilliseconds", key.deadlineMilliseconds)
        line.add("checkpointEvery", key.checkpointEvery)
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
            let identity = json.member("identity")?.text,
            let engine = json.member("engine")?.text.flatMap(Engine.init),
            let transport = json.member("transport")?.text,
            let deadline = json.member("deadlineMilliseconds")?.count,
            let checkpointEvery = json.member("checkpointEvery")?.count, let verdict = json.member("verdict")?.text
        else { return nil }
        key = CellKey(
            identity: identity, engine: engine, transport: transport, deadlineMilliseconds: deadline,
            checkpointEvery: checkpointEvery)
        for measure in SweepMeasure.allCases { set(measure, json.member(measure.rawValue)?.number) }
        lost = json.count(at: "lost")
        digest = json.member("modelDigest")?.text ?? ""
        seconds = json.member("seconds")?.number ?? 0
        self.verdict = verdict
        failure = json.member("failure")?.text
        fellApart = json.count(at: "fellApart") == 1
    }
}
