// The smooth l2 coupling λ√(1 + ‖u‖²) with its proximal step.
import Kernels

/// Like a norm far away and like a square near 0.
public struct SmoothNorm: CouplingTerm {
    private let weight: Double

    /// - Parameter weight: λ > 0.
    public init(weight: Double) {
        precondition(weight > 0, "a positive weight")
        self.weight = weight
    }

    private static func root(_ u: [Double]) -> Double { (1 + u.dot(u)).squareRoot() }

    public func value(at difference: [Double]) -> Double { weight * Self.root(difference) }

    /// Along v, to the r with r + τλr/√(1 + r²) = |v|.
    public func proximal(_ v: [Double], step: Double) -> [Double] {
        let far = v.norm
        guard far > 0 else { return v }
        let near = crossing(in: 0...far) { far - $0 - step * weight * $0 / (1 + $0 * $0).squareRoot() }
        return near / far * v
    }

    public func proximalDerivative(_ v: [Double], _ z: [Double], step: Double) -> [Double] {
        let root = Self.root(z)
        let across = 1 / (1 + step * weight / root)
        let along = 1 / (1 + step * weight / (root * root * root))
        var matrix = diagonal(z.map { _ in across })
        let square = z.dot(z)
        if square > 0 { addSquare((along - across) / square, z, to: &matrix) }
        return matrix
    }
}
