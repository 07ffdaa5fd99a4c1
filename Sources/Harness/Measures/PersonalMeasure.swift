// Personalised learning: what the nodes' own models come to, beside the common one that all other measures are of.
import Kernels
import Learning
import Metrics
import Scenario

struct PersonalMeasure: MomentMeasure {
    static let name = "personal"
    static let summary =
        "The models θ_i that honest nodes keep for themselves on the test part; x_i is the common model as node i has it."
    static let measuredAt = MeasuredAt.moments
    static let asked = "with training.exchange personal"
    static let figures = [
        Figure("ownAccuracyWorst", .share, better: .greater, "of the worst node's own model, min_i a(θ_i)"),
        Figure("ownAccuracyMean", .share, better: .greater, "(1/h) Σ a(θ_i)"),
        Figure("ownAccuracyBest", .share, better: .greater, "max_i a(θ_i)"),
        Figure(
            "ownAccuracies", .share, better: .greater, isList: true, "a(θ_i) by node; null for hostile and lost ones"),
        Figure("ownLossWorst", .loss, better: .less, "max_i l(θ_i)"),
        Figure("ownLossMean", .loss, better: .less, "(1/h) Σ l(θ_i)"),
        Figure("ownDistanceMean", .distance, "(1/h) Σ |θ_i - x_i|"),
        Figure("ownDistanceGreatest", .distance, "max_i |θ_i - x_i|"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        if figures.has("ownAccuracyWorst") {
            return (
                "own models, worst", "\(figures.text("ownAccuracyWorst"))   (mean \(figures.text("ownAccuracyMean")))"
            )
        }
        guard figures.has("ownLossWorst") else { return nil }
        return ("own models, worst", "loss \(figures.text("ownLossWorst"))   (mean \(figures.text("ownLossMean")))")
    }

    private let objective: any Objective
    private let test: Samples
    private let nodeCount: Int

    init?(_ assembly: Assembly, test: Samples) {
        guard assembly.keepsOwnModels else { return nil }
        objective = assembly.objective
        nodeCount = assembly.topology.nodeCount
        self.test = test
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        var figures = Figures()
        var byNode = [Double?](repeating: nil, count: nodeCount)
        var (losses, distances): ([Double?], [Double?]) = ([], [])
        for (node, common) in moment.models {
            guard let own = moment.ownModels[node] else { continue }
            let evaluation = objective.evaluate(own.span, on: test, scratch: &scratch)
            byNode[node.index] = evaluation.accuracy
            losses.append(evaluation.meanLoss.isNaN ? .infinity : evaluation.meanLoss)
            distances.append(squaredDistance(own.span, common.span).squareRoot())
        }
        guard !losses.isEmpty else { return figures }
        let accuracies = byNode.compactMap(\.self)
        if !accuracies.isEmpty {
            figures.add("ownAccuracyWorst", accuracies.min())
            figures.add("ownAccuracyMean", byNode.mean)
            figures.add("ownAccuracyBest", accuracies.max())
            figures.add("ownAccuracies", byNode)
        }
        figures.add("ownLossWorst", losses.compactMap(\.self).max())
        figures.add("ownLossMean", losses.mean)
        figures.add("ownDistanceMean", distances.mean)
        figures.add("ownDistanceGreatest", distances.compactMap(\.self).max())
        return figures
    }
}
