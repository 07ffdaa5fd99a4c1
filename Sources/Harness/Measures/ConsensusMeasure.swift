// Consensus distance: how far the honest models are from their centre.
import Metrics

enum ConsensusMeasure: RecordMeasure {
    static let name = "consensus"
    static let summary = "How far the honest models x_i are from their mean x̄ (He, Karimireddy, Jaggi 2022)."
    static let measuredAt = MeasuredAt.moments
    static let figures = [
        Figure("consensusDistance", .distance, "√V with V = (1/h) Σ |x_i - x̄|²"),
        Figure("consensusRelative", .ratio, "√V / |x̄|"),
        Figure("consensusMedian", .distance, "median of |x_i - m|, with m the median of the models by coordinate"),
        Figure("consensusMedianRelative", .ratio, "the same by |m|"),
    ]

    static func figures(of record: EvaluationRecord) -> Figures {
        var figures = Figures()
        figures.add("consensusDistance", record.distance.rootMeanSquare)
        figures.add("consensusRelative", record.distance.relative)
        figures.add("consensusMedian", record.distance.median)
        figures.add("consensusMedianRelative", record.distance.medianRelative)
        return figures
    }
}
