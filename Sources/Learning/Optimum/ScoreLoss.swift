// The losses of linear models as functions of a sample's scores, with their first and second derivatives.
import Kernels

/// A smooth convex loss of C scores a sample.
enum ScoreLoss: Sendable {
    /// −Σ_c q_c log softmax(s)_c; C probabilities q a sample.
    case crossEntropy([Double], classCount: Int)
    /// log(1 + exp(−y s)), y = ±1.
    case logistic([Double])
    /// ½(s − y)².
    case squared([Double])

    /// C.
    var scoreCount: Int { if case .crossEntropy(_, let count) = self { count } else { 1 } }

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
        case .logistic(let signs):
            let margin = signs[k] * scores[start]
            // exp of what is not positive never overflows.
            let small = Elementary.exp(-margin.magnitude)
            let wrong = margin >= 0 ? small / (1 + small) : 1 / (1 + small)
            scores[start] = -signs[k] * wrong
            curvature[start] = small / ((1 + small) * (1 + small))
            return Self.logOnePlus(small) + max(0, -margin)
        case .squared(let values):
            let way = scores[start] - values[k]
            scores[start] = way
            curvature[start] = 1
            return way * way / 2
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
            directions[start] *= curvature[start]
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
        let targets = data.samples.targets.picked(data.rows)
        let count = targets.kind.classCount
        switch targets {
        case .distributions(let shares, _): return .crossEntropy(shares.map { Double($0) }, classCount: count)
        case .classes(let labels, _):
            var shares = [Double](repeating: 0, count: labels.count * count)
            for (k, label) in labels.enumerated() { shares[k * count + Int(label)] = 1 }
            return .crossEntropy(shares, classCount: count)
        case .values, .none: preconditionFailure("an objective of classes has data with classes")
        }
    }

    /// Of two classes, of which the second is +1.
    static func logistic(of data: WeightedBatch) -> ScoreLoss {
        .logistic((data.samples.targets.picked(data.rows).labels ?? []).map { $0 == 1 ? 1 : -1 })
    }

    /// Of real targets.
    static func squared(of data: WeightedBatch) -> ScoreLoss {
        guard case .values(let values) = data.samples.targets.picked(data.rows) else {
            preconditionFailure("an objective of real values has data with values")
        }
        return .squared(values.map { Double($0) })
    }
}
