// RadialCoupling: smooth couplings that go by the distance of two models alone, with their second derivatives.
import Kernels
import Learning

/// R(u) = φ(|u|), ∇R = s(|u|) u, ∇²R = s I + b u uᵀ, everywhere.
protocol RadialCoupling: Coupling {
    /// s and b at a squared distance.
    func derivatives(atSquare square: Double) -> (slope: Double, bend: Double)
}

extension SquaredL2Coupling: RadialCoupling {
    func derivatives(atSquare square: Double) -> (slope: Double, bend: Double) { (2 * strength, 0) }
}

extension SmoothL2Coupling: RadialCoupling {
    func derivatives(atSquare square: Double) -> (slope: Double, bend: Double) {
        let root = (1 + square).squareRoot()
        return (strength / root, -strength / (root * root * root))
    }
}

/// The derivatives of a coupling at u.
struct SmoothTie {
    private let way: [Double]
    /// s.
    let slope: Double
    private let bend: Double

    init(_ coupling: any RadialCoupling, _ way: [Double]) {
        self.way = way
        (slope, bend) = coupling.derivatives(atSquare: way.squaredNorm)
    }

    var gradient: [Double] { way.scaled(by: slope) }

    func product(_ direction: [Double]) -> [Double] {
        direction.scaled(by: slope).moved(bend * way.dot(direction), along: way)
    }
}
