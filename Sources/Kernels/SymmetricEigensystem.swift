// All eigenvalues, and vectors where wanted, of small dense symmetric matrices. Large sparse ones are Lanczos's.

/// Householder's reduction to a tridiagonal matrix, then QR steps with Wilkinson's shift (Golub, Van Loan, Matrix
/// Computations, algorithms 8.3.1 and 8.3.2). The memory is used again from matrix to matrix.
public struct SymmetricEigensystem: Sendable {
    public private(set) var size = 0
    /// Row after row; only what is on and below the diagonal is read, and nothing of it is left afterwards.
    public var matrix: [Double] = []
    /// In no particular order.
    public private(set) var values: [Double] = []
    /// Row i belongs to `values[i]`; of length 1.
    public private(set) var vectors: [Double] = []

    private var factor: [Double] = []
    private var couplings: [Double] = []
    private var reflector: [Double] = []
    private var image: [Double] = []

    public init() {}

    /// Makes room for a matrix of zeros.
    public mutating func begin(size: Int) {
        self.size = size
        Self.reset(&matrix, size * size)
    }

    /// The position of the greatest value.
    public var greatest: Int {
        values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    }

    /// Whether the greatest value is above `bound`, by at least minus what rounding does, some 2⁻⁵² of the trace times
    /// the size; `false` is no answer. Of a matrix without negative values; it stays as it is. Far cheaper than
    /// to solve: `bound` less the matrix has no triangular factor (Golub, Van Loan, algorithm 4.2.1).
    public mutating func surelyExceeds(_ bound: Double) -> Bool {
        guard bound.isFinite else { return false }
        if factor.count < size * size { factor = [Double](repeating: 0, count: size * size) }
        for row in 0..<size {
            let start = row * size
            for column in 0..<row {
                var rest = -matrix[start + column]
                for k in 0..<column { rest -= factor[start + k] * factor[column * size + k] }
                // On the diagonal there are the inverses.
                factor[start + column] = rest * factor[column * size + column]
            }
            var pivot = bound - matrix[start + row]
            for k in 0..<row { pivot -= factor[start + k] * factor[start + k] }
            if pivot <= 0 { return true }
            factor[start + row] = 1 / pivot.squareRoot()
        }
        return false
    }

    public mutating func solve(withVectors: Bool) {
        Self.reset(&values, size)
        Self.reset(&couplings, size)
        Self.reset(&reflector, size)
        Self.reset(&image, size)
        Self.reset(&vectors, withVectors ? size * size : 0)
        if withVectors {
            for i in 0..<size { vectors[i * size + i] = 1 }
        }
        let unit = normalise()
        guard unit > 0 else { return }
        defer { for row in 0..<size { values[row] *= unit } }
        tridiagonalise(withVectors)
        var high = size - 1
        var steps = 0
        while high > 0 {
            if isNegligible(high - 1) {
                couplings[high - 1] = 0
                high -= 1
                steps = 0
                continue
            }
            var low = high - 1
            while low > 0 && !isNegligible(low - 1) { low -= 1 }
            // Three steps a value is what it takes; the limit is for what rounding might do.
            steps += 1
            if steps > 100 { couplings[high - 1] = 0 } else { step(low, high, withVectors) }
        }
    }

    private static func reset(_ array: inout [Double], _ count: Int) {
        array.removeAll(keepingCapacity: true)
        array.append(contentsOf: repeatElement(0, count: count))
    }

    /// Divides the matrix by a power of two, which it returns, so that no square overflows or vanishes. Of a matrix of
    /// zeros, or with an element that is not finite, nothing can be said: 0.
    private mutating func normalise() -> Double {
        var greatest = 0.0
        for row in 0..<size {
            for column in 0...row {
                let element = abs(matrix[row * size + column])
                guard element.isFinite else { return 0 }
                greatest = max(greatest, element)
            }
        }
        guard greatest > 0 else { return 0 }
        let unit = Double(sign: .plus, exponent: max(greatest.exponent, -1_000), significand: 1)
        for index in matrix.indices { matrix[index] /= unit }
        return unit
    }

