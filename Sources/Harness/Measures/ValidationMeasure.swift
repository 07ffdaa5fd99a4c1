// Accuracy and loss of the honest nodes' own models on the validation part, which hyper-parameters are chosen on.
import Metrics

enum ValidationMeasure: RecordMeasure {
    static let name = "validation"
    static let summary = "What the honest nodes' own models come to on the validation part."
    static let measuredAt = MeasuredAt.moments
    static let asked = "where there is a validation part, see task.validation"
    static let figures = [
        Figure("validationAccuracyWorst", .share, better: .greater, "of the worst node, min_i a_i"),
        Figure("validationAccuracyMean", .share, better: .greater, "(1/h) Σ a_i over the h honest nodes"),
        Figure("validationLossWorst", .loss, better: .less, "of the worst node, max_i l_i"),
        Figure("validationLossMean", .loss, better: .less, "(1/h) Σ l_i over the h honest nodes"),
    ]

    static func figures(of record: EvaluationRecord) -> Figures {
        var figures = Figures()
        guard let validation = record.validation else { return figures }
        if let accuracy = validation.accuracy {
            figures.add("validationAccuracyWorst", accuracy.least)
            figures.add("validationAccuracyMean", accuracy.mean)
        }
        figures.add("validationLossWorst", validation.loss.greatest)
        figures.add("validationLossMean", validation.loss.mean)
        return figures
    }
}
