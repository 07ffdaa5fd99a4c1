// Couplings of the catalogue as terms of a problem that is solved to rounding, with their kinks.
import Learning

/// A coupling that CommonModelSolver can take.
protocol TermCoupling: Coupling {
    /// - Parameter dimension: d.
    func term(dimension: Int) -> any CouplingTerm
}

extension SquaredL2Coupling: TermCoupling {
    func term(dimension: Int) -> any CouplingTerm {
        NormPower(weight: strength, power: 2, norm: 2, dimension: dimension)
    }
}

extension L2Coupling: TermCoupling {
    func term(dimension: Int) -> any CouplingTerm {
        NormPower(weight: strength, power: 1, norm: 2, dimension: dimension)
    }
}

extension SmoothL2Coupling: TermCoupling {
    func term(dimension: Int) -> any CouplingTerm { SmoothNorm(weight: strength) }
}

extension L1Coupling: TermCoupling {
    func term(dimension: Int) -> any CouplingTerm {
        NormPower(
            weight: 1, power: 1, norm: 1,
            scales: weights.count == 1 ? [Double](repeating: weights[0], count: dimension) : weights)
    }
}

extension PowerCoupling: TermCoupling {
    func term(dimension: Int) -> any CouplingTerm {
        NormPower(weight: strength, power: p, norm: q, dimension: dimension)
    }
}
