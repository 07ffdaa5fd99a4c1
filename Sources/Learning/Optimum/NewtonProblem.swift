// Newton's method with conjugate gradients (Nocedal, Wright, Numerical Optimization, algorithm 7.1), for smooth
// problems that are strongly convex: each step goes as far towards the minimum of the local quadratic as pays.
import Kernels

/// The second derivative at a point.
public struct Curvature {
    /// Its product with a direction.
    public let product: ([Double]) -> [Double]
    /// Makes what gradients are multiplied by: the inverse of a symmetric, positive definite matrix. The nearer that is
    /// to the second derivative, the fewer conjugate gradients a step takes.
    public let preconditioner: () -> ([Double]) -> [Double]

    public init(
        product: @escaping ([Double]) -> [Double], preconditioner: @escaping () -> ([Double]) -> [Double]
    ) {
        self.product = product
        self.preconditioner = preconditioner
    }

    /// With its diagonal, above 0, for a preconditioner.
    public init(diagonal: [Double], product: @escaping ([Double]) -> [Double]) {
        self.init(product: product) { { gradient in gradient.indices.map { gradient[$0] / diagonal[$0] } } }
    }
}

/// A convex function with two derivatives.
public protocol SmoothProblem {
    func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature)
}

/// A problem with two derivatives that is strongly convex.
protocol NewtonProblem: SmoothProblem, ConvexProblem {}

extension NewtonProblem {
    /// From zero; so that the point is within 1e-8 of the optimum, where rounding allows it.
    func solve(isCancelled: () -> Bool) -> Optimum {
        let wanted = max(1e-14, Certificate.tolerance * min(1, convexity))
        let found = minimum(
            from: [Double](repeating: 0, count: dimension), gradientNorm: wanted, isCancelled: isCancelled)
        return Optimum(
            point: found.point, value: found.value,
            certificate: Certificate(.gradientNorm, found.gradientNorm, convexity: convexity))
    }
}

extension SmoothProblem {
    private var mostSteps: Int { 200 }
    private var mostHalvings: Int { 40 }
    private var mostConjugate: Int { 300 }

    /// From a point on until |∇F| is as small as wanted, or rounding allows no step that makes it smaller.
    ///
    /// - Parameter reach: no step from x is longer than this times 1 + |x|. Finite where the second derivative is all
    ///   but singular, so that the quadratic says nothing of what is far away.
    public func minimum(
        from start: [Double], gradientNorm wanted: Double, reach: Double = .infinity, isCancelled: () -> Bool
    ) -> (point: [Double], value: Double, gradientNorm: Double) {
        var point = start
        var here = evaluate(point)
        for _ in 0..<mostSteps {
            let norm = here.gradient.norm
            guard norm > wanted, !isCancelled() else { break }
            let tolerance = norm * min(0.1, norm.squareRoot())
            let step = newtonStep(
                here.gradient, here.curvature, tolerance: tolerance, radius: reach * (1 + point.norm),
                isCancelled: isCancelled)
            guard let next = descend(from: point, here.value, here.gradient, along: step) else { break }
            point = next
            here = evaluate(point)
        }
        return (point, here.value, here.gradient.norm)
    }

    /// The longest of the step, its half, its quarter and so on that makes F or |∇F| clearly smaller; `nil` where none
    /// does.
    private func descend(
        from point: [Double], _ value: Double, _ gradient: [Double], along step: [Double]
    ) -> [Double]? {
        let (slope, square) = (gradient.dot(step), gradient.squaredNorm)
        var length = 1.0
        for _ in 0..<mostHalvings {
            let next = point.moved(length, along: step)
            let there = evaluate(next)
            let isLower = there.value <= value + 1e-4 * length * slope && there.value < value
            if isLower || there.gradient.squaredNorm < 0.25 * square { return next }
            length /= 2
        }
        return nil
    }

    /// s with |H s + g| at most `tolerance`, by conjugate gradients, or where they leave a ball (Steihaug 1983): there
    /// the quadratic is no guide, and what curvature is left is rounding.
    private func newtonStep(
        _ gradient: [Double], _ curvature: Curvature, tolerance: Double, radius: Double, isCancelled: () -> Bool
    ) -> [Double] {
        let scaled = curvature.preconditioner()
        var step = [Double](repeating: 0, count: gradient.count)
        var rest = gradient.scaled(by: -1)
        var direction = scaled(rest)
        var size = rest.dot(direction)
        // Where the curvature is all but singular, a step cut short goes down as well, and the next begins nearer.
        for _ in 0..<min(mostConjugate, max(100, 4 * gradient.count)) {
            guard rest.norm > tolerance, !isCancelled() else { break }
            let bent = curvature.product(direction)
            let along = size / direction.dot(bent)
            step.move(along, along: direction)
            let length = step.norm
            guard length <= radius else { return step.scaled(by: radius / length) }
            rest.move(-along, along: bent)
            let next = scaled(rest)
            let nextSize = rest.dot(next)
            direction = next.moved(nextSize / size, along: direction)
            size = nextSize
        }
        return step
    }
}