    // Turned round, so that what is not a number is negligible too, and the search ends.
    private func isNegligible(_ row: Int) -> Bool {
        !(abs(couplings[row]) > 0x1p-53 * (abs(values[row]) + abs(values[row + 1])))
    }

    /// A ← H A H for reflections H that leave one element beside the diagonal, column after column.
    private mutating func tridiagonalise(_ withVectors: Bool) {
        for column in 0..<size {
            values[column] = matrix[column * size + column]
            guard column + 1 < size else { break }
            var (square, beyond) = (0.0, 0.0)
            for row in column + 1..<size {
                reflector[row] = matrix[row * size + column]
                square += reflector[row] * reflector[row]
                if row > column + 1 { beyond += reflector[row] * reflector[row] }
            }
            let first = reflector[column + 1]
            guard beyond > 0 else {
                couplings[column] = first
                continue
            }
            let length = first > 0 ? -square.squareRoot() : square.squareRoot()
            couplings[column] = length
            reflector[column + 1] = first - length
            // H = 1 − β v vᵀ with β = 2 / vᵀv.
            let beta = 1 / (square - first * length)
            reflectTrailing(from: column + 1, beta)
            if withVectors { reflectVectors(from: column + 1, beta) }
        }
    }

    /// A ← A − v qᵀ − q vᵀ with p = β A v and q = p − (β pᵀv / 2) v, on and below the diagonal.
    private mutating func reflectTrailing(from start: Int, _ beta: Double) {
        for row in start..<size { image[row] = 0 }
        for row in start..<size {
            var sum = matrix[row * size + row] * reflector[row]
            for column in start..<row {
                sum += matrix[row * size + column] * reflector[column]
                image[column] += matrix[row * size + column] * reflector[row]
            }
            image[row] += sum
        }
        var product = 0.0
        for row in start..<size {
            image[row] *= beta
            product += image[row] * reflector[row]
        }
        for row in start..<size { image[row] -= 0.5 * beta * product * reflector[row] }
        for row in start..<size {
            for column in start...row {
                matrix[row * size + column] -= reflector[row] * image[column] + image[row] * reflector[column]
            }
        }
    }

    /// Z ← H Z: the rows of Z become those of Qᵀ, where A = Q T Qᵀ.
    private mutating func reflectVectors(from start: Int, _ beta: Double) {
        for column in 0..<size {
            var product = 0.0
            for row in start..<size { product += reflector[row] * vectors[row * size + column] }
            for row in start..<size { vectors[row * size + column] -= beta * product * reflector[row] }
        }
    }

    /// One implicit QR step on the rows from `low` to `high`: rotations chase a bulge down the diagonal.
    private mutating func step(_ low: Int, _ high: Int, _ withVectors: Bool) {
        let half = 0.5 * (values[high - 1] - values[high])
        let coupling = couplings[high - 1]
        let root = (half * half + coupling * coupling).squareRoot()
        let shift = values[high] - coupling * coupling / (half + (half < 0 ? -root : root))
        var (x, z) = (values[low] - shift, couplings[low])
        for row in low..<high {
            let length = (x * x + z * z).squareRoot()
            let (c, s) = length > 0 ? (x / length, z / length) : (1, 0)
            if row > low { couplings[row - 1] = length }
            let (a, b, e) = (values[row], values[row + 1], couplings[row])
            values[row] = c * c * a + 2 * c * s * e + s * s * b
            values[row + 1] = s * s * a - 2 * c * s * e + c * c * b
            couplings[row] = c * s * (b - a) + (c * c - s * s) * e
            if row + 1 < high {
                x = couplings[row]
                z = s * couplings[row + 1]
                couplings[row + 1] *= c
            }
            guard withVectors else { continue }
            for column in 0..<size {
                let (upper, lower) = (vectors[row * size + column], vectors[(row + 1) * size + column])
                vectors[row * size + column] = c * upper + s * lower
                vectors[(row + 1) * size + column] = c * lower - s * upper
            }
        }
    }
}
