// PersonalLoss: L_n(θ) of one node, with two derivatives, in double precision.
import Kernels
public import Learning

/// A convex loss of a personal model θ ∈ R^d, twice differentiable.
public protocol PersonalLoss: SmoothProblem, Sendable {
    /// d.
    var dimension: Int { get }
    func value(at model: [Double]) -> Double
    func gradient(at model: [Double]) -> [Double]
    /// ∇²L, d rows of d.
    func curvature(at model: [Double]) -> [Double]
}

extension PersonalLoss {
    /// Where the loss alone is least.
    ///
    /// - Precondition: there is one such place: ν > 0, or data that span R^d.
    public var preference: [Double] {
        let zeros = [Double](repeating: 0, count: dimension)
        return minimum(from: zeros, gradientNorm: 1e-14, isCancelled: { false }).point
    }
}

extension LocalLoss: PersonalLoss {
    public func value(at model: [Double]) -> Double { evaluate(model).value }

    public func curvature(at model: [Double]) -> [Double] {
        let curvature = secondOrder(at: model).curvature
        // It is symmetric, so that columns are rows.
        return model.indices.flatMap { curvature.product(model.map { _ in 0 }.replacing($0, with: 1)) }
    }
}
