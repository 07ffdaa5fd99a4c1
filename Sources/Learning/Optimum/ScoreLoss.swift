// The losses of linear models as functions of a sample's scores, with their first and second derivatives.
import Kernels

/// A smooth convex loss of C scores a sample.
enum ScoreLoss: Sendable {
    /// −Σ_c q_c log softmax(s)_c; C probabilities q a sample.
    case crossEntropy([Double], classCount: Int)
    /// log(1 + eˢ) − q s, q the probability of class 1.
    case logistic([Double])
    /// ½(s − y)².
    case squared([Double])
    /// Σ_c max(0, 1 − y_c s_c)², y_c = +1 for the sample's class and −1 for the others; C values y a sample. Its second
    /// derivative jumps, which Newton's method bears.
    case squaredHinge([Double], classCount: Int)

    /// C.
    var scoreCount: Int {
        switch self {
        case .crossEntropy(_, let count), .squaredHinge(_, let count): count
        case .logistic, .squared: 1
        }
    }

    /// The loss of sample `k`, whose scores at `start` are replaced by the derivatives of the loss. What the second
    /// derivative needs is put at the same place of `curvature`.
    func lossAndSlopes(of k: Int, _ scores: inout [Double], _ curvature: inout [Double], at start: Int) -> Double {
        switch self {
        case .crossEntropy(let shares, let count):
            var greatest = scores[start]
            for c in 1..<count where scores[start + c] > greatest { greatest = scores[start + c] }
            var (total, expected, mass) = (0.0, 0.0, 0.0)
            for c in 0..<count {
                let share = shares[k * count + c]
                expected += share * (scores[start + c] - greatest)
                mass += share
                curvature[start + c] = Elementary.exp(scores[start + c] - greatest)
                total += curvature[start + c]
            }
            for c in 0..<count {
                curvature[start + c] /= total
                scores[start + c] = mass * curvature[start + c] - shares[k * count + c]
            }
            return mass * Elementary.log(total) - expected
        case .logistic(let shares):
            let score = scores[start]
            // exp of what is not positive never overflows.
            let small = Elementary.exp(-score.magnitude)
            scores[start] = (score < 0 ? small : 1) / (1 + small) - shares[k]
            curvature[start] = small / ((1 + small) * (1 + small))
            return Self.logOnePlus(small) + max(0, score) - shares[k] * score
        case .squared(let values):
            let way = scores[start] - values[k]
            scores[start] = way
            curvature[start] = 1
            return way * way / 2
        case .squaredHinge(let signs, let count):
            var loss = 0.0
            for c in 0..<count {
                let sign = signs[k * count + c]
                let gap = max(0, 1 - sign * scores[start + c])
                scores[start + c] = -2 * sign * gap
                curvature[start + c] = gap > 0 ? 2 : 0
                loss += gap * gap
            }
            return loss
        }
    }

    /// log(1 + x) without the digits of a small x that 1 + x loses.
    private static func logOnePlus(_ x: Double) -> Double {
        let sum = 1 + x
        return sum == 1 ? x : Elementary.log(sum) * (x / (sum - 1))
    }

    /// The directions at `start` become the second derivative times them.
    func bend(_ directions: inout [Double], _ curvature: [Double], at start: Int) {
        guard case .crossEntropy(_, let count) = self else {
            for c in 0..<scoreCount { directions[start + c] *= curvature[start + c] }
            return
        }
        var mean = 0.0
        for c in 0..<count { mean += curvature[start + c] * directions[start + c] }
        for c in 0..<count { directions[start + c] = curvature[start + c] * (directions[start + c] - mean) }
    }

    /// The second derivative by the score at `place` alone.
    func bend(_ curvature: [Double], at place: Int) -> Double {
        guard case .crossEntropy = self else { return curvature[place] }
        return curvature[place] * (1 - curvature[place])
    }
}

extension ScoreLoss {
    /// Of the classes of these samples, certain or soft.
    static func crossEntropy(of data: WeightedBatch) -> ScoreLoss {
        .crossEntropy(shares(of: data), classCount: data.samples.classCount)
    }

    /// Of two classes.
    static func logistic(of data: WeightedBatch) -> ScoreLoss {
        precondition(data.samples.classCount == 2, "one score tells two classes apart")
        let shares = shares(of: data)
        return .logistic(data.rows.indices.map { shares[2 * $0 + 1] })
    }

    /// Of the likeliest class of each sample.
    static func squaredHinge(of data: WeightedBatch) -> ScoreLoss {
        let (labels, count) = (data.samples.targets.picked(data.rows).labels ?? [], data.samples.classCount)
        return .squaredHinge(
            labels.flatMap { label in (0..<count).map { $0 == Int(label) ? 1 : -1 } }, classCount: count)
    }

    /// The probability of every class, sample after sample.
    private static func shares(of data: WeightedBatch) -> [Double] {
        let targets = data.samples.targets.picked(data.rows)
        let count = targets.kind.classCount
        switch targets {
        case .distributions(let shares, _): return shares.map { Double($0) }
        case .classes(let labels, _):
            var shares = [Double](repeating: 0, count: labels.count * count)
            for (k, label) in labels.enumerated() { shares[k * count + Int(label)] = 1 }
            return shares
        case .values, .none: preconditionFailure("an objective of classes has data with classes")
        }
    }

    /// Of real targets.
    static func squared(of data: WeightedBatch) -> ScoreLoss {
        guard case .values(let values) = data.samples.targets.picked(data.rows) else {
            preconditionFailure("an objective of real values has data with values")
        }
        return .squared(values.map { Double($0) })
    }
}
