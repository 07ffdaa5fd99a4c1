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

    fileprivate var scoreCount: Int { loss.scoreCount }
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
    public func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        let there = secondOrder(at: point)
        return (
            there.value, there.gradient,
            Curvature(product: there.curvature.product) { there.curvature.approximation(plus: 0).solve }
        )
    }

    /// L and its two derivatives.
    public func secondOrder(at point: [Double]) -> (value: Double, gradient: [Double], curvature: LocalCurvature) {
        let count = loss.scoreCount
        var slopes = scores(of: point)
        var bends = [Double](repeating: 0, count: slopes.count)
        var sum = 0.0
        for k in 0..<sampleCount { sum += loss.lossAndSlopes(of: k, &slopes, &bends, at: k * count) }
        return (
            weight * sum + ridge * point.squaredNorm, combined(sums(of: slopes), point),
            LocalCurvature(loss: self, bends: bends)
        )
    }

    fileprivate func product(_ bends: [Double], _ direction: [Double]) -> [Double] {
        let count = loss.scoreCount
        var turned = scores(of: direction)
        for k in 0..<sampleCount { loss.bend(&turned, bends, at: k * count) }
        return combined(sums(of: turned), direction)
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

    /// α Σ_k b_k x_k x_kᵀ + 2ν I with b_k the mean over the scores of how much the loss of sample k bends by each, and
    /// x_k with a 1 for the bias behind it. Of many samples every s-th stands for s: it is an estimate.
    fileprivate func moment(_ bends: [Double]) -> [Double] {
        let (p, count) = (featureCount, loss.scoreCount)
        let size = p + (hasBias ? 1 : 0)
        var moment = [Double](repeating: 0, count: size * size)
        var row = [Double](repeating: 1, count: size)
        let stride = max(1, sampleCount / max(2_000, 8 * size))
        for k in Swift.stride(from: 0, to: sampleCount, by: stride) {
            let bend = (0..<count).reduce(0) { $0 + loss.bend(bends, at: k * count + $1) }
            for j in 0..<p { row[j] = features[k * p + j] }
            for i in 0..<size where row[i] != 0 {
                let factor = weight * Double(stride) / Double(count) * bend * row[i]
                // What is above the diagonal is not read.
                for j in 0...i { moment[i * size + j] += factor * row[j] }
            }
        }
        for i in 0..<size { moment[i * size + i] += 2 * ridge }
        return moment
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

/// The second derivative H of a local loss at a point.
public struct LocalCurvature: Sendable {
    fileprivate let loss: LocalLoss
    fileprivate let bends: [Double]

    /// 1 where there is one score.
    public var classCount: Int { loss.scoreCount }

    public func product(_ direction: [Double]) -> [Double] { loss.product(bends, direction) }

    /// What is near H + t I: one matrix of the features for all classes alike, their second moment weighted by how much
    /// each sample's loss bends. Where there is one score and there are few samples, it is H itself. That of all
    /// classes together is never larger than a few times it, nor smaller but where classes change alike (Böhning 1992,
    /// "Multinomial logistic regression algorithm").
    public func approximation(plus t: Double) -> FeatureBlocks {
        FeatureBlocks(loss.moment(bends), plus: t, copies: classCount)
    }
}
