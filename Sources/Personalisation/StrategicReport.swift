// What a strategic node reports to place a model where it wants it, under couplings λ‖u‖_q^p with p > 1 (LICCHAVI,
// arXiv 2106.02398, theorems 7 and 8; signs as in ∇R(ρ − w) = −G).

extension CommonModelProblem {
    /// The model w that a parameter player has to put its own at so that ρ* is a given one: w = χ − u with
    /// ∇R(u) = −G(χ) (theorem 7).
    ///
    /// - Parameters:
    ///   - common: χ, anywhere.
    ///   - player: a participant with a coupling λ‖u‖_q^p, p > 1.
    public func report(placing common: [Double], by player: Int) -> [Double]? {
        guard let coupling = participants[player].coupling as? NormPower, coupling.power > 1 else { return nil }
        var others = self
        others.participants.remove(at: player)
        return common - coupling.difference(withGradient: -1 * others.respond(to: common).pull)
    }

    /// The ρ for which the personal model of one node is a given one: ζ + u with ∇R_t(u) = ∇L_t(ζ). Whoever places ρ
    /// there places θ_t (theorem 8).
    ///
    /// - Parameters:
    ///   - personal: ζ, anywhere.
    ///   - node: a participant with data and a coupling λ‖u‖_q^p, p > 1.
    public func common(placing personal: [Double], of node: Int) -> [Double]? {
        guard let coupling = participants[node].coupling as? NormPower, coupling.power > 1,
            case .loss(let loss) = participants[node].wish
        else { return nil }
        return personal .+ coupling.difference(withGradient: loss.gradient(at: personal))
    }
}
