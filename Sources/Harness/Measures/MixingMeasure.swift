// What the rule made of its inputs: the constants of robustness that a run shows, which bound those of the rule from
// below.
import Core
import Kernels
import Learning
import Metrics
import Scenario

struct MixingMeasure: MomentMeasure {
    /// Inputs nearer to each other than this, in mean squared distance, say nothing.
    private static let least = 1e-12

    static let name = "mixing"
    static let summary =
        "The last mix before the moment of each honest node i: x_j what was sent, y_i what the rule made of "
        + "it, S the honest nodes whose vectors it counted and i itself, w_ij the weights, b_i the weight "
        + "that it withstands; x̄ and ȳ are means over all honest nodes, V = (1/h) Σ |x_i - x̄|². Of several "
        + "channels the first."
    static let measuredAt = MeasuredAt.moments
    static let extra: ExtraMeasure? = .mixing
    static let figures = [
        Figure("kappaGreatest", .ratio, better: .less, "κ: max_i |y_i - x̄_S|² / ((1/|S|) Σ_S |x_j - x̄_S|²)"),
        Figure(
            "kappaPercentile95", .ratio, better: .less, "the same: the least that 95 % of the nodes are at or below"),
        Figure(
            "rhoGreatest", .ratio, better: .less,
            "ρ: max_i |y_i - x_i - Σ_S w_ij (x_j - x_i)|² / (b_i Σ_S w_ij |x_j - x_i|²); none where b_i is 0"),
        Figure("rhoPercentile95", .ratio, better: .less, "the same: the least that 95 % of the nodes are at or below"),
        Figure("contraction", .ratio, better: .less, "α: (1/h) Σ |y_i - ȳ|² / V"),
        Figure("averageShift", .ratio, better: .less, "λ: |ȳ - x̄|² / V"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("kappaGreatest") else { return nil }
        return (
            "last mix, worst",
            "κ \(figures.text("kappaGreatest")), ρ \(figures.text("rhoGreatest"))"
                + "   (contraction \(figures.text("contraction")))"
        )
    }

    private let honest: Set<NodeID>

    init?(_ assembly: Assembly, test: Samples) { honest = Set(assembly.honest) }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        let samples = moment.models.compactMap { one in moment.mixes[one.node].map { (one.node, $0) } }
        var figures = Figures()
        guard !samples.isEmpty else { return figures }
        let found = samples.map { node, sample in ratios(of: sample, node: node, among: moment.mixes) }
        let (kappas, rhos) = (found.compactMap { $0.kappa }, found.compactMap { $0.rho })
        figures.add("kappaGreatest", kappas.max())
        figures.add("kappaPercentile95", Self.percentile95(kappas))
        figures.add("rhoGreatest", rhos.max())
        figures.add("rhoPercentile95", Self.percentile95(rhos))
        let (before, after) = (samples.map(\.1.own), samples.map(\.1.mixed))
        let (centre, newCentre) = (Self.mean(before), Self.mean(after))
        let variance = Self.variance(before, centre)
        if variance >= Self.least {
            figures.add("contraction", Self.variance(after, newCentre) / variance)
            figures.add("averageShift", Self.square(newCentre, centre) / variance)
        }
        return figures
    }

    /// Of one node; `nil` where its inputs say nothing, or were not all handed out.
    private func ratios(
        of sample: MixSample, node: NodeID, among mixes: [NodeID: MixSample]
    ) -> (kappa: Double?, rho: Double?) {
        var inputs: [(weight: Double, vector: [Float])] = []
        for input in sample.inputs where honest.contains(input.sender) && input.sender != node {
            guard let sent = mixes[input.sender], sent.step == sample.step else { return (nil, nil) }
            inputs.append((input.weight, sent.own))
        }
        let all = [sample.own] + inputs.map(\.vector)
        let centre = Self.mean(all)
        let variance = Self.variance(all, centre)
        let kappa = variance < Self.least ? nil : Self.square(sample.mixed, centre) / variance

        var error = zip(sample.mixed, sample.own).map { Double($0) - Double($1) }
        var spread = 0.0
        for input in inputs {
            for place in error.indices {
                let offset = Double(input.vector[place]) - Double(sample.own[place])
                error[place] -= input.weight * offset
                spread += input.weight * offset * offset
            }
        }
        let bound = sample.budget * spread
        return (kappa, bound < Self.least ? nil : error.reduce(0) { $0 + $1 * $1 } / bound)
    }

    /// The value at the rank ⌈0.95 n⌉ of n; `nil` of none.
    static func percentile95(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[(19 * values.count + 19) / 20 - 1]
    }

    private static func mean(_ vectors: [[Float]]) -> [Double] {
        var mean = [Double](repeating: 0, count: vectors[0].count)
        for vector in vectors {
            for place in mean.indices { mean[place] += Double(vector[place]) }
        }
        return mean.map { $0 / Double(vectors.count) }
    }

    private static func variance(_ vectors: [[Float]], _ centre: [Double]) -> Double {
        vectors.reduce(0) { $0 + square($1, centre) } / Double(vectors.count)
    }

    private static func square(_ vector: [Float], _ centre: [Double]) -> Double {
        vector.indices.reduce(0) { $0 + (Double(vector[$1]) - centre[$1]) * (Double(vector[$1]) - centre[$1]) }
    }

    private static func square(_ a: [Double], _ b: [Double]) -> Double {
        a.indices.reduce(0) { $0 + (a[$1] - b[$1]) * (a[$1] - b[$1]) }
    }
}
