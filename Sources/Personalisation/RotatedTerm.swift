// A coupling in other coordinates: R(P u) for an orthogonal P.

/// The same term along other axes.
public struct RotatedTerm: CouplingTerm {
    private let term: any CouplingTerm
    /// P, d rows of d: the new axes.
    private let axes: [Double]
    private let size: Int

    /// - Parameter axes: orthonormal vectors, one after the other.
    public init(_ term: any CouplingTerm, axes: [[Double]]) {
        self.term = term
        self.axes = axes.flatMap { $0 }
        size = axes.count
    }

    private func back(_ x: [Double]) -> [Double] {
        (0..<size).map { j in (0..<size).reduce(0) { $0 + axes[$1 * size + j] * x[$1] } }
    }

    public func value(at difference: [Double]) -> Double { term.value(at: product(axes, difference)) }

    public func proximal(_ v: [Double], step: Double) -> [Double] {
        let turned = term.proximal(product(axes, v), step: step)
        // Turned to and fro, 0 stays 0; what else is there keeps its rounding.
        return back(turned)
    }

    /// Pᵀ J P.
    public func proximalDerivative(_ v: [Double], _ z: [Double], step: Double) -> [Double] {
        let turned = product(axes, v)
        let inside = term.proximalDerivative(turned, term.proximal(turned, step: step), step: step)
        var matrix = [Double](repeating: 0, count: size * size)
        for a in 0..<size {
            for b in 0..<size where inside[a * size + b] != 0 {
                for i in 0..<size {
                    for j in 0..<size {
                        matrix[i * size + j] += axes[a * size + i] * inside[a * size + b] * axes[b * size + j]
                    }
                }
            }
        }
        return matrix
    }
}
