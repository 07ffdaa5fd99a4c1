// Loss of the honest nodes' own models on the test part.
import Metrics

enum LossMeasure: RecordMeasure {
    static let name = "loss"
    static let summary = "Mean loss of the honest nodes' own models over the test samples."
    static let measuredAt = MeasuredAt.moments
    static let figures = [
        Figure("lossWorst", .loss, better: .less, "of the worst node, max_i l_i"),
        Figure("lossMean", .loss, better: .less, "(1/h) Σ l_i over the h honest nodes"),
        Figure("lossBest", .loss, better: .less, "of the best node, min_i l_i"),
        Figure("lossAverageModel", .loss, better: .less, "of the mean of the models; it hides disagreement"),
    ]

    static func figures(of record: EvaluationRecord) -> Figures {
        var figures = Figures()
        figures.add("lossWorst", record.test.loss.greatest)
        figures.add("lossMean", record.test.loss.mean)
        figures.add("lossBest", record.test.loss.least)
        figures.add("lossAverageModel", record.test.loss.averageModel)
        return figures
    }
}
