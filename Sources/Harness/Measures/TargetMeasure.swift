// Rounds and bytes to a target accuracy.
import Metrics
import Scenario

enum TargetMeasure: RunMeasure {
    static let name = "target"
    static let summary = "The first measured moment at which an accuracy was at measure.target or above; null: never."
    static let measuredAt = MeasuredAt.end
    static let asked = "with measure.target"
    static let figures = [
        Figure("roundsToTargetWorst", .rounds, better: .less, "until accuracyWorst was there: every honest node"),
        Figure("roundsToTargetMean", .rounds, better: .less, "until accuracyMean was there"),
        Figure("bytesToTargetWorst", .bytes, better: .less, "modelBytes until accuracyWorst was there"),
        Figure("bytesToTargetMean", .bytes, better: .less, "modelBytes until accuracyMean was there"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard let target = experiment.measureTarget else { return nil }
        func way(_ rounds: String, _ bytes: String) -> String {
            figures[rounds] == nil ? "not reached" : "round \(figures.text(rounds)), \(figures.text(bytes))"
        }
        let worst = way("roundsToTargetWorst", "bytesToTargetWorst")
        return ("until \(percent(target)), all", "\(worst)   (mean: \(way("roundsToTargetMean", "bytesToTargetMean")))")
    }

    static func figures(of run: MeasuredRun) -> Figures {
        var figures = Figures()
        guard let target = run.assembly.experiment.measureTarget else { return figures }
        let worst = run.moments.first { ($0.figures["accuracyWorst"] ?? -1) >= target }
        let mean = run.moments.first { ($0.figures["accuracyMean"] ?? -1) >= target }
        figures.add("roundsToTargetWorst", worst.map { Double($0.rounds) })
        figures.add("roundsToTargetMean", mean.map { Double($0.rounds) })
        figures.add("bytesToTargetWorst", worst.flatMap { $0.figures["modelBytes"] })
        figures.add("bytesToTargetMean", mean.flatMap { $0.figures["modelBytes"] })
        return figures
    }
}
