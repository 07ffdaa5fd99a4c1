// How far the honest models are from the one that an attack wants.
import Kernels
import Learning
import Metrics
import Scenario

struct TargetDistanceMeasure: MomentMeasure {
    static let name = "targetDistance"
    static let summary =
        "How far the honest models x_i are from the model x† that an attack wants; of several attacks the first."
    static let measuredAt = MeasuredAt.moments
    static let asked = "where an attack has a target model"
    static let figures = [
        Figure("targetDistanceMean", .distance, "(1/h) Σ |x_i - x†|"),
        Figure("targetDistanceLeast", .distance, better: .greater, "min_i |x_i - x†|"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("targetDistanceMean") else { return nil }
        let mean = figures.text("targetDistanceMean")
        return ("from target model", "\(mean)   (nearest node \(figures.text("targetDistanceLeast")))")
    }

    private let target: [Float]

    init?(_ assembly: Assembly, test: Samples) {
        guard let target = assembly.attackTargets.first else { return nil }
        self.target = target
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        let distances = moment.models.map { squaredDistance($0.model.span, target.span).squareRoot() }
        let mean = distances.reduce(0, +) / Double(distances.count)
        var figures = Figures()
        figures.add("targetDistanceMean", mean)
        figures.add("targetDistanceLeast", distances.min())
        return figures
    }
}
