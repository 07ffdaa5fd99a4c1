// The quadratic problem, whose optimum is a mean.
import Kernels

/// F(x) = Σ_k w_k ½|x − s_k|² + λ/2 |x|² is least at Σ_k w_k s_k / (1 + λ).
struct SampleMeanProblem: ConvexProblem {
    private let data: WeightedBatch
    private let weightDecay: Double

    init(_ data: WeightedBatch, weightDecay: Double) {
        self.data = data
        self.weightDecay = weightDecay
    }

    var dimension: Int { data.samples.featureCount }
    var convexity: Double { 1 + weightDecay }

    func value(at point: [Double]) -> Double {
        var sum = 0.0
        for (row, weight) in zip(data.rows, data.weights) {
            let start = Int(row) * dimension
            var square = 0.0
            for j in 0..<dimension {
                let way = point[j] - Double(data.samples.features[start + j])
                square += way * way
            }
            sum += weight * square
        }
        return (sum + weightDecay * point.reduce(0) { $0 + $1 * $1 }) / 2
    }

    func solve(isCancelled: () -> Bool) -> Optimum {
        var mean = [Double](repeating: 0, count: dimension)
        for (row, weight) in zip(data.rows, data.weights) {
            let start = Int(row) * dimension
            for j in 0..<dimension { mean[j] += weight * Double(data.samples.features[start + j]) }
        }
        let point = mean.map { $0 / convexity }
        // What rounding has left of ∇F = (1 + λ)x − mean.
        let square = zip(point, mean).reduce(0.0) { sum, pair in
            let slope = convexity * pair.0 - pair.1
            return sum + slope * slope
        }
        return Optimum(
            point: point, value: value(at: point),
            certificate: Certificate(.gradientNorm, square.squareRoot(), convexity: convexity))
    }
}
