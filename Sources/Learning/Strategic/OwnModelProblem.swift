// OwnModelProblem: the model that is best for one node, given the common one.
import Kernels

/// min over θ of L(θ) + R(ρ − θ).
struct OwnModelProblem {
    let loss: LocalLoss
    let coupling: any Coupling
    /// ρ.
    let common: [Double]

    /// Its solution, and the gradient of the minimum by ρ, −∇L(θ) + 0: what the node pulls the common model by.
    ///
    /// - Parameter start: near the solution, if it is known.
    func solve(from start: [Double]? = nil) -> (own: [Double], pull: [Double]) {
        let own = solution(from: start ?? common)
        let slope = loss.gradient(at: own)
        // ∇_ρ R = −∇_θ R = ∇L(θ) where θ is the minimiser.
        return (own, coupling.subgradient(common.moved(-1, along: own), nearest: slope))
    }

    private func solution(from start: [Double]) -> [Double] {
        guard let coupling = coupling as? any RadialCoupling else { return byProximalSteps(from: start) }
        if coupling.isDifferentiable { return newton(coupling, from: start) }
        let slope = loss.gradient(at: common)
        guard slope.norm > coupling.strength else { return common }
        return newton(coupling, from: start == common ? awayFromKink(slope) : start)
    }

    private func newton(_ coupling: any RadialCoupling, from start: [Double]) -> [Double] {
        TiedLoss(loss: loss, coupling: coupling, common: common)
            .minimum(from: start, gradientNorm: 1e-13) { false }.point
    }

    /// A point downhill from ρ, where R has its kink.
    private func awayFromKink(_ slope: [Double]) -> [Double] {
        let tied = TiedLoss(loss: loss, coupling: coupling, common: common)
        let there = loss.evaluate(common).value
        let direction = coupling.proximal(slope, step: 1)
        var length = 1.0
        for _ in 0..<100 {
            let point = common.moved(-length, along: direction)
            if tied.value(at: point) < there { return point }
            length /= 2
        }
        return common
    }

    /// Accelerated proximal gradient steps on u = ρ − θ with restarts (Beck, Teboulle 2009; O'Donoghue, Candès 2015).
    private func byProximalSteps(from start: [Double]) -> [Double] {
        let step = 1 / largestCurvature(at: start)
        var here = common.moved(-1, along: start)
        var ahead = here
        var momentum = 1.0
        for _ in 0..<100_000 {
            let slope = loss.gradient(at: common.moved(-1, along: ahead))
            let next = coupling.proximal(ahead.moved(step, along: slope), step: step)
            let way = next.moved(-1, along: here)
            guard way.norm > 1e-15 * (1 + next.norm) || ahead.moved(-1, along: next).norm > 1e-15 * (1 + next.norm)
            else { return common.moved(-1, along: next) }
            // Steps that turn back have gone too far.
            if ahead.moved(-1, along: next).dot(way) > 0 { momentum = 1 }
            let after = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
            ahead = next.moved((momentum - 1) / after, along: way)
            (here, momentum) = (next, after)
        }
        return common.moved(-1, along: here)
    }

    /// Of least squares everywhere, of other losses about.
    private func largestCurvature(at point: [Double]) -> Double {
        let curvature = loss.evaluate(point).curvature
        var direction = curvature.diagonal
        var greatest = 1.0
        for _ in 0..<100 {
            direction = direction.scaled(by: 1 / direction.norm)
            direction = curvature.product(direction)
            greatest = direction.norm
            guard greatest > 0 else { return 1 }
        }
        return 1.1 * greatest
    }
}

/// L(θ) + R(ρ − θ), smooth where θ is not at a kink.
private struct TiedLoss: SmoothProblem {
    let loss: LocalLoss
    let coupling: any Coupling
    let common: [Double]

    func value(at point: [Double]) -> Double {
        loss.evaluate(point).value + coupling.value(common.moved(-1, along: point))
    }

    func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        let local = loss.evaluate(point)
        let way = common.moved(-1, along: point)
        let tie = Tie(coupling, way)
        let curvature = Curvature(diagonal: zip(local.curvature.diagonal, tie.diagonal).map { $0 + $1 }) {
            local.curvature.product($0).moved(1, along: tie.product($0))
        }
        return (local.value + coupling.value(way), local.gradient.moved(-1, along: tie.gradient), curvature)
    }
}

/// The derivatives of a radial coupling at u.
struct Tie {
    private let way: [Double]
    private let slope: Double
    private let bend: Double

    init(_ coupling: any Coupling, _ way: [Double]) {
        guard let coupling = coupling as? any RadialCoupling else { preconditionFailure("couplings by distance alone") }
        self.way = way
        (slope, bend) = coupling.derivatives(at: max(way.norm, 1e-150))
    }

    var gradient: [Double] { way.scaled(by: slope) }
    /// Without what the bend takes off.
    var diagonal: [Double] { way.map { _ in slope } }

    func product(_ direction: [Double]) -> [Double] {
        direction.scaled(by: slope).moved(bend * way.dot(direction), along: way)
    }
}
