// Problems of models whose scores are linear in the features: softmax, logistic and linear regression.
import Kernels

/// F(x) = Σ_k w_k loss(W f_k + b) + λ/2 |x|², x = (W class by class, b), solved by Newton's method.
struct LinearScoresProblem: NewtonProblem {
    private let data: WeightedBatch
    private let loss: ScoreLoss
    private let weightDecay: Double
    private let hasBias: Bool

    init(_ data: WeightedBatch, _ loss: ScoreLoss, weightDecay: Double, hasBias: Bool = true) {
        precondition(weightDecay > 0, "only weight decay makes it strongly convex")
        self.data = data
        self.loss = loss
        self.weightDecay = weightDecay
        self.hasBias = hasBias
    }

    private var featureCount: Int { data.samples.featureCount }
    private var scoreCount: Int { loss.scoreCount }

    var dimension: Int { (featureCount + (hasBias ? 1 : 0)) * scoreCount }
    var convexity: Double { weightDecay }

    func value(at point: [Double]) -> Double { evaluate(point).value }

    func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        var slopes = scores(of: point)
        var bends = [Double](repeating: 0, count: slopes.count)
        var sum = 0.0
        for k in data.rows.indices {
            sum += data.weights[k] * loss.lossAndSlopes(of: k, &slopes, &bends, at: k * scoreCount)
            for place in k * scoreCount..<(k + 1) * scoreCount { slopes[place] *= data.weights[k] }
        }
        let square = point.reduce(0) { $0 + $1 * $1 }
        var gradient = sums(of: slopes)
        for i in gradient.indices { gradient[i] += weightDecay * point[i] }
        let curvature = Curvature(diagonal: diagonal(bends)) { direction in
            var turned = scores(of: direction)
            for k in data.rows.indices {
                loss.bend(&turned, bends, at: k * scoreCount)
                for place in k * scoreCount..<(k + 1) * scoreCount { turned[place] *= data.weights[k] }
            }
            var product = sums(of: turned)
            for i in product.indices { product[i] += weightDecay * direction[i] }
            return product
        }
        return (sum + weightDecay * square / 2, gradient, curvature)
    }

    /// W f_k + b of every sample, row after row.
    private func scores(of point: [Double]) -> [Double] {
        let (p, count) = (featureCount, scoreCount)
        let columns = turned(point)
        var scores = [Double](repeating: 0, count: data.rows.count * count)
        let features = data.samples.features
        for k in data.rows.indices {
            let (start, row) = (k * count, Int(data.rows[k]) * p)
            if hasBias { for c in 0..<count { scores[start + c] = columns[p * count + c] } }
            for j in 0..<p where features[row + j] != 0 {
                let feature = Double(features[row + j])
                for c in 0..<count { scores[start + c] += feature * columns[j * count + c] }
            }
        }
        return scores
    }

    /// Σ_k of the outer products of each sample's vector of C and its features.
    private func sums(of vectors: [Double]) -> [Double] {
        let (p, count) = (featureCount, scoreCount)
        var columns = [Double](repeating: 0, count: dimension)
        let features = data.samples.features
        for k in data.rows.indices {
            let (start, row) = (k * count, Int(data.rows[k]) * p)
            for j in 0..<p where features[row + j] != 0 {
                let feature = Double(features[row + j])
                for c in 0..<count { columns[j * count + c] += feature * vectors[start + c] }
            }
            if hasBias { for c in 0..<count { columns[p * count + c] += vectors[start + c] } }
        }
        return turnedBack(columns)
    }

    private func diagonal(_ bends: [Double]) -> [Double] {
        let (p, count) = (featureCount, scoreCount)
        var columns = [Double](repeating: weightDecay, count: dimension)
        let features = data.samples.features
        for k in data.rows.indices {
            let row = Int(data.rows[k]) * p
            for c in 0..<count {
                let bend = data.weights[k] * loss.bend(bends, at: k * count + c)
                for j in 0..<p where features[row + j] != 0 {
                    let feature = Double(features[row + j])
                    columns[j * count + c] += bend * feature * feature
                }
                if hasBias { columns[p * count + c] += bend }
            }
        }
        return turnedBack(columns)
    }

    /// Feature by feature in place of class by class, the biases last in both.
    private func turned(_ point: [Double]) -> [Double] {
        let (p, count) = (featureCount, scoreCount)
        var columns = point
        for c in 0..<count { for j in 0..<p { columns[j * count + c] = point[c * p + j] } }
        return columns
    }

    private func turnedBack(_ columns: [Double]) -> [Double] {
        let (p, count) = (featureCount, scoreCount)
        var point = columns
        for c in 0..<count { for j in 0..<p { point[c * p + j] = columns[j * count + c] } }
        return point
    }
}
