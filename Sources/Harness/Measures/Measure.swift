// What a measure is: something that is measured of the honest nodes, at moments of a run or at its end. A new one is
// one file here and one line in MeasureCatalog.
import Core
import Kernels
import Learning
import Metrics
import Registry
import Scenario

/// One number, or one list of numbers, that a measure gives.
public struct Figure: Sendable {
    public enum Unit: String, Sendable {
        /// A score is of the task's measure: a share where something is classified, else a loss.
        case share, score, loss, distance, norm, squaredNorm, ratio, rounds, count, bytes, epsilon
    }
    public enum Better: String, Sendable { case greater, less }

    /// Its key in `metrics.jsonl` and `summary.json`, under `measures`.
    public let name: String
    public let unit: Unit
    /// `nil` where a useful run may have any.
    public let better: Better?
    public let isList: Bool
    /// With the formula.
    public let definition: String

    init(_ name: String, _ unit: Unit, better: Better? = nil, isList: Bool = false, _ definition: String) {
        self.name = name
        self.unit = unit
        self.better = better
        self.isList = isList
        self.definition = definition
    }
}

extension Figure {
    /// "share", "list of shares", "share, the less the better".
    public var unitInWords: String {
        let unit = unit == .squaredNorm ? "squared norm" : unit.rawValue
        return (isList ? "list, \(unit)" : unit) + (better.map { ", the \($0.rawValue) the better" } ?? "")
    }

    /// A value as a person reads it; "–" for none.
    public func text(_ value: Double?) -> String {
        guard let value, !value.isNaN else { return "–" }
        guard value.isFinite else {
            return unit == .epsilon && value > 0 ? PrivacyReport.text(value) : "diverged"
        }
        return switch unit {
        case .share: percent(value)
        case .rounds, .count: rounded(value, 0)
        case .bytes: "\(significant(value / 1e6)) MB"
        case .score, .loss, .distance, .norm, .squaredNorm, .ratio, .epsilon: significant(value)
        }
    }
}

extension Figures {
    /// The figure of this name as a person reads it.
    func text(_ name: String) -> String { MeasureCatalog.figure(named: name)?.text(self[name]) ?? "–" }
    func has(_ name: String) -> Bool { value(name) != nil }
}

/// When a measure is taken.
public enum MeasuredAt: String, Sendable {
    case moments = "whenever the run is measured"
    case end = "at the end of the run"
    case both = "whenever the run is measured, and at its end"
}

/// Something that is measured of a run.
public protocol Measure: Sendable {
    static var name: String { get }
    /// What it is, and where it is from.
    static var summary: String { get }
    static var figures: [Figure] { get }
    static var measuredAt: MeasuredAt { get }
    /// When it is to be had, in words.
    static var asked: String { get }
    /// What `measure.also` must name, where it does not come by itself.
    static var extra: ExtraMeasure? { get }
    /// The most important of its figures at the end of a run, for a terminal: at most 57 characters; none where other
    /// lines show them, or where there are none.
    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)?
}

extension Measure {
    public static var extra: ExtraMeasure? { nil }
    public static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? { nil }
    public static var asked: String { extra.map { "with measure.also \($0.rawValue)" } ?? "always" }
}

/// What every record of a moment holds already, under other keys.
protocol RecordMeasure: Measure {
    static func figures(of record: EvaluationRecord) -> Figures
}

/// What is taken of the models of one moment.
protocol MomentMeasure: Measure {
    /// - Parameter test: the part of the data that no node has.
    /// - Returns: `nil` where the experiment neither asks for it nor has it.
    init?(_ assembly: Assembly, test: Samples) throws(ConfigurationFault)

    mutating func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures
}

/// What is taken of a whole run.
protocol RunMeasure: Measure {
    static func figures(of run: MeasuredRun) throws(ConfigurationFault) -> Figures
}

/// The honest nodes at one moment of a run.
struct Moment {
    let rounds: Int
    /// Ascending by node, at least one.
    let models: [(node: NodeID, model: [Float])]
    /// Their mean.
    let average: [Float]
    /// What each of them comes to on the test part, by the task's measure.
    let accuracies: [Double?]
    let losses: [Double]
    /// What the nodes told of their rounds since the moment before.
    let records: [NodeID: NodeRecord]
    /// Their last mixes, where these are measured.
    let mixes: [NodeID: MixSample]
    /// Their own models, where they have such beside what they share.
    let ownModels: [NodeID: [Float]]
}

/// What nodes told beside their models: of one moment, or of several by rounds.
public struct MomentReports: Sendable {
    var records: [NodeID: NodeRecord] = [:]
    var mixes: [NodeID: MixSample] = [:]
    var ownModels: [NodeID: [Float]] = [:]

    public init() {}
}

/// A run that has ended, as far as it is measured.
struct MeasuredRun {
    let assembly: Assembly
    /// Everything that was measured at each moment, in order of rounds; the end is the last.
    let moments: [(rounds: Int, figures: Figures)]
    let final: EvaluationRecord
    /// Of the honest nodes that finished, ascending.
    let models: [(node: NodeID, model: [Float])]
    /// Their own models, where they have such beside what they share.
    let ownModels: [NodeID: [Float]]
    /// What the rules did in all rounds.
    let screening: Screening
    let references: [ReferenceRun]
    /// Of the average honest model.
    var learning: LearningFigures?
    /// Where it was asked for.
    var equivocations: Equivocations?
    /// Where twins were asked for.
    var stability: StabilityResult?
}
