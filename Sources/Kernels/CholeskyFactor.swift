// CholeskyFactor: L with A = L Lᵀ, of a small symmetric positive definite matrix in double precision.

/// Solves A x = b for one matrix and many right-hand sides.
public struct CholeskyFactor: Sendable {
    private let size: Int
    /// L, row after row.
    private var lower: [Double]

    /// - Parameter matrix: `size`² elements, row after row; what is above the diagonal is not read. `nil` where it is
    ///   not positive definite.
    public init?(_ matrix: [Double], size: Int) {
        self.size = size
        lower = matrix
        for row in 0..<size {
            for column in 0...row {
                var sum = lower[row * size + column]
                for k in 0..<column { sum -= lower[row * size + k] * lower[column * size + k] }
                if row == column {
                    guard sum > 0, sum.isFinite else { return nil }
                    lower[row * size + row] = sum.squareRoot()
                } else {
                    lower[row * size + column] = sum / lower[column * size + column]
                }
            }
        }
    }

    public func solve(_ right: [Double]) -> [Double] {
        var x = right
        for row in 0..<size {
            for k in 0..<row { x[row] -= lower[row * size + k] * x[k] }
            x[row] /= lower[row * size + row]
        }
        // L is read along its rows here too.
        for row in (0..<size).reversed() {
            x[row] /= lower[row * size + row]
            for k in 0..<row { x[k] -= lower[row * size + k] * x[row] }
        }
        return x
    }

    /// Sixteen right-hand sides, one a lane, in little more than the time of one.
    public func solve(_ right: [SIMD16<Double>]) -> [SIMD16<Double>] {
        var x = right
        for row in 0..<size {
            var sum = x[row]
            for k in 0..<row { sum -= lower[row * size + k] * x[k] }
            x[row] = sum / lower[row * size + row]
        }
        for row in (0..<size).reversed() {
            let found = x[row] / lower[row * size + row]
            x[row] = found
            for k in 0..<row { x[k] -= lower[row * size + k] * found }
        }
        return x
    }

    /// A⁻¹, row after row.
    public var inverse: [Double] {
        var inverse = [Double](repeating: 0, count: size * size)
        for first in stride(from: 0, to: size, by: 16) {
            let lanes = 0..<min(16, size - first)
            var unit = [SIMD16<Double>](repeating: .zero, count: size)
            for lane in lanes { unit[first + lane][lane] = 1 }
            let found = solve(unit)
            for row in 0..<size { for lane in lanes { inverse[row * size + first + lane] = found[row][lane] } }
        }
        return inverse
    }
}
