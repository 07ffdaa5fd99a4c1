// The rules that weigh vectors: the geometric median, centered clipping and the covariance filter.

extension ReferenceRules {
    @Sendable static func geometricMedian(_ inputs: ReferenceInputs) -> ReferenceResult {
        let mode = inputs.parameters.text("mode")
        var point: [Double]
        switch mode {
        case "converged": point = inputs.vectors.byColumn(middle)
        case "byzfl": point = Array(repeating: 0, count: inputs.dimension)
        default: point = inputs.vectors.mean(of: 0..<inputs.count)
        }
        let start = point
        let distances = inputs.vectors.map { norm($0 - start) }.sorted()
        let spread = distances[inputs.count / 2]
        if mode == "converged" && spread == 0 {
            return ReferenceResult(start, kept: Array(0..<inputs.count))
        }
        let smoothing =
            mode == "byzfl" ? inputs.parameters.number("smoothing") : mode == "converged" ? 1e-8 * spread : 0
        let steps = mode == "byzfl" ? inputs.parameters.count("steps") : mode == "converged" ? 100 : 80
        for _ in 0..<steps {
            let weights = inputs.vectors.map { vector in
                let distance = max(smoothing, norm(vector - point))
                return distance == 0 ? 1 : 1 / distance
            }
            let next = weightedMean(inputs.vectors, weights)
            let moved = norm(next - point)
            point = next
            if mode == "converged" && moved <= 1e-6 * spread + 1e-7 * norm(point) { break }
            if mode == "byrdlab" && moved <= 1e-5 { break }
        }
        return ReferenceResult(point, kept: Array(0..<inputs.count))
    }

    @Sendable static func centredClipping(_ inputs: ReferenceInputs) -> ReferenceResult {
        let radius = inputs.parameters.number("radius")
        let own = inputs.own.map { inputs.vectors[$0] }
        let zero = Array(repeating: 0.0, count: inputs.dimension)
        var centre: [Double]
        switch inputs.parameters.text("centre") {
        case "own": centre = own ?? zero
        case "previous": centre = inputs.previous ?? own ?? zero
        default: centre = zero
        }
        for _ in 0..<inputs.parameters.count("steps") {
            let offsets = inputs.vectors.map { clipped($0 - centre, at: radius) }
            centre = centre + offsets.mean(of: 0..<inputs.count)
        }
        return ReferenceResult(centre, kept: radius > 0 ? Array(0..<inputs.count) : [])
    }

    @Sendable static func covarianceFilter(_ inputs: ReferenceInputs) -> ReferenceResult {
        let isAmongAll = inputs.parameters.text("max") == "all"
        var weights = inputs.vectors.map { _ in 1.0 }
        var best: (weights: [Double], variance: Double)?
        for _ in 0..<10_000 {
            let total = weights.reduce(0, +)
            guard total > Double(inputs.count - 2 * inputs.hostile) || best == nil else { break }
            let (matrix, mean) = gram(inputs.vectors, weights: weights)
            let (value, vector) = topEigenpair(matrix)
            if value / total < best?.variance ?? .infinity { best = (weights, value / total) }
            guard value > 0 else { break }
            // The direction of greatest variance in the space of the vectors.
            var direction = Array(repeating: 0.0, count: inputs.dimension)
            for (row, entry) in vector.enumerated() {
                direction = direction + (weights[row].squareRoot() * entry) * (inputs.vectors[row] - mean)
            }
            let scores = inputs.vectors.map { vector in
                let projection = dot(vector - mean, direction)
                return projection * projection / value
            }
            let judged = scores.indices.filter { $0 != inputs.pinned && (isAmongAll || weights[$0] > 0) }
            guard let greatest = judged.map({ scores[$0] }).max(), greatest > 0 else { break }
            for row in scores.indices where row != inputs.pinned { weights[row] *= max(0, 1 - scores[row] / greatest) }
        }
        let final = best?.weights ?? weights
        return ReferenceResult(weightedMean(inputs.vectors, final), kept: final.indices.filter { final[$0] > 0 })
    }

    private static func weightedMean(_ vectors: [[Double]], _ weights: [Double]) -> [Double] {
        let total = weights.reduce(0, +)
        return vectors.byColumn { column in zip(column, weights).reduce(0) { $0 + $1.0 * $1.1 / total } }
    }
}

/// √c_i √c_j (x_i − m)ᵀ(x_j − m), and the weighted mean m.
func gram(_ vectors: [[Double]], weights: [Double]) -> (matrix: [[Double]], mean: [Double]) {
    let total = weights.reduce(0, +)
    let mean = vectors.byColumn { column in zip(column, weights).reduce(0) { $0 + $1.0 * $1.1 / total } }
    let rows = zip(vectors, weights).map { $1.squareRoot() * ($0 - mean) }
    return (rows.map { row in rows.map { dot(row, $0) } }, mean)
}

/// The greatest eigenvalue of a symmetric matrix, with its vector, by Jacobi's rotations.
func topEigenpair(_ matrix: [[Double]]) -> (value: Double, vector: [Double]) {
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
