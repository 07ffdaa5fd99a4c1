// A node's own model under a coupling: the minimum of its loss and the coupling together, and single steps there.
import Kernels

/// min over θ of L(θ) + R(ρ − θ) by proximal gradient steps, in Double throughout, L being known by its gradient.
public struct CoupledDescent: Sendable {
    /// A point of the descent.
    public struct Point: Sendable, Equatable {
        /// θ.
        public var own: [Double]
        /// The subgradient of R by ρ there that is nearest to ∇L: at the minimum, the gradient by ρ of
        /// min over θ of L(θ) + R(ρ − θ), also where R has a kink.
        public var pull: [Double]
        /// Norm of what is left of the gradient, and 0 at the minimum alone.
        public var residual: Double

        public init(own: [Double], pull: [Double], residual: Double) {
            self.own = own
            self.pull = pull
            self.residual = residual
        }
    }

    /// Gradients that a solve may take.
    public static let mostSteps = 20_000
    /// A solve ends where so many steps have not halved the residual: single precision has no more to give.
    private static let mostStepsWithoutGain = 200

    public let coupling: any Coupling

    public init(_ coupling: any Coupling) { self.coupling = coupling }

    /// θ ← ρ − prox(ρ − θ + t∇L(θ)): a step on L, to which R answers as if it were taken after it.
    ///
    /// - Parameters:
    ///   - gradient: ∇L at `own`.
    ///   - t: the step size, above 0.
    public func proximalStep(
        from own: [Double], along gradient: [Double], towards common: [Double], step t: Double
    ) -> Point {
        var way = own
        for j in own.indices { way[j] = common[j] - (own[j] - t * gradient[j]) }
        let u = coupling.proximal(way, step: t)
        var (next, square) = (own, 0.0)
        for j in own.indices {
            way[j] = (way[j] - u[j]) / t
            next[j] = common[j] - u[j]
            square += (own[j] - next[j]) * (own[j] - next[j])
        }
        return Point(own: next, pull: coupling.subgradient(u, nearest: way), residual: square.squareRoot() / t)
    }

    /// θ ← θ − t(∇L(θ) − ∇R(ρ − θ)), where R has a gradient everywhere; otherwise the proximal step.
    public func step(from own: [Double], along gradient: [Double], towards common: [Double], step t: Double) -> Point {
        guard coupling.isDifferentiable else {
            return proximalStep(from: own, along: gradient, towards: common, step: t)
        }
        let pull = coupling.gradient(common.minus(own))
        var (next, square) = (own, 0.0)
        for j in own.indices {
            let slope = gradient[j] - pull[j]
            next[j] = own[j] - t * slope
            square += slope * slope
        }
        return Point(own: next, pull: coupling.gradient(common.minus(next)), residual: square.squareRoot())
    }

    /// The minimum, by accelerated proximal steps (Beck, Teboulle 2009) that begin anew where they overshoot
    /// (O'Donoghue, Candès 2015). Their size is 1 over the greatest curvature that has been met on the way; no loss is
    /// ever looked at, as single precision would blur it where the gradient still tells.
    ///
    /// - Parameters:
    ///   - own: where it begins.
    ///   - tolerance: of the residual.
    ///   - gradient: ∇L at a point.
    /// - Returns: the best point met; of a residual above the tolerance where it came no further.
    public func minimum(
        from own: [Double], towards common: [Double], tolerance: Double, gradient: ([Double]) -> [Double]
    ) -> Point {
        var slope = gradient(own)
        let probe = firstProbe(at: own, along: slope)
        var t = 1 / max(curvature(from: own, slope, to: probe, gradient(probe)), 1e-9)
        var best = proximalStep(from: own, along: slope, towards: common, step: t)
        var (point, ahead, momentum) = (best.own, best.own, 1.0)
        var (last, lastSlope) = (own, slope)
        var (gain, sinceGain) = (best.residual, 0)
        for _ in 0..<Self.mostSteps {
            guard sinceGain < Self.mostStepsWithoutGain else { break }
            slope = gradient(ahead)
            let curvature = curvature(from: last, lastSlope, to: ahead, slope)
            // Of short ways, rounding makes the most.
            if curvature * t > 1, isLong(from: last, to: ahead) {
                // After too long a step little seems to be left: by the shorter one it may be so many times as much.
                best.residual *= curvature * t
                gain *= curvature * t
                (t, momentum) = (1 / curvature, 1)
            }
            guard best.residual > tolerance else { break }
            (last, lastSlope) = (ahead, slope)
            let next = proximalStep(from: ahead, along: slope, towards: common, step: t)
            guard next.residual.isFinite else { break }
            if next.residual < best.residual { best = next }
            sinceGain += 1
            if best.residual < gain / 2 { (gain, sinceGain) = (best.residual, 0) }
            var overshoot = 0.0
            for j in own.indices { overshoot += (ahead[j] - next.own[j]) * (next.own[j] - point[j]) }
            let following = overshoot > 0 ? 1 : (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
            let share = overshoot > 0 ? 0 : (momentum - 1) / following
            for j in own.indices { ahead[j] = next.own[j] + share * (next.own[j] - point[j]) }
            (point, momentum) = (next.own, following)
        }
        return best
    }

    /// A short way down, to measure the curvature on.
    private func firstProbe(at own: [Double], along slope: [Double]) -> [Double] {
        let length = slope.norm
        guard length > 0, length.isFinite else { return own }
        let way = 1e-2 * max(1, own.norm) / length
        var probe = own
        for j in own.indices { probe[j] -= way * slope[j] }
        return probe
    }

    private func curvature(
        from point: [Double], _ slope: [Double], to other: [Double], _ otherSlope: [Double]
    ) -> Double {
        let way = other.distance(to: point)
        return way > 0 ? otherSlope.distance(to: slope) / way : 0
    }

    private func isLong(from point: [Double], to other: [Double]) -> Bool {
        other.distance(to: point) > 1e-4 * (1e-3 + other.norm)
    }
}
