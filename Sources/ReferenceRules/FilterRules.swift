// Reference rules that weigh vectors: centered clipping and the covariance filter.

extension ReferenceRules {
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
        let points = Flattened(inputs.vectors).points
        var weights = points.map { _ in 1.0 }
        var best: (weights: [Double], variance: Double)?
        for _ in 0..<10_000 {
            let total = weights.reduce(0, +)
            guard total > Double(inputs.count - 2 * inputs.hostile) || best == nil else { break }
            let (matrix, mean) = covariance(points, weights: weights)
            let (variance, direction) = topEigenpair(matrix)
            if variance < best?.variance ?? .infinity { best = (weights, variance) }
            guard variance > 0 else { break }
            let scores = points.map { point in
                let projection = dot(point - mean, direction)
                return projection * projection
            }
            let judged = scores.indices.filter { $0 != inputs.pinned && (isAmongAll || weights[$0] > 0) }
            guard let greatest = judged.map({ scores[$0] }).max(), greatest > 0 else { break }
            for row in scores.indices where row != inputs.pinned { weights[row] *= max(0, 1 - scores[row] / greatest) }
        }
        let final = best?.weights ?? weights
        return ReferenceResult(weightedMean(inputs.vectors, final), kept: final.indices.filter { final[$0] > 0 })
    }
}
