// The quadratic problem, whose optimum is a mean.
import Kernels

/// F(x) = Σ_k w_k ½|x − s_k|² + λ/2 |x|² is least at Σ_k w_k s_k / (1 + λ).
///
/// With Σ_k w_k = 1, m their mean and V = Σ_k w_k |s_k − m|², F(x) = (|x − m|² + V + λ|x|²)/2.
struct SampleMeanProblem: ConvexProblem {
    let dimension: Int
    private let mean: [Double]
    private let variance: Double
    private let weightDecay: Double

    init(_ data: WeightedBatch, weightDecay: Double) {
        let dimension = data.samples.featureCount
        let features = data.samples.features.span
        var mean = [Double](repeating: 0, count: dimension)
        for (row, weight) in zip(data.rows, data.weights) {
            let start = Int(row) * dimension
            for j in 0..<dimension { mean[j] += weight * Double(features[start + j]) }
        }
        var variance = 0.0
        for (row, weight) in zip(data.rows, data.weights) {
            let start = Int(row) * dimension
            var square = 0.0
            for j in 0..<dimension {
                let way = Double(features[start + j]) - mean[j]
                square += way * way
            }
            variance += weight * square
        }
        self.dimension = dimension
        self.mean = mean
        self.variance = variance
        self.weightDecay = weightDecay
    }

    var convexity: Double { 1 + weightDecay }

    func value(at point: [Double]) -> Double {
        var (square, decay) = (0.0, 0.0)
        for j in 0..<dimension {
            square += (point[j] - mean[j]) * (point[j] - mean[j])
            decay += point[j] * point[j]
        }
        return (square + variance + weightDecay * decay) / 2
    }

    func solve(isCancelled: () -> Bool) -> Optimum {
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
