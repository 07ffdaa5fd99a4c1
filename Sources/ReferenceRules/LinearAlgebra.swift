// Dense linear algebra in the space that a few vectors span, however long they are.

/// The vectors in coordinates of that space: an isometry, so that distances, covariances and medians are the same.
struct Flattened {
    /// Of each vector.
    let points: [[Double]]
    private let origin: [Double]
    /// Of length 1, each at right angles to the others.
    private let axes: [[Double]]

    /// By Gram and Schmidt, the vector farthest from the space so far first.
    init(_ vectors: [[Double]]) {
        let origin = vectors[0]
        var rests = vectors.map { $0 - origin }
        let smallest = 1e-13 * (rests.map(norm).max() ?? 0)
        var axes: [[Double]] = []
        while let longest = rests.max(by: { norm($0) < norm($1) }), norm(longest) > smallest {
            var axis = longest
            // Twice, for what rounding leaves of the others the first time.
            for _ in 0..<2 { axis = axes.reduce(axis) { $0 - dot($0, $1) * $1 } }
            axis = (1 / norm(axis)) * axis
            axes.append(axis)
            rests = rests.map { $0 - dot($0, axis) * axis }
            if axes.count == vectors.count - 1 { break }
        }
        points = vectors.map { vector in axes.map { dot(vector - origin, $0) } }
        self.origin = origin
        self.axes = axes
    }

    /// The vector with these coordinates.
    func vector(at point: [Double]) -> [Double] { zip(point, axes).reduce(origin) { $0 + $1.0 * $1.1 } }
}

/// Σ c_i (x_i − m)(x_i − m)ᵀ / Σ c_i, and the weighted mean m.
func covariance(_ points: [[Double]], weights: [Double]) -> (matrix: [[Double]], mean: [Double]) {
    let total = weights.reduce(0, +)
    let mean = weightedMean(points, weights)
    let offsets = points.map { $0 - mean }
    let matrix = mean.indices.map { i in
        mean.indices.map { j in zip(offsets, weights).reduce(0) { $0 + $1.1 * $1.0[i] * $1.0[j] } / total }
    }
    return (matrix, mean)
}

func weightedMean(_ vectors: [[Double]], _ weights: [Double]) -> [Double] {
    let total = weights.reduce(0, +)
    return vectors.byColumn { column in zip(column, weights).reduce(0) { $0 + $1.0 * $1.1 / total } }
}

/// The greatest eigenvalue of a symmetric matrix, with its vector, by Jacobi's rotations; 0 of an empty one.
func topEigenpair(_ matrix: [[Double]]) -> (value: Double, vector: [Double]) {
    guard !matrix.isEmpty else { return (0, []) }
    var a = matrix
    let n = a.count
    var vectors = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
    for _ in 0..<60 {
        var rotated = false
        for p in 0..<n {
            for q in p + 1..<max(n, p + 1) where a[p][q].magnitude > 1e-17 * (a[p][p].magnitude + a[q][q].magnitude) {
                rotated = true
                let cotangent = (a[q][q] - a[p][p]) / (2 * a[p][q])
                let t = (cotangent < 0 ? -1 : 1) / (cotangent.magnitude + (cotangent * cotangent + 1).squareRoot())
                let c = 1 / (t * t + 1).squareRoot()
                let s = t * c
                for k in 0..<n { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
                for k in 0..<n { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
                for k in 0..<n {
                    let (x, y) = (vectors[k][p], vectors[k][q])
                    (vectors[k][p], vectors[k][q]) = (c * x - s * y, s * x + c * y)
                }
            }
        }
        if !rotated { break }
    }
    let top = a.indices.reduce(0) { a[$1][$1] > a[$0][$0] ? $1 : $0 }
    return (a[top][top], vectors.map { $0[top] })
}

/// x with A x = b, for a symmetric positive definite A, by Gauss's elimination.
func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    let n = right.count
    // The right side is the last column.
    var rows = matrix.indices.map { row in (0...n).map { $0 < n ? matrix[row][$0] : right[row] } }
    for pivot in 0..<n {
        let best = (pivot..<n).max { rows[$0][pivot].magnitude < rows[$1][pivot].magnitude } ?? pivot
        rows.swapAt(pivot, best)
        for row in pivot + 1..<max(n, pivot + 1) {
            rows[row] = rows[row] - (rows[row][pivot] / rows[pivot][pivot]) * rows[pivot]
        }
    }
    var x = right
    for row in (0..<n).reversed() {
        let known = (row + 1..<max(n, row + 1)).reduce(0) { $0 + rows[row][$1] * x[$1] }
        x[row] = (rows[row][n] - known) / rows[row][row]
    }
    return x
}
