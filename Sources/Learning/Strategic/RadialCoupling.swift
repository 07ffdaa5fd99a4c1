// RadialCoupling: couplings that go by the distance of two models alone, with their second derivatives.

/// R(u) = φ(|u|), ∇R = s(|u|) u, ∇²R = s I + b u uᵀ.
protocol RadialCoupling: Coupling {
    /// s and b at a distance, above 0 where R has a kink at 0.
    func derivatives(at distance: Double) -> (slope: Double, bend: Double)
}

extension SquaredL2Coupling: RadialCoupling {
    func derivatives(at distance: Double) -> (slope: Double, bend: Double) { (2 * strength, 0) }
}

extension SmoothL2Coupling: RadialCoupling {
    func derivatives(at distance: Double) -> (slope: Double, bend: Double) {
        let root = (1 + distance * distance).squareRoot()
        return (strength / root, -strength / (root * root * root))
    }
}

extension L2Coupling: RadialCoupling {
    func derivatives(at distance: Double) -> (slope: Double, bend: Double) {
        (strength / distance, -strength / (distance * distance * distance))
    }
}
