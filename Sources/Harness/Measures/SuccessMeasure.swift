// Attack success rate: how often the honest nodes' models say what an attack on data wants them to say.
import Learning
import Metrics
import Registry
import Scenario

struct SuccessMeasure: MomentMeasure {
    static let name = "success"
    static let summary =
        "Share of the test samples that an attack wants to be taken for another class, and are: for a "
        + "backdoor those of other classes than its target, with the whole trigger, taken for the target; for "
        + "flips of labels those of the classes that it moves, taken for what it makes of them. Of several "
        + "such attacks the most successful."
    static let measuredAt = MeasuredAt.moments
    static let asked = "wherever an attack wants that; with measure.also success it must"
    static let figures = [
        Figure("successWorst", .share, better: .less, "of the node that falls for it most often, max_i s_i"),
        Figure("successMean", .share, better: .less, "(1/h) Σ s_i over the h honest nodes"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("successWorst") else { return nil }
        return ("attack success, worst", "\(figures.text("successWorst"))   (mean \(figures.text("successMean")))")
    }

    private let objective: any Objective
    private let wanted: [Samples]

    init?(_ assembly: Assembly, test: Samples) throws(ConfigurationFault) {
        objective = assembly.objective
        wanted = assembly.wanted(of: test).filter { $0.count > 0 }
        if wanted.isEmpty { return nil }
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        let rates = moment.models.map { _, model in
            wanted.compactMap { objective.evaluate(model.span, on: $0, scratch: &scratch).accuracy }.max()
        }
        var figures = Figures()
        figures.add("successWorst", rates.compactMap(\.self).max())
        figures.add("successMean", rates.mean)
        return figures
    }
}
