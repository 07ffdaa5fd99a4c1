// Uniform stability as twin runs show it, and the generalization gap.
import Metrics
import Scenario

enum StabilityMeasure: RunMeasure {
    static let name = "stability"
    static let summary =
        "The run simulated again, once a twin, with one sample of an honest node exchanged for one of the test part; "
        + "hostile data, batches and draws stay the same. θ_i and θ'_i are the honest models at the two ends, z goes "
        + "over the test part and over all honest training samples. Hostile nodes forge anew in a twin, or send what "
        + "they sent in the first run (frozen). Measured over some exchanges, it bounds uniform stability (Bousquet, "
        + "Elisseeff 2002; Boudou et al. 2025, arXiv 2506.18020) from below."
    static let measuredAt = MeasuredAt.end
    static let asked = "with measure.stability.twins"
    static let figures = [
        Figure("stabilityWorst", .loss, better: .less, "max over twins and i of sup_z |ℓ(θ_i; z) - ℓ(θ'_i; z)|"),
        Figure("stabilityMean", .loss, better: .less, "the same, the mean over twins of the mean over i"),
        Figure("stabilityTest", .loss, better: .less, "stabilityWorst with z in the test part alone"),
        Figure("stabilityTraining", .loss, better: .less, "stabilityWorst with z in the training samples alone"),
        Figure("twinDistanceWorst", .distance, better: .less, "max over twins and i of |θ_i - θ'_i|"),
        Figure("twinDistanceMean", .distance, better: .less, "the same, the mean over twins of the mean over i"),
        Figure("stabilityFrozenWorst", .loss, better: .less, "stabilityWorst with frozen messages"),
        Figure("stabilityFrozenMean", .loss, better: .less, "stabilityMean with frozen messages"),
        Figure("twinDistanceFrozenWorst", .distance, better: .less, "twinDistanceWorst with frozen messages"),
        Figure(
            "stabilityOfTwins", .loss, better: .less, isList: true,
            "max over i of sup_z |ℓ(θ_i; z) - ℓ(θ'_i; z)|, for each twin"),
        Figure(
            "generalizationGapWorst", .loss, better: .less,
            "max over i of test loss minus the mean of the honest nodes' training losses"),
        Figure("generalizationGapMean", .loss, better: .less, "the same, the mean over i"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("stabilityWorst") || figures.has("stabilityFrozenWorst") else { return nil }
        let parts = [
            figures.has("stabilityWorst") ? figures.text("stabilityWorst") : nil,
            figures.has("stabilityFrozenWorst") ? "frozen \(figures.text("stabilityFrozenWorst"))" : nil,
            "gap \(figures.text("generalizationGapWorst"))",
        ]
        return ("stability, worst", parts.compactMap(\.self).joined(separator: ", "))
    }

    static func figures(of run: MeasuredRun) -> Figures {
        var figures = Figures()
        guard let stability = run.stability else { return figures }
        let adaptive = stability.twins.compactMap(\.adaptive).filter { !$0.isEmpty }
        let frozen = stability.twins.compactMap(\.frozen).filter { !$0.isEmpty }
        if !adaptive.isEmpty {
            figures.add("stabilityWorst", greatest(adaptive, \.worst))
            figures.add("stabilityMean", mean(adaptive, \.worst))
            figures.add("stabilityTest", greatest(adaptive, \.test))
            figures.add("stabilityTraining", greatest(adaptive, \.training))
            figures.add("twinDistanceWorst", greatest(adaptive, \.distance))
            figures.add("twinDistanceMean", mean(adaptive, \.distance))
        }
        if !frozen.isEmpty {
            figures.add("stabilityFrozenWorst", greatest(frozen, \.worst))
            figures.add("stabilityFrozenMean", mean(frozen, \.worst))
            figures.add("twinDistanceFrozenWorst", greatest(frozen, \.distance))
        }
        figures.add(
            "stabilityOfTwins",
            (adaptive.isEmpty ? frozen : adaptive).map { greatest([$0], \.worst) })
        figures.add("generalizationGapWorst", stability.generalizationGaps.max())
        figures.add("generalizationGapMean", stability.generalizationGaps.map { $0 }.mean)
        return figures
    }

    private static func greatest(
        _ twins: [[StabilityResult.Gap]], _ value: (StabilityResult.Gap) -> Double
    ) -> Double? {
        twins.flatMap { $0.map(value) }.max()
    }

    private static func mean(
        _ twins: [[StabilityResult.Gap]], _ value: (StabilityResult.Gap) -> Double
    ) -> Double? {
        twins.map { $0.map(value).mean }.mean
    }
}
