// Consensus as ByrdLab's code has it, so that its tables can be compared with ours; beside it, what other codes call
// the accuracy of a run.
import Kernels
import Learning
import Metrics
import Scenario

struct VarianceNormMeasure: MomentMeasure {
    static let name = "varianceNorm"
    static let summary =
        "Consensus by another convention: ByrdLab's consensus error. Other codes' accuracies are accuracyMean (mean "
        + "over honest nodes) and accuracyAverageModel (their average model); ours is accuracyWorst."
    static let measuredAt = MeasuredAt.moments
    static let extra: ExtraMeasure? = .varianceNorm
    static let figures = [
        Figure(
            "varianceNorm", .squaredNorm, better: .less,
            "|v| with v_k = (1/h) Σ (x_ik - x̄_k)², the variance of coordinate k over the h honest models")
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("varianceNorm") else { return nil }
        let accuracies =
            figures.has("accuracyMean")
            ? "mean \(figures.text("accuracyMean")), average \(figures.text("accuracyAverageModel")), " : ""
        return ("other conventions", "\(accuracies)variances \(figures.text("varianceNorm"))")
    }

    init?(_ assembly: Assembly, test: Samples) {}

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        var variances = [Double](repeating: 0, count: moment.average.count)
        var centre = variances
        let share = 1 / Double(moment.models.count)
        for (_, model) in moment.models {
            for place in centre.indices { centre[place] += share * Double(model[place]) }
        }
        for (_, model) in moment.models {
            for place in variances.indices {
                let offset = Double(model[place]) - centre[place]
                variances[place] += share * offset * offset
            }
        }
        let square = variances.reduce(0) { $0 + $1 * $1 }
        var figures = Figures()
        figures.add("varianceNorm", square.isNaN ? .infinity : square.squareRoot())
        return figures
    }
}
