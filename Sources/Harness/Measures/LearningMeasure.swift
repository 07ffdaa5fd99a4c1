// What the average honest model is worth on the honest training problem, whose optimum need not be known.
import Metrics
import Registry

enum LearningMeasure: RunMeasure {
    static let name = "learning"
    static let summary =
        "The mean x̄ of the honest models on the training problem F, in which all honest nodes that have data count the "
        + "same."
    static let measuredAt = MeasuredAt.end
    static let figures = [
        Figure("learningError", .norm, "|∇F(x̄)|, weight decay included: 0 where the problem is solved"),
        Figure("generalizationGap", .loss, better: .less, "test loss of x̄ minus its mean training loss"),
    ]

    static func figures(of run: MeasuredRun) -> Figures {
        var figures = Figures()
        guard let learning = run.learning else { return figures }
        figures.add("learningError", learning.gradientNorm)
        figures.add("generalizationGap", learning.generalizationGap)
        return figures
    }
}
