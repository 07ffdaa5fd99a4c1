// UBAR, first called MOZI: averages the near models that are no worse than the own one on the node's own batch.
import Kernels
import Registry

/// α x + (1 − α) mean(S), where S are those of the ⌊ρ deg⌋ nearest neighbours, at least one, whose model has no
/// greater loss than the own one on the batch of this round, and if there are none the best of them (UBAR; Guo, Zhang,
/// Yu, Xie, Ma, Xiang, Liu, IEEE TCSVT 2022, arXiv 2002.08569).
///
/// Codes fall back on the `nearest` neighbour (epfml) or allow a tolerance of 0.02 (nicehiro). A model with a loss that
/// is not finite is refused. The gradient step has been taken before.
public struct LossFilteredAverage: LossAwareRule {
    public static let name = "ubar"
    public static let aliases = ["mozi"]
    public static let summary = "UBAR: averages the near models that are no worse than the own one on its own batch."
    public static let guarantee = Guarantee.ofRuns(
        "nothing beyond its assumption that ρ deg neighbours are honest; no mix goes farther than an honest model is")
    public static let cost = "deg d + ρ deg losses of a batch"
    public static let source = "Guo et al., IEEE TCSVT 2022, arXiv 2002.08569, section 4"
    public static let parameters = [
        Parameter.number("rho", 0...1, default: 0.4, "ρ: share of the neighbours that is assumed honest"),
        Parameter.number("alpha", 0...1, default: 0.5, "α: what the own model weighs"),
        Parameter.number("tolerance", 0...1e6, default: 0, "by how much a loss may be above the own one"),
        Parameter.choice("fallback", ["bestLoss", "nearest"], default: "bestLoss", "who is taken if all are worse"),
    ]

    private let honestShare: Double
    private let ownShare: Double
    private let tolerance: Double
    private let takesNearest: Bool

    public var needs: MixNeeds { .models }

    public init(_ parameters: ParameterValues) {
        honestShare = parameters.number("rho")
        ownShare = parameters.number("alpha")
        tolerance = parameters.number("tolerance")
        takesNearest = parameters.text("fallback") == "nearest"
    }

    public func withstands(_ budget: Budget, among weights: [Double]) -> Bool {
        budget.count == 0 || candidates(among: weights.count) + budget.count <= weights.count
    }

    private func candidates(among neighbours: Int) -> Int { max(1, Int(honestShare * Double(neighbours))) }

    public func probes(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext, scratch: inout Scratch
    ) -> [Int] {
        guard neighbours.rows > 0 else { return [] }
        measureOffsets(neighbours, from: own, into: &scratch.distances)
        scratch.sortByDistance()
        return Array(scratch.order.prefix(candidates(among: neighbours.rows)))
    }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext, probes: ProbedLosses,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        report.noteAll(.removed)
        let limit = probes.own + tolerance
        var best: (row: Int, loss: Double)?
        for probe in probes.rows where probe.loss.isFinite {
            // A node that is lost itself takes whatever is finite.
            if !(probe.loss > limit) { report.note(.kept, row: probe.row) }
            if probe.loss < best?.loss ?? .infinity, !takesNearest || best == nil { best = probe }
        }
        if report.count(.kept) == 0, let best { report.note(.kept, row: best.row) }
        scratch.averageKept(ownShare: ownShare, report: report)
        addOffsets(neighbours, from: own, coefficients: scratch.coefficients, into: &next, report: &report)
    }
}
