// Accuracy by class: a class that nobody knows any more hides in the accuracy over all.
import Learning
import Metrics
import Scenario

struct ClassesMeasure: MomentMeasure {
    static let name = "classes"
    static let summary = "Share of the test samples of each class c that the honest nodes' own models classify right."
    static let measuredAt = MeasuredAt.moments
    static let extra: ExtraMeasure? = .classes
    static let figures = [
        Figure(
            "classAccuracyWorst", .share, better: .greater, "of the worst class of the worst node, min_i min_c a_ic"),
        Figure("classAccuracyWorstMean", .share, better: .greater, "(1/h) Σ_i min_c a_ic"),
        Figure(
            "classAccuracies", .share, better: .greater, isList: true,
            "(1/h) Σ_i a_ic by class; null without test samples"),
        Figure("classAccuraciesWorst", .share, better: .greater, isList: true, "min_i a_ic by class"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("classAccuracyWorst") else { return nil }
        let mean = figures.text("classAccuracyWorstMean")
        return ("worst class, worst", "\(figures.text("classAccuracyWorst"))   (mean over nodes \(mean))")
    }

    private let objective: any Objective
    /// The test samples of each class.
    private let parts: [Samples]

    init?(_ assembly: Assembly, test: Samples) {
        guard let labels = test.targets.labels else { return nil }
        objective = assembly.objective
        parts = (0..<test.classCount).map { label in
            Batch(test, rows: labels.indices.filter { labels[$0] == label }.map { Int32($0) }).picked
        }
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        var shares = [[Double?]](repeating: [], count: parts.count)
        for (label, part) in parts.enumerated() {
            for (_, model) in moment.models {
                let evaluation = objective.evaluate(model.span, on: part, scratch: &scratch)
                shares[label].append(part.count == 0 ? nil : evaluation.accuracy)
            }
        }
        let worst = moment.models.indices.map { node in shares.compactMap { $0[node] }.min() }
        var figures = Figures()
        figures.add("classAccuracyWorst", worst.compactMap(\.self).min())
        figures.add("classAccuracyWorstMean", worst.mean)
        figures.add("classAccuracies", shares.map(\.mean))
        figures.add("classAccuraciesWorst", shares.map { $0.compactMap(\.self).min() })
        return figures
    }
}

extension [Double?] {
    /// Of those that are known; `nil` if none is.
    var mean: Double? {
        let known = compactMap(\.self)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
}
