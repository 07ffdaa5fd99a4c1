// Attack impact: what the attack, and what mixing at all, made of the same seeds.
import Kernels
import Metrics
import Scenario

enum ImpactMeasure: RunMeasure {
    static let name = "impact"
    static let summary =
        "The same honest nodes at the end of a reference run of the same seeds: noAttack, in which the "
        + "hostile nodes follow the protocol, or noCommunication, in which each learns alone. A rule is "
        + "useful only above the latter."
    static let measuredAt = MeasuredAt.end
    static let asked = "with measure.reference"
    static let figures = [
        Figure(
            "attackImpactWorst", .score, better: .less,
            "accuracyWorst without attack minus accuracyWorst; of losses, where nothing is classified, the other way"),
        Figure("attackImpactMean", .score, better: .less, "the same of accuracyMean"),
        Figure("honestDrift", .distance, better: .less, "(1/h) Σ |x_i - x'_i|, with x'_i the models without attack"),
        Figure("ownDrift", .distance, better: .less, "the same of the nodes' own models, where they keep such"),
        Figure(
            "communicationGainWorst", .score, better: .greater, "accuracyWorst minus that of nodes that learn alone"),
        Figure("communicationGainMean", .score, better: .greater, "the same of accuracyMean"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        let isShare = figures.has("accuracyWorst")
        func text(_ name: String) -> String? {
            guard figures.has(name) else { return nil }
            return figures[name].map { isShare ? "\(rounded(100 * $0, 1)) points" : significant($0) } ?? "–"
        }
        let parts = [
            text("attackImpactWorst").map { "attack costs \($0)" },
            text("communicationGainWorst").map { "mixing brings \($0)" },
        ].compactMap(\.self)
        return parts.isEmpty ? nil : ("compared, worst", parts.joined(separator: ", "))
    }

    static func figures(of run: MeasuredRun) -> Figures {
        var figures = Figures()
        for reference in run.references {
            guard let end = reference.end(like: run.final) else { continue }
            let sign = run.final.test.measure == .accuracy ? 1.0 : -1
            let worst = sign * (end.test.worst - run.final.test.worst)
            let mean = sign * (end.test.spread.mean - run.final.test.spread.mean)
            switch reference.kind {
            case .noAttack:
                figures.add("attackImpactWorst", worst)
                figures.add("attackImpactMean", mean)
                figures.add("honestDrift", drift(run.models, reference.models))
                if run.assembly.keepsOwnModels {
                    let own = run.models.compactMap { one in run.ownModels[one.node].map { (node: one.node, model: $0) }
                    }
                    figures.add("ownDrift", drift(own, reference.ownModels.map { (node: $0.key, model: $0.value) }))
                }
            case .noCommunication:
                figures.add("communicationGainWorst", 0 - worst)
                figures.add("communicationGainMean", 0 - mean)
            }
        }
        return figures
    }

    /// Over nodes that have a model in both.
    static func drift(
        _ models: [(node: NodeID, model: [Float])], _ others: [(node: NodeID, model: [Float])]
    ) -> Double? {
        let distances = models.map { node, model in
            others.first { $0.node == node }.map { squaredDistance(model.span, $0.model.span).squareRoot() }
        }
        return distances.mean
    }
}
