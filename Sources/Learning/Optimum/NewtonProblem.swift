// Newton's method with conjugate gradients (Nocedal, Wright, Numerical Optimization, algorithm 7.1), for smooth
// problems that are strongly convex: each step goes as far towards the minimum of the local quadratic as pays.
import Kernels

/// The second derivative at a point.
struct Curvature {
    /// Its diagonal, by which steps are scaled.
    let diagonal: [Double]
    /// Its product with a direction.
    let product: ([Double]) -> [Double]
}

/// A convex function with two derivatives.
protocol SmoothProblem {
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

    /// From a point on until |∇F| is as small as wanted, or rounding allows no step that makes it smaller.
    func minimum(
        from start: [Double], gradientNorm wanted: Double, isCancelled: () -> Bool
    ) -> (point: [Double], value: Double, gradientNorm: Double) {
        var point = start
        var here = evaluate(point)
        for _ in 0..<mostSteps {
            let norm = dot(here.gradient, here.gradient).squareRoot()
            guard norm > wanted, !isCancelled() else { break }
            let tolerance = norm * min(0.1, norm.squareRoot())
            let step = newtonStep(here.gradient, here.curvature, tolerance: tolerance, isCancelled: isCancelled)
            guard let next = descend(from: point, here.value, here.gradient, along: step) else { break }
            point = next
            here = evaluate(point)
        }
        return (point, here.value, dot(here.gradient, here.gradient).squareRoot())
    }

    /// The longest of the step, its half, its quarter and so on that makes F or |∇F| clearly smaller; `nil` where none
    /// does.
    private func descend(
        from point: [Double], _ value: Double, _ gradient: [Double], along step: [Double]
    ) -> [Double]? {
        let (slope, square) = (dot(gradient, step), dot(gradient, gradient))
        var length = 1.0
        for _ in 0..<mostHalvings {
            let next = zip(point, step).map { $0 + length * $1 }
            let there = evaluate(next)
            let isLower = there.value <= value + 1e-4 * length * slope && there.value < value
            if isLower || dot(there.gradient, there.gradient) < 0.25 * square { return next }
            length /= 2
        }
        return nil
    }

    /// s with |H s + g| at most `tolerance`, by conjugate gradients scaled by the diagonal of H.
    private func newtonStep(
        _ gradient: [Double], _ curvature: Curvature, tolerance: Double, isCancelled: () -> Bool
    ) -> [Double] {
        var step = [Double](repeating: 0, count: gradient.count)
        var rest = gradient.map { -$0 }
        var scaled = zip(rest, curvature.diagonal).map { $0 / $1 }
        var direction = scaled
        var size = dot(rest, scaled)
        for _ in 0..<max(100, 4 * gradient.count) {
            guard dot(rest, rest).squareRoot() > tolerance, !isCancelled() else { break }
            let bent = curvature.product(direction)
            let along = size / dot(direction, bent)
            for i in step.indices {
                step[i] += along * direction[i]
                rest[i] -= along * bent[i]
                scaled[i] = rest[i] / curvature.diagonal[i]
            }
            let next = dot(rest, scaled)
            for i in step.indices { direction[i] = scaled[i] + next / size * direction[i] }
            size = next
        }
        return step
    }

    private func dot(_ x: [Double], _ y: [Double]) -> Double {
        var sum = 0.0
        for i in x.indices { sum += x[i] * y[i] }
        return sum
    }
}
