// What theory promises of stability and of the generalization gap, beside what twin runs measure.
import Metrics
import Scenario

enum StabilityBoundMeasure: RunMeasure {
    static let name = "stabilityBounds"
    static let summary =
        "Bounds on uniform stability (Boudou et al. 2025, arXiv 2506.18020, theorems 3.1 and 3.3), of n nodes, a rule "
        + "told f, the least number m of samples of an honest node, steps γ_t and S = Σ γ_t; with weight decay μ the "
        + "loss is strongly convex, and 1/μ stands for a greater S. They need a complete graph, a smooth convex loss, "
        + "short plain steps and a rule of known κ; where something is missing a warning says what. Batches make them "
        + "bounds in expectation."
    static let measuredAt = MeasuredAt.end
    static let asked = "with measure.stability.twins"
    static let figures = [
        Figure("lossSlope", .ratio, "C, the greatest norm of a gradient over all samples, within the projection"),
        Figure("lossCurvature", .ratio, "L, the greatest curvature of a sample's loss"),
        Figure("ruleKappa", .ratio, "κ of the rule for n inputs, f of them hostile, as published"),
        Figure(
            "poisoningBound", .loss,
            "2 S C² (f/(n-f) + 1/((n-f)m)): hostile nodes poison their data at most, and the rule averages n-f"),
        Figure("byzantineBound", .loss, "2 S C² (√κ + 1/((n-f)m)): hostile nodes may send anything, the same to all"),
        Figure(
            "heterogeneityBound", .loss,
            "2 S C (√(κ(G² + σ²/B)) + C/((n-f)m)), G² and σ² the greatest dissimilarity and variance met on the way"),
        Figure(
            "generalizationBound", .loss,
            "β + (2Nβ + M) √(log(2/δ)/(2N)) with the least bound β, N samples, losses up to M: the gap, chance 1-δ/2"),
        Figure(
            "excessRiskBound", .loss,
            "generalizationBound + 2R |∇F| + M √(log(2/δ)/(2N)), R the radius: risk above the least there"
        ),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("byzantineBound") else { return nil }
        let poisoning = figures.has("poisoningBound") ? "poisoning \(figures.text("poisoningBound")), " : ""
        return (
            "stability, bound",
            "\(poisoning)Byzantine \(figures.text("byzantineBound"))   (κ \(figures.text("ruleKappa")))"
        )
    }

    static func figures(of run: MeasuredRun) -> Figures {
        var figures = Figures()
        guard let bounds = run.stability?.bounds else { return figures }
        func add(_ name: String, _ value: Double?) {
            if let value, value.isFinite { figures.add(name, value) }
        }
        add("lossSlope", bounds.slope)
        add("lossCurvature", bounds.curvature)
        add("ruleKappa", bounds.kappa)
        add("poisoningBound", bounds.poisoning)
        add("byzantineBound", bounds.byzantine)
        add("heterogeneityBound", bounds.measured)
        add("generalizationBound", bounds.generalization)
        if let gap = bounds.generalization, let estimation = bounds.estimation, let excess = bounds.optimization {
            add("excessRiskBound", gap + excess + estimation)
        }
        return figures
    }
}
