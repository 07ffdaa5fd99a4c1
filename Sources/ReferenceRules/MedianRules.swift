// The geometric median, in another way than nodes find it: every vector is asked whether it is the median itself, and
// where none is, Newton's method goes on from the best of them, in the space that the vectors span.

extension ReferenceRules {
    @Sendable static func geometricMedian(_ inputs: ReferenceInputs) -> ReferenceResult {
        let vector =
            switch inputs.parameters.text("mode") {
            case "byzfl": stepsFromZero(inputs)
            case "byrdlab": stepsFromMean(inputs)
            default: leastSumOfDistances(inputs.vectors)
            }
        return ReferenceResult(vector, kept: Array(0..<inputs.count))
    }

    @Sendable static func medianOfMeans(_ inputs: ReferenceInputs) -> ReferenceResult {
        let asked = inputs.parameters.count("groups")
        let count = min(inputs.count, asked == 0 ? 2 * inputs.hostile + 1 : asked)
        let means = (0..<count).map { group in
            inputs.vectors.mean(of: group * inputs.count / count..<(group + 1) * inputs.count / count)
        }
        return ReferenceResult(leastSumOfDistances(means), kept: Array(0..<inputs.count))
    }

    /// ByzFL's: a number of smoothed steps from zero.
    private static func stepsFromZero(_ inputs: ReferenceInputs) -> [Double] {
        let zero = Array(repeating: 0.0, count: inputs.dimension)
        let least = inputs.parameters.number("smoothing")
        return (0..<inputs.parameters.count("steps")).reduce(zero) { point, _ in
            let distances = inputs.vectors.map { max(least, norm($0 - point)) }
            return weightedMean(inputs.vectors, distances.map { $0 == 0 ? 1 : 1 / $0 })
        }
    }

    /// ByrdLab's: from the mean, with 1 for a distance of 0, to a step of 10⁻⁵ or for eighty.
    private static func stepsFromMean(_ inputs: ReferenceInputs) -> [Double] {
        var point = inputs.vectors.mean(of: 0..<inputs.count)
        for _ in 0..<80 {
            let distances = inputs.vectors.map { norm($0 - point) }
            let next = weightedMean(inputs.vectors, distances.map { $0 == 0 ? 1 : 1 / $0 })
            let moved = norm(next - point)
            point = next
            if moved <= 1e-5 { break }
        }
        return point
    }

    /// The minimiser of Σ |v − x_j|; of a whole segment of them, its middle.
    static func leastSumOfDistances(_ vectors: [[Double]]) -> [Double] {
        let space = Flattened(vectors)
        switch space.points[0].count {
        case 0: return vectors[0]
        // On a line it is the median of numbers.
        case 1: return space.vector(at: [middle(space.points.map { $0[0] })])
        default: break
        }
        for vector in vectors {
            let (sum, countAt) = pull(on: vector, of: vectors)
            if norm(sum) <= countAt * (1 + 1e-14) { return vector }
        }
        return space.vector(at: descend(among: space.points))
    }

    /// Σ (x_j − v)/|x_j − v| over the vectors that are not at v, and how many are.
    static func pull(on point: [Double], of vectors: [[Double]]) -> (sum: [Double], countAt: Double) {
        var (sum, countAt) = (Array(repeating: 0.0, count: point.count), 0.0)
        for vector in vectors {
            let distance = norm(vector - point)
            if distance == 0 { countAt += 1 } else { sum = sum + (1 / distance) * (vector - point) }
        }
        return (sum, countAt)
    }

    /// Newton's method with halved steps, from below the value at every point: so it never comes to where Σ |v − x_j|
    /// has no derivative.
    private static func descend(among points: [[Double]]) -> [Double] {
        func value(_ v: [Double]) -> Double { points.reduce(0) { $0 + norm($1 - v) } }
        guard var best = points.min(by: { value($0) < value($1) }) else { return [] }
        var direction = pull(on: best, of: points).sum
        direction = ((points.map { norm($0 - best) }.max() ?? 0) / norm(direction)) * direction
        for _ in 0..<200 {
            let (start, before) = (best, value(best))
            var share = 1.0
            while share > 1e-18, !(value(start + share * direction) < before) { share /= 2 }
            guard share > 1e-18 else { break }
            best = start + share * direction
            direction = newtonStep(at: best, among: points)
        }
        // Where values no longer tell points apart, the pull still does.
        for _ in 0..<5 {
            let next = best + newtonStep(at: best, among: points)
            guard norm(pull(on: next, of: points).sum) < norm(pull(on: best, of: points).sum) else { break }
            best = next
        }
        return best
    }

    /// H⁻¹ R, with the second derivative H = Σ (1 − u uᵀ)/d of the sum of distances, and R the pull.
    private static func newtonStep(at point: [Double], among points: [[Double]]) -> [Double] {
        var matrix = point.map { _ in point.map { _ in 0.0 } }
        for other in points {
            let distance = norm(other - point)
            let u = (1 / distance) * (other - point)
            for i in u.indices {
                for j in u.indices { matrix[i][j] += ((i == j ? 1 : 0) - u[i] * u[j]) / distance }
            }
        }
        return solve(matrix, pull(on: point, of: points).sum)
    }
}
