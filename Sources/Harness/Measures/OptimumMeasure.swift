// Learning error: how far the honest models are from the optimum of the honest training problem.
import Metrics

enum OptimumMeasure: RecordMeasure {
    static let name = "optimum"
    static let summary = "How far the honest models are from the least x* of the honest nodes' mean training loss F."
    static let measuredAt = MeasuredAt.moments
    static let asked = "where the optimum is known, see measure.optimum"
    static let figures = [
        Figure("excessLossWorst", .loss, better: .less, "max_i F(x_i) - F(x*)"),
        Figure("excessLossMean", .loss, better: .less, "(1/h) Σ F(x_i) - F(x*)"),
        Figure("optimumDistanceWorst", .distance, better: .less, "max_i |x_i - x*|"),
        Figure("optimumDistanceMean", .distance, better: .less, "(1/h) Σ |x_i - x*|"),
    ]

    static func figures(of record: EvaluationRecord) -> Figures {
        var figures = Figures()
        guard let optimum = record.optimum else { return figures }
        figures.add("excessLossWorst", optimum.excessLoss.greatest)
        figures.add("excessLossMean", optimum.excessLoss.mean)
        figures.add("optimumDistanceWorst", optimum.distance.greatest)
        figures.add("optimumDistanceMean", optimum.distance.mean)
        return figures
    }
}
