// How unlike the nodes' data are, as their gradients show it: dissimilarity of the honest ones, and the distances that
// label poisoning is judged by.
import Kernels
import Learning
import Metrics
import Registry
import Scenario

struct GradientsMeasure: MomentMeasure, RunMeasure {
    static let name = "gradients"
    static let summary =
        "Gradients ∇f_i of each node's own training loss, over all its data and with weight decay, at the "
        + "mean x̄ of the honest models; ∇F is the mean of those of the h honest nodes with data. "
        + "(G,B)-dissimilarity (Allouah et al. 2023) is p ≤ G² + B² q at every moment, with G² and B² what "
        + "some texts call G and B; ξ and A are of Peng, Li, Vlaski, Ling 2024."
    static let measuredAt = MeasuredAt.both
    static let extra: ExtraMeasure? = .gradients
    static let figures = [
        Figure("dissimilarity", .squaredNorm, better: .less, "p = (1/h) Σ |∇f_i - ∇F|²"),
        Figure("gradientSquared", .squaredNorm, better: .less, "q = |∇F|²"),
        Figure("regularDistance", .distance, better: .less, "ξ = max |∇f_i - ∇F| over the honest nodes"),
        Figure("poisonedDistance", .distance, "A = max |∇f_i - ∇F| over the nodes with poisoned data"),
        Figure(
            "heterogeneityG2", .squaredNorm, better: .less,
            "the least G² with B² ≤ n/f - 2, beyond which nothing withstands f of n; f hostile nodes, or 1"),
        Figure("heterogeneityB2", .ratio, better: .less, "the least B² for that G²"),
        Figure(
            "heterogeneityCurve", .squaredNorm, better: .less, isList: true,
            "max_k (p_k - B² q_k)_+ over the moments k, for B² = \(gridInWords)"),
    ]
    static let grid = [0, 0.25, 0.5, 1, 2, 4, 8, 16]
    private static var gridInWords: String { grid.map(significant).joined(separator: ", ") }

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("regularDistance") else { return nil }
        let poisoned = figures.has("poisonedDistance") ? ", poisoned A \(figures.text("poisonedDistance"))" : ""
        return ("gradients, from mean", "honest ξ \(figures.text("regularDistance"))\(poisoned)")
    }

    private struct Holder {
        let data: Batch
        let objective: any Objective
        let poison: (any BatchPoison)?
    }

    private let decay: Double
    private let honest: [Holder]
    private let poisoned: [Holder]

    init?(_ assembly: Assembly, test: Samples) throws(ConfigurationFault) {
        decay = assembly.experiment.training.weightDecay
        var (honest, poisoned): ([Holder], [Holder]) = ([], [])
        for node in assembly.topology.nodes where !assembly.parts[node.index].isEmpty {
            guard assembly.poisons(node) || assembly.honest.contains(node) else { continue }
            let holder = Holder(
                data: try assembly.shard(of: node), objective: assembly.objective(of: node),
                poison: assembly.batchPoison(of: node))
            if assembly.poisons(node) { poisoned.append(holder) } else { honest.append(holder) }
        }
        if honest.isEmpty { return nil }
        (self.honest, self.poisoned) = (honest, poisoned)
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        figures(at: moment.average, scratch: &scratch)
    }

    /// - Parameter point: x̄.
    func figures(at point: [Float], scratch: inout ObjectiveScratch) -> Figures {
        let gradients = honest.map { gradient(of: $0, at: point, &scratch) }
        var mean = [Double](repeating: 0, count: point.count)
        for gradient in gradients {
            for place in mean.indices { mean[place] += gradient[place] / Double(gradients.count) }
        }
        let squares = gradients.map { $0.minus(mean).squaredNorm }
        let ofPoisoned = poisoned.map { gradient(of: $0, at: point, &scratch).minus(mean).squaredNorm }
        var figures = Figures()
        figures.add("dissimilarity", squares.reduce(0, +) / Double(squares.count))
        figures.add("gradientSquared", mean.squaredNorm)
        figures.add("regularDistance", squares.max()?.squareRoot())
        if !poisoned.isEmpty { figures.add("poisonedDistance", ofPoisoned.max()?.squareRoot()) }
        return figures
    }

    private func gradient(
        of holder: Holder, at point: [Float], _ scratch: inout ObjectiveScratch
    ) -> [Double] {
        let (data, objective) = (holder.data, holder.objective)
        var gradient = point.map { decay * Double($0) }
        var part = [Float](repeating: 0, count: point.count)
        for chunk in data.chunks(of: objective.samplesOfChunk) {
            let chunk = holder.poison?.poisoned(chunk, at: point.span, of: objective, scratch: &scratch) ?? chunk
            var span = part.mutableSpan
            _ = objective.lossAndGradient(at: point.span, on: chunk, gradient: &span, scratch: &scratch)
            let weight = chunk.weight / data.weight
            for place in part.indices { gradient[place] += weight * Double(part[place]) }
        }
        return gradient
    }

    // MARK: - Over a whole run

    static func figures(of run: MeasuredRun) -> Figures {
        let points = run.moments.compactMap { moment in
            moment.figures["dissimilarity"].flatMap { p in moment.figures["gradientSquared"].map { (p: p, q: $0) } }
        }
        let (nodes, hostile) = (Double(run.assembly.topology.nodeCount), Double(max(1, run.assembly.hostile.count)))
        return figures(of: points, allowing: max(0, nodes / hostile - 2))
    }

    /// - Parameters:
    ///   - points: p and q of each moment.
    ///   - allowed: the greatest B².
    static func figures(of points: [(p: Double, q: Double)], allowing allowed: Double) -> Figures {
        var figures = Figures()
        let points = points.filter { $0.p.isFinite && $0.q.isFinite }
        guard !points.isEmpty else { return figures }
        func least(_ slope: Double) -> Double { points.reduce(0) { max($0, $1.p - slope * $1.q) } }
        let constant = least(allowed)
        // As small a B² as leaves that G²: every point is to lie below its line.
        let slope = points.reduce(0) { max($0, $1.q > 0 ? ($1.p - constant) / $1.q : 0) }
        figures.add("heterogeneityG2", constant)
        figures.add("heterogeneityB2", min(slope, allowed))
        figures.add("heterogeneityCurve", grid.map(least))
        return figures
    }
}
