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
        for row in (0..<size).reversed() {
            for k in row + 1..<size { x[row] -= lower[k * size + row] * x[k] }
            x[row] /= lower[row * size + row]
        }
        return x
    }

    /// A⁻¹, row after row.
    public var inverse: [Double] {
        var inverse: [Double] = []
        inverse.reserveCapacity(size * size)
        let zeros = [Double](repeating: 0, count: size)
        // It is symmetric, so that columns are rows.
        for place in 0..<size { inverse += solve(zeros.replacing(place, with: 1)) }
        return inverse
    }
}
