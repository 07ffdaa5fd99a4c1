// CouplingTerm: R(u) of the difference u = ρ − θ between the common and a personal model, known by its proximal step;
// so kinks are no obstacle.

/// A convex function of u ∈ R^d, least at 0.
public protocol CouplingTerm: Sendable {
    func value(at difference: [Double]) -> Double

    /// The z at which R(z) + |z − v|²/2τ is least; then (v − z)/τ is a subgradient of R at z.
    func proximal(_ v: [Double], step: Double) -> [Double]

    /// A derivative of z by v where there is one, otherwise a limit of some: d rows of d, symmetric.
    ///
    /// - Parameter z: `proximal(v, step)`.
    func proximalDerivative(_ v: [Double], _ z: [Double], step: Double) -> [Double]
}

/// A diagonal matrix, row after row.
func diagonal(_ values: [Double]) -> [Double] {
    var matrix = [Double](repeating: 0, count: values.count * values.count)
    for i in values.indices { matrix[i * values.count + i] = values[i] }
    return matrix
}

/// Adds `factor` x xᵀ to a matrix.
func addSquare(_ factor: Double, _ x: [Double], to matrix: inout [Double]) {
    for i in x.indices where x[i] != 0 {
        for j in x.indices { matrix[i * x.count + j] += factor * x[i] * x[j] }
    }
}
