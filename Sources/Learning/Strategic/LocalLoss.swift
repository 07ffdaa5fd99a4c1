// LocalLoss: what one node has to lose in personalised learning, in double precision and with two derivatives, for
// small instances on which statements are checked to many digits. Nodes train by Objective, not by this.
import Kernels

/// L(θ) = ν|θ|² + α Σ_k ℓ(θ, x_k): a sum over the samples, so that more data weigh more (arXiv 2202.08578, section 2).
///
/// Models are laid out as those that nodes train: the weights of each score in turn, then the biases, if there are any.
public struct LocalLoss: Sendable {
    /// n rows of p.
    private let features: [Double]
    public let featureCount: Int
    private let loss: ScoreLoss
    private let hasBias: Bool
    /// ν.
    public let ridge: Double
    /// α: how often each sample counts.
    public let weight: Double

    private init(
        _ features: [Double], of featureCount: Int, _ loss: ScoreLoss, hasBias: Bool, ridge: Double, weight: Double
    ) {
        self.features = features
        self.featureCount = featureCount
        self.loss = loss
        self.hasBias = hasBias
        self.ridge = ridge
        self.weight = weight
    }

    /// d.
    public var dimension: Int { (featureCount + (hasBias ? 1 : 0)) * loss.scoreCount }
    public var sampleCount: Int { features.count / featureCount }

    /// ½(qᵀθ − a)², without a bias.
    public static func leastSquares(_ points: [DataPoint], ridge: Double = 0, weight: Double = 1) -> LocalLoss {
        LocalLoss(
            points.flatMap(\.query), of: points[0].query.count, .squared(points.map(\.answer)), hasBias: false,
            ridge: ridge, weight: weight)
    }

    /// log(1 + exp(−a qᵀθ)) with answers a of −1 and 1, without a bias.
    public static func logistic(_ points: [DataPoint], ridge: Double = 0, weight: Double = 1) -> LocalLoss {
        LocalLoss(
            points.flatMap(\.query), of: points[0].query.count, .logistic(points.map { ($0.answer + 1) / 2 }),
            hasBias: false, ridge: ridge, weight: weight)
    }

    /// ½|θ − c|².
    public static func quadratic(around centre: [Double]) -> LocalLoss {
        leastSquares(
            centre.indices.map { j in
                DataPoint([Double](repeating: 0, count: centre.count).replacing(j, with: 1), centre[j])
            })
    }

    /// Cross-entropy of softmax(W x + b) with soft labels.
    public static func softmax(_ data: SoftSamples, ridge: Double = 0, weight: Double = 1) -> LocalLoss {
        LocalLoss(
            data.features, of: data.featureCount, .crossEntropy(data.shares, classCount: data.classCount),
            hasBias: true, ridge: ridge, weight: weight)
    }

    public func gradient(at point: [Double]) -> [Double] { evaluate(point).gradient }

    /// Where it is least.
    ///
    /// - Parameter isCancelled: asked again and again; what has been found by then is returned.
    public func minimiser(isCancelled: () -> Bool = { false }) -> [Double] {
        minimum(from: [Double](repeating: 0, count: dimension), gradientNorm: 1e-12, isCancelled: isCancelled).point
    }
}

/// One observation of a regression: a query q and its answer a.
public struct DataPoint: Sendable, Equatable {
    public let query: [Double]
    public let answer: Double

    public init(_ query: [Double], _ answer: Double) {
        self.query = query
        self.answer = answer
    }
}

/// Samples with a probability of every class, in double precision.
public struct SoftSamples: Sendable, Equatable {
    /// n rows of p.
    public let features: [Double]
    public let featureCount: Int
    /// n rows of C.
    public let shares: [Double]
    public let classCount: Int

    public init(features: [Double], featureCount: Int, shares: [Double], classCount: Int) {
        self.features = features
        self.featureCount = featureCount
        self.shares = shares
        self.classCount = classCount
    }

