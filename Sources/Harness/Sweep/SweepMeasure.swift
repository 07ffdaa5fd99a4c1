// SweepMeasure: a figure of the catalogue of measures, as sweeps compare cells by it. Those that tables mostly show
// have a short name and a caption here; all others go by their name in the catalogue.
import Metrics

/// A figure that cells are compared by, at the end of a run and over its honest nodes.
public struct SweepMeasure: Sendable, Hashable, RawRepresentable, CaseIterable, CustomStringConvertible {
    public let figure: Figure
    /// Its name as a column, and after `--measure`.
    public let rawValue: String
    /// For captions.
    public let title: String

    private init(_ figure: String, as name: String, _ title: String) {
        guard let figure = MeasureCatalog.figure(named: figure) else {
            preconditionFailure("there is no figure \(figure)")
        }
        self.figure = figure
        rawValue = name
        self.title = title
    }

    private init(_ figure: Figure) {
        self.figure = figure
        rawValue = figure.name
        title = "the figure \(figure.name), \(figure.definition)"
    }

    public init?(rawValue: String) {
        guard let measure = SweepMeasure.named[rawValue] else { return nil }
        self = measure
    }

    public var description: String { rawValue }

    public static func == (a: SweepMeasure, b: SweepMeasure) -> Bool { a.rawValue == b.rawValue }
    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

extension SweepMeasure {
    public static let worst = SweepMeasure("accuracyWorst", as: "worst", "test accuracy of the worst honest node")
    public static let mean = SweepMeasure("accuracyMean", as: "mean", "mean test accuracy of the honest nodes")
    public static let best = SweepMeasure("accuracyBest", as: "best", "test accuracy of the best honest node")
    public static let averageModel = SweepMeasure(
        "accuracyAverageModel", as: "averageModel", "test accuracy of the average honest model")
    public static let worstLoss = SweepMeasure("lossWorst", as: "worstLoss", "test loss of the worst honest node")
    public static let loss = SweepMeasure("lossMean", as: "loss", "mean test loss of the honest nodes")
    public static let validation = SweepMeasure(
        "validationAccuracyWorst", as: "validation", "validation accuracy of the worst honest node")
    public static let validationLoss = SweepMeasure(
        "validationLossWorst", as: "validationLoss", "validation loss of the worst honest node")
    public static let excessLoss = SweepMeasure(
        "excessLossWorst", as: "excessLoss", "training loss above the least, of the worst honest node")
    public static let optimumDistance = SweepMeasure(
        "optimumDistanceWorst", as: "optimumDistance", "distance from the optimum of the worst honest node")
    public static let consensus = SweepMeasure(
        "consensusDistance", as: "consensus", "consensus distance of the honest nodes")
    public static let medianConsensus = SweepMeasure(
        "consensusMedian", as: "medianConsensus", "consensus distance of the median honest node")
    public static let learningError = SweepMeasure(
        "learningError", as: "learningError", "gradient norm at the average honest model")
    public static let generalizationGap = SweepMeasure(
        "generalizationGap", as: "generalizationGap", "test loss minus training loss of the average honest model")
    public static let stability = SweepMeasure(
        "stabilityWorst", as: "stability", "measured uniform stability of the worst honest node")
    public static let frozenStability = SweepMeasure(
        "stabilityFrozenWorst", as: "frozenStability",
        "measured uniform stability of the worst honest node, hostile messages frozen")
    public static let twinDistance = SweepMeasure(
        "twinDistanceWorst", as: "twinDistance", "distance of the worst honest node from its twin")
    public static let epsilon = SweepMeasure("epsilonWorst", as: "epsilon", "ε of the honest node that spends most")
    public static let membership = SweepMeasure(
        "membershipWorst", as: "membership", "membership inference (AUC) against the worst honest node")
    public static let meanMembership = SweepMeasure(
        "membershipMean", as: "meanMembership", "mean membership inference (AUC) against the honest nodes")
    public static let meanMembershipTPR = SweepMeasure(
        "membershipTPRMean", as: "meanMembershipTPR",
        "mean share of members found where 1 % of the others are taken for some")

    /// Those with a name and a caption of their own, in the order of columns.
    public static let usual = [
        worst, mean, best, averageModel, worstLoss, loss, validation, validationLoss, excessLoss, optimumDistance,
        consensus, medianConsensus, learningError, generalizationGap, stability, frozenStability, twinDistance, epsilon,
        membership, meanMembership, meanMembershipTPR,
    ]

    /// The usual ones, and then every other figure that is one number.
    public static let allCases: [SweepMeasure] = {
        let taken = Set(usual.map(\.figure.name))
        return usual + MeasureCatalog.figures.filter { !$0.isList && !taken.contains($0.name) }.map { SweepMeasure($0) }
    }()

    private static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
}

extension SweepMeasure {
    /// Whether it is a share, shown as a percentage.
    var isShare: Bool { figure.unit == .share }

    /// Which of two values is the better one; `nil` where a useful model may have either.
    var better: ((Double, Double) -> Bool)? {
        figure.better.map { $0 == .greater ? { $0 > $1 } : { $0 < $1 } }
    }

    /// A value with its unit.
    func text(_ value: Double) -> String { isShare ? percent(value) : significant(value) }

    /// A value in a cell, where the caption says the unit.
    func short(_ value: Double) -> String { isShare ? rounded(100 * value, 1) : significant(value) }

    /// For the key of a drawing.
    var drawn: NodeMeasure {
        NodeMeasure(
            title, unit: isShare ? "%" : "", isBetterAbove: figure.better.map { $0 == .greater }, figure: short)
    }

    /// The data that it is seen of; `nil` where it is of the training samples, or of models alone, or of more than one
    /// part.
    var part: SweepChoice.Part? {
        if Self.ofTest.contains(figure.name) { return .test }
        return Self.ofValidation.contains(figure.name) ? .validation : nil
    }

    /// Whether there are tasks without it.
    var mayBeMissing: Bool { !Self.ofEveryRun.contains(figure.name) }

    private static let ofTest = Set((AccuracyMeasure.figures + LossMeasure.figures).map(\.name))
    private static let ofValidation = Set(ValidationMeasure.figures.map(\.name))
    private static let ofEveryRun = Set(
        (LossMeasure.figures + ConsensusMeasure.figures).map(\.name) + ["learningError"])
}
