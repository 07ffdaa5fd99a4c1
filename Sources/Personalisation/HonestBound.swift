// HonestBound: how far hostile users move the common model: LICCHAVI's absolute bound (theorem 11) and the one relative
// to how far honest users disagree (theorem 12), with what a search reaches of them.
import Kernels

/// Bounds for p = 1, and instances that come near them.
public enum HonestBound {
    /// (Σ λ_nβ_n/(λ0p0α0^p0))^{1/(p0−1)}: the greatest length of ρ* even if all are hostile.
    ///
    /// - Parameters:
    ///   - pull: Σ λ_nβ_n, where N_n ≤ β_n‖·‖₂.
    ///   - least: α0, where N_0 ≥ α0‖·‖₂.
    public static func length(pull: Double, regularisation: Double, power: Double, least: Double) -> Double {
        raised(pull / (regularisation * power * raised(least, power)), 1 / (power - 1))
    }

    /// ‖ρ*‖ over the bound, of fixed models that are drawn at random or lie far out in one direction.
    ///
    /// - Parameters:
    ///   - norm: q of the couplings λ‖u‖_q: 1 or 2.
    ///   - power: p0 ≥ 2 of the regulariser λ0‖ρ‖_{p0}^{p0}.
    ///   - isOneSided: everybody far out on the diagonal, which is the worst.
    public static func absoluteRatio(
        norm: Double, power: Double, isOneSided: Bool, random: inout RandomStream
    ) -> Double {
        let (size, count) = (1 + random.below(4), 1 + random.below(5))
        let regularisation = Elementary.exp(2 * random.gaussian())
        var pull = 0.0
        let nodes = (0..<count).map { _ -> CommonModelProblem.Participant in
            let weight = 0.1 + random.uniform()
            pull += weight * (norm == 1 ? Double(size).squareRoot() : 1)
            let far = Elementary.exp(6 * random.uniform())
            let model = (0..<size).map { _ in isOneSided ? 1e4 : far * random.gaussian() }
            return .init(.fixed(model), NormPower(weight: weight, power: 1, norm: norm, dimension: size))
        }
        let problem = CommonModelProblem(
            dimension: size, nodes,
            regulariser: NormPower(weight: regularisation, power: power, norm: power, dimension: size))
        let bound = length(
            pull: pull, regularisation: regularisation, power: power,
            least: raised(Double(size), 1 / power - 0.5))
        return problem.solve().common.norm / bound
    }

    /// N(ρ_attacked − ρ_honest) over 4λ_H/(λ_H − λ_−H) · Δ_H, N = l1, the greatest over what hostile users were tried
    /// to have; `nil` where the instance does not fulfil what the theorem asks for.
    public static func relativeRatio(random: inout RandomStream) -> Double? {
        let (size, honest, hostile) = (1 + random.below(3), 2 + random.below(5), 1 + random.below(3))
        let weights = (0..<honest).map { _ in 0.2 + random.uniform() }
        let wishes = (0..<honest).map { _ in (0..<size).map { _ in random.gaussian() } }
        let whole = weights.reduce(0, +)
        // Of the hostile ones together, below that of the honest ones.
        let share = whole * (0.05 + 0.9 * random.uniform()) / Double(hostile)
        let regularisation = 1e-3 * random.uniform() + 1e-6

        func common(_ reports: [[Double]]) -> [Double] {
            (0..<size).map { j in
                // Honest users have many samples, a curvature of 10⁴.
                let members =
                    zip(weights, wishes).map {
                        CoordinateProblem.Member(curvature: 1e4, centre: $1[j], weight: $0)
                    } + reports.map { CoordinateProblem.Member.fixed($0[j], weight: share) }
                return CoordinateProblem(members, regularisation: regularisation).solve()
            }
        }
        let alone = common([])
        let lead = whole - share * Double(hostile)
        // N0 is the Euclidean norm, p0 = 2.
        guard regularisation <= lead / (4 * alone.norm) else { return nil }
        let disagreement = wishes.reduce(0) { max($0, orderNorm(alone - $1, 1)) }
        var farthest = 0.0
        func tried(_ reports: [[Double]]) { farthest = max(farthest, orderNorm(common(reports) - alone, 1)) }
        // All on one side of every coordinate, and at random.
        for signs in 0..<(1 << size) {
            let corner = (0..<size).map { signs >> $0 & 1 == 0 ? 1e3 : -1e3 }
            tried([[Double]](repeating: corner, count: hostile))
        }
        for _ in 0..<10 { tried((0..<hostile).map { _ in (0..<size).map { _ in 3 * random.gaussian() } }) }
        return farthest / (4 * whole / lead * disagreement)
    }
}