    /// Samples of classes, each of which counts once.
    public init(_ samples: Samples) {
        precondition(samples.weights.isEmpty, "what counts more often is a loss with a weight")
        let count = samples.classCount
        var shares = [Double](repeating: 0, count: samples.count * count)
        switch samples.targets {
        case .classes(let labels, _): for (row, label) in labels.enumerated() { shares[row * count + Int(label)] = 1 }
        case .distributions(let given, _): shares = given.map { Double($0) }
        case .values, .none: preconditionFailure("samples of classes")
        }
        self.init(
            features: samples.features.map { Double($0) }, featureCount: samples.featureCount, shares: shares,
            classCount: count)
    }

    public var count: Int { shares.count / classCount }

    /// As nodes hold them.
    public var samples: Samples {
        Samples(
            features: features.map { Float($0) }, targets: .distributions(shares.map { Float($0) }, of: classCount),
            axes: [featureCount])
    }
}

extension LocalLoss: SmoothProblem {
    func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        let count = loss.scoreCount
        var slopes = scores(of: point)
        var bends = [Double](repeating: 0, count: slopes.count)
        var sum = 0.0
        for k in 0..<sampleCount { sum += loss.lossAndSlopes(of: k, &slopes, &bends, at: k * count) }
        let gradient = combined(sums(of: slopes), point)
        let curvature = Curvature(diagonal: diagonal(bends)) { direction in
            var turned = scores(of: direction)
            for k in 0..<sampleCount { loss.bend(&turned, bends, at: k * count) }
            return combined(sums(of: turned), direction)
        }
        return (weight * sum + ridge * point.squaredNorm, gradient, curvature)
    }

    /// α v + 2ν x.
    private func combined(_ sums: [Double], _ point: [Double]) -> [Double] {
        var result = sums
        for i in result.indices { result[i] = weight * result[i] + 2 * ridge * point[i] }
        return result
    }

    /// W x_k + b of every sample, row after row.
    private func scores(of point: [Double]) -> [Double] {
        let (p, count) = (featureCount, loss.scoreCount)
        let columns = count == 1 ? point : turned(point)
        var scores = [Double](repeating: 0, count: sampleCount * count)
        for k in 0..<sampleCount {
            if hasBias { for c in 0..<count { scores[k * count + c] = columns[p * count + c] } }
            for j in 0..<p where features[k * p + j] != 0 {
                let feature = features[k * p + j]
                for c in 0..<count { scores[k * count + c] += feature * columns[j * count + c] }
            }
        }
        return scores
    }

    /// Σ_k of the outer products of each sample's vector of scores and its features.
    private func sums(of vectors: [Double]) -> [Double] {
        let (p, count) = (featureCount, loss.scoreCount)
        var columns = [Double](repeating: 0, count: dimension)
        for k in 0..<sampleCount {
            for j in 0..<p where features[k * p + j] != 0 {
                let feature = features[k * p + j]
                for c in 0..<count { columns[j * count + c] += feature * vectors[k * count + c] }
            }
            if hasBias { for c in 0..<count { columns[p * count + c] += vectors[k * count + c] } }
        }
        return count == 1 ? columns : turnedBack(columns)
    }

    private func diagonal(_ bends: [Double]) -> [Double] {
        let (p, count) = (featureCount, loss.scoreCount)
        var columns = [Double](repeating: 2 * ridge, count: dimension)
        for k in 0..<sampleCount {
            for c in 0..<count {
                let bend = weight * loss.bend(bends, at: k * count + c)
                for j in 0..<p { columns[j * count + c] += bend * features[k * p + j] * features[k * p + j] }
                if hasBias { columns[p * count + c] += bend }
            }
        }
        // What no sample says anything of is no scale to step by.
        for i in columns.indices where columns[i] == 0 { columns[i] = 1 }
        return count == 1 ? columns : turnedBack(columns)
    }

    /// Feature by feature in place of score by score, the biases last in both.
    private func turned(_ point: [Double]) -> [Double] {
        let (p, count) = (featureCount, loss.scoreCount)
        var columns = point
        for c in 0..<count { for j in 0..<p { columns[j * count + c] = point[c * p + j] } }
        return columns
    }

    private func turnedBack(_ columns: [Double]) -> [Double] {
        let (p, count) = (featureCount, loss.scoreCount)
        var point = columns
        for c in 0..<count { for j in 0..<p { point[c * p + j] = columns[j * count + c] } }
        return point
    }
}
