// Accuracy of the honest nodes' own models on the test part.
import Learning
import Metrics
import Scenario

struct AccuracyMeasure: RecordMeasure, MomentMeasure {
    static let name = "accuracy"
    static let summary = "Share of the test samples that the honest nodes' own models classify right."
    static let measuredAt = MeasuredAt.moments
    static let asked = "always, where there are classes"
    static let figures = [
        Figure("accuracyWorst", .share, better: .greater, "of the worst node, min_i a_i"),
        Figure("accuracyMean", .share, better: .greater, "(1/h) Σ a_i over the h honest nodes"),
        Figure("accuracyBest", .share, better: .greater, "of the best node, max_i a_i"),
        Figure("accuracyAverageModel", .share, better: .greater, "of the mean of the models; it hides disagreement"),
        Figure(
            "accuracyDeviation", .share, better: .less, "standard deviation of the a_i, with 1/(h-1); 0 of one node"),
    ]

    init?(_ assembly: Assembly, test: Samples) {
        guard test.classCount > 0 else { return nil }
    }

    static func figures(of record: EvaluationRecord) -> Figures {
        var figures = Figures()
        guard let accuracy = record.test.accuracy else { return figures }
        figures.add("accuracyWorst", accuracy.least)
        figures.add("accuracyMean", accuracy.mean)
        figures.add("accuracyBest", accuracy.greatest)
        figures.add("accuracyAverageModel", accuracy.averageModel)
        return figures
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        var figures = Figures()
        let accuracies = moment.accuracies.compactMap(\.self)
        if !accuracies.isEmpty { figures.add("accuracyDeviation", Self.deviation(accuracies)) }
        return figures
    }

    static func deviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}
