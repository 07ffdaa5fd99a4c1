// PersonalLoss: L_n(θ) of one node, with two derivatives, in double precision.

/// A convex loss of a personal model θ ∈ R^d, twice differentiable.
public protocol PersonalLoss: Sendable {
    /// d.
    var dimension: Int { get }
    func value(at model: [Double]) -> Double
    func gradient(at model: [Double]) -> [Double]
    /// ∇²L, d rows of d.
    func curvature(at model: [Double]) -> [Double]
}

extension PersonalLoss {
    /// Where the loss alone is least, by Newton's method.
    ///
    /// - Precondition: there is one such place: ν > 0, or data that span R^d.
    public var preference: [Double] {
        var model = [Double](repeating: 0, count: dimension)
        for _ in 0..<100 {
            let slope = gradient(at: model)
            guard let factor = CholeskyFactor(curvature(at: model), size: dimension) else { break }
            let step = factor.solve(slope)
            let (here, decrease) = (value(at: model), inner(slope, step))
            var part = 1.0
            while part > 1e-9, value(at: model - part * step) > here - 1e-4 * part * decrease { part /= 2 }
            // Rounding hides the decrease at the very end, where full steps are right.
            if part <= 1e-9 { part = 1 }
            model = model - part * step
            if length(step) <= 1e-15 * (1 + length(model)) { break }
        }
        return model
    }
}
