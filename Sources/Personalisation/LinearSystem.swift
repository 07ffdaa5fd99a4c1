// A x = b for a small dense matrix of any kind, by elimination with partial pivoting.

/// Row after row.
struct LinearSystem {
    let size: Int
    var matrix: [Double]
    var right: [Double]

    init(size: Int) {
        self.size = size
        matrix = [Double](repeating: 0, count: size * size)
        right = [Double](repeating: 0, count: size)
    }

    /// Adds `factor` times a square block, row after row, at a place.
    mutating func add(_ factor: Double, _ block: [Double], row: Int, column: Int, count: Int) {
        for i in 0..<count {
            for j in 0..<count { matrix[(row + i) * size + column + j] += factor * block[i * count + j] }
        }
    }

    /// `nil` where the matrix is singular to rounding.
    func solution() -> [Double]? {
        var (a, x) = (matrix, right)
        for step in 0..<size {
            var pivot = step
            for row in step + 1..<size where abs(a[row * size + step]) > abs(a[pivot * size + step]) {
                pivot = row
            }
            guard abs(a[pivot * size + step]) > 1e-14 else { return nil }
            if pivot != step {
                for column in step..<size { a.swapAt(pivot * size + column, step * size + column) }
                x.swapAt(pivot, step)
            }
            for row in step + 1..<size {
                let factor = a[row * size + step] / a[step * size + step]
                guard factor != 0 else { continue }
                for column in step..<size { a[row * size + column] -= factor * a[step * size + column] }
                x[row] -= factor * x[step]
            }
        }
        for row in (0..<size).reversed() {
            for column in row + 1..<size { x[row] -= a[row * size + column] * x[column] }
            x[row] /= a[row * size + row]
        }
        return x.allSatisfy(\.isFinite) ? x : nil
    }
}
