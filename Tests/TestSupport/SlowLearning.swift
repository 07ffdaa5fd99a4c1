// Slow, obvious twins of what Learning computes: in Double, sample by sample, with the C library's exp and log.
import Glibc
public import Learning

/// Softmax regression as its formula says. Parameters: W class by class, then b.
public struct SlowSoftmax {
    public let data: Samples
    /// Positions in `data`; the mean is over these.
    public let samples: [Int32]

    public init(_ data: Samples, samples: [Int32]) {
        self.data = data
        self.samples = samples
    }

    /// All of `data`.
    public init(_ data: Samples) { self.init(data, samples: data.labels.indices.map { Int32($0) }) }

    private func features(_ sample: Int32) -> [Double] {
        let start = Int(sample) * data.featureCount
        return data.features[start..<start + data.featureCount].map(Double.init)
    }

    public func scores(_ parameters: [Double], _ sample: Int32) -> [Double] {
        let x = features(sample)
        return (0..<data.classCount).map { c in
            let weights = parameters[c * x.count..<(c + 1) * x.count]
            return zip(weights, x).reduce(parameters[data.classCount * x.count + c]) { $0 + $1.0 * $1.1 }
        }
    }

    private func logProbabilities(_ scores: [Double]) -> [Double] {
        let greatest = scores.max()!
        let logTotal = greatest + log(scores.reduce(0) { $0 + exp($1 - greatest) })
        return scores.map { $0 - logTotal }
    }

    /// Mean cross-entropy.
    public func loss(_ parameters: [Double]) -> Double {
        let losses = samples.map { -logProbabilities(scores(parameters, $0))[Int(data.labels[Int($0)])] }
        return losses.reduce(0, +) / Double(samples.count)
    }

    public func gradient(_ parameters: [Double]) -> [Double] {
        var gradient = [Double](repeating: 0, count: parameters.count)
        for sample in samples {
            let x = features(sample)
            let probabilities = logProbabilities(scores(parameters, sample)).map { exp($0) }
            for (c, probability) in probabilities.enumerated() {
                let error = (probability - (c == data.labels[Int(sample)] ? 1 : 0)) / Double(samples.count)
                for j in x.indices { gradient[c * x.count + j] += error * x[j] }
                gradient[data.classCount * x.count + c] += error
            }
        }
        return gradient
    }
}

/// The gradient of `function` by central differences.
public func centralDifferences(of function: ([Double]) -> Double, at point: [Double]) -> [Double] {
    let step = 1e-5
    return point.indices.map { index in
        var (after, before) = (point, point)
        after[index] += step
        before[index] -= step
        return (function(after) - function(before)) / (2 * step)
    }
}

/// Descent with momentum, one step at a time.
public struct SlowDescent {
    public private(set) var point: [Double]
    private var momentum: [Double]

    public init(from point: [Double]) {
        self.point = point
        momentum = point.map { _ in 0 }
    }

    public mutating func step(along gradient: [Double], size: Double, momentum beta: Double, weightDecay: Double) {
        for index in point.indices {
            let slope = gradient[index] + weightDecay * point[index]
            momentum[index] = beta * momentum[index] + (1 - beta) * slope
            point[index] -= size * momentum[index]
        }
    }
}

/// Seeded samples with features on [-1, 1) and labels that meet every class.
public func seededData(samples: Int, features: Int, classes: Int, seed: UInt64 = 21) -> Samples {
    Samples(
        features: seededValues(samples * features, seed: seed), labels: (0..<samples).map { Int32($0 * 7 % classes) },
        featureCount: features, classCount: classes)
}

extension Samples {
    /// The class of each.
    public var labels: [Int32] { targets.labels ?? [] }
}

/// Softmax regression on data of this shape.
public func softmax(on samples: Samples) -> any Objective {
    guard let objective = try? SoftmaxRegression().makeObjective(for: samples.shape) else {
        preconditionFailure("samples have classes")
    }
    return objective
}
