// Softmax regression, that is multinomial logistic regression: convex, and the model of most published decentralised
// experiments.
import Kernels
import Registry

/// Cross-entropy of softmax(W x + b). Parameters: C × p weights class by class, then C biases.
public struct SoftmaxRegression: ModelArchitecture {
    public static let name = "softmax"
    public static let aliases = ["softmaxRegression", "logistic"]
    public static let summary = "Softmax regression with bias: (features + 1) x classes parameters."

    public init(_ parameters: ParameterValues) {}
    public init() {}

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        guard case .classes(let classCount) = shape.targets else {
            throw ConfigurationFault(
                "task.model \(Self.name) predicts classes, and the data have \(shape.targets)")
        }
        return SoftmaxObjective(featureCount: shape.featureCount, classCount: classCount)
    }

    public static let knownOptimum = KnownOptimum.iteration

    public func makeProblem(on data: WeightedBatch, weightDecay: Double) -> (any ConvexProblem)? {
        guard weightDecay > 0 else { return nil }
        return LinearScoresProblem(data, .crossEntropy(of: data), weightDecay: weightDecay)
    }
}

/// Mean cross-entropy of softmax(W x + b).
private struct SoftmaxObjective: Objective {
    let featureCount: Int
    let classCount: Int

    var parameters: [ParameterShape] {
        [ParameterShape("weight", [classCount, featureCount]), ParameterShape("bias", [classCount])]
    }
    var activationsPerSample: Int { classCount }

    /// Standard deviation of the first parameters.
    private static let initialDeviation = 0.01

    func initialise(random: inout RandomStream) -> [Float] {
        var parameters = [Float](repeating: 0, count: dimension)
        random.fillGaussian(&parameters, mean: 0, standardDeviation: Self.initialDeviation)
        return parameters
    }

    func lossAndGradient(
        at parameters: Span<Float>, on batch: Batch, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        let loss = errors(parameters, batch, share: 1 / Float(batch.count), &scratch)
        denseBackward(
            features: batch.samples.features.span, featureCount: featureCount, samples: batch.rows.span,
            errors: scratch.scores.span, classCount: classCount, into: &gradient)
        return loss / Double(batch.count)
    }

    func loss(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> Double {
        scores(parameters, batch, &scratch)
        let targets = ClassTargets(batch.samples.targets)
        var loss = 0.0
        var span = scratch.scores.mutableSpan
        for s in 0..<batch.count { loss += crossEntropy(&span, s, targets, batch.rows[s]).loss }
        return loss / Double(batch.count)
    }

    func inputGradients(
        at parameters: Span<Float>, on batch: Batch, into gradients: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) {
        _ = errors(parameters, batch, share: 1, &scratch)
        let errors = scratch.scores.span
        for s in 0..<batch.count {
            for j in 0..<featureCount {
                var sum: Float = 0
                for c in 0..<classCount { sum += errors[s * classCount + c] * parameters[c * featureCount + j] }
                gradients[s * featureCount + j] = sum
            }
        }
    }

    func evaluate(
        _ parameters: Span<Float>, on batch: Batch, into evaluation: inout Evaluation.Sum,
        scratch: inout ObjectiveScratch
    ) {
        scores(parameters, batch, &scratch)
        let targets = ClassTargets(batch.samples.targets)
        var (loss, correct) = (0.0, 0)
        var span = scratch.scores.mutableSpan
        for s in 0..<batch.count {
            let row = s * classCount
            var best = 0
            for c in 1..<classCount where span[row + c] > span[row + best] { best = c }
            if best == targets.label(of: batch.rows[s]) { correct += 1 }
            loss += crossEntropy(&span, s, targets, batch.rows[s]).loss
        }
        evaluation.loss += loss
        evaluation.correct? += correct
        evaluation.count += batch.count
    }

    /// Leaves `share` times the gradient of each sample's loss by its scores in the scratch; returns the losses' sum.
    private func errors(
        _ parameters: Span<Float>, _ batch: Batch, share: Float, _ scratch: inout ObjectiveScratch
    ) -> Double {
        scores(parameters, batch, &scratch)
        let targets = ClassTargets(batch.samples.targets)
        var loss = 0.0
        var span = scratch.scores.mutableSpan
        for s in 0..<batch.count {
            let (one, total) = crossEntropy(&span, s, targets, batch.rows[s])
            loss += one
            for position in s * classCount..<(s + 1) * classCount { span[position] *= share / total }
            targets.subtract(share, of: batch.rows[s], from: &span, at: s * classCount)
        }
        return loss
    }

    private func scores(_ parameters: Span<Float>, _ batch: Batch, _ scratch: inout ObjectiveScratch) {
        let needed = batch.count * classCount
        if scratch.scores.count < needed { scratch.scores = [Float](repeating: 0, count: needed) }
        var span = scratch.scores.mutableSpan
        denseForward(
            features: batch.samples.features.span, featureCount: featureCount, samples: batch.rows.span,
            parameters: parameters, classCount: classCount, into: &span)
    }

    /// The loss of sample `s` of the batch, whose scores are replaced by exponentials that add up to `total`.
    @inline(__always)
    private func crossEntropy(
        _ scores: inout MutableSpan<Float>, _ s: Int, _ targets: ClassTargets, _ sample: Int32
    ) -> (loss: Double, total: Float) {
        let row = s * classCount..<(s + 1) * classCount
        let own = targets.expected(of: sample, scores, at: row.lowerBound)
        let (greatest, total) = exponentiate(&scores, row)
        return (Elementary.log(Double(total)) - Double(own - greatest), total)
    }

    /// Replaces scores by exp(score − greatest), eight lanes at a time; returns the greatest and the sum.
    @inline(__always)
    private func exponentiate(
        _ scores: inout MutableSpan<Float>, _ range: Range<Int>
    ) -> (greatest: Float, total: Float) {
        var greatest = scores[range.lowerBound]
        for position in range where scores[position] > greatest { greatest = scores[position] }
        var total: Float = 0
        var start = range.lowerBound
        while start < range.upperBound {
            let width = min(8, range.upperBound - start)
            var lanes = SIMD8<Float>(repeating: -.infinity)
            for lane in 0..<width { lanes[lane] = scores[start + lane] - greatest }
            lanes = Elementary.exp(lanes)
            for lane in 0..<width {
                scores[start + lane] = lanes[lane]
                total += lanes[lane]
            }
            start += 8
        }
        return (greatest, total)
    }
}

/// Labels, certain or soft, taken out of the targets once for a whole batch.
private struct ClassTargets {
    private var labels: [Int32] = []
    private var shares: [Float] = []
    private let classCount: Int

    init(_ targets: Targets) {
        classCount = targets.kind.classCount
        switch targets {
        case .classes(let labels, _): self.labels = labels
        case .distributions(let shares, _): self.shares = shares
        case .values, .none: preconditionFailure("an objective of classes has data with classes")
        }
    }

    /// The likeliest class.
    func label(of sample: Int32) -> Int {
        guard !shares.isEmpty else { return Int(labels[Int(sample)]) }
        let row = Int(sample) * classCount
        var best = 0
        for c in 1..<classCount where shares[row + c] > shares[row + best] { best = c }
        return best
    }

    /// The score that is expected of the row's scores.
    @inline(__always)
    func expected(of sample: Int32, _ scores: borrowing MutableSpan<Float>, at row: Int) -> Float {
        guard !shares.isEmpty else { return scores[row + Int(labels[Int(sample)])] }
        var sum: Float = 0
        for c in 0..<classCount { sum += shares[Int(sample) * classCount + c] * scores[row + c] }
        return sum
    }

    /// Takes `factor` times the target's probabilities from the row.
    @inline(__always)
    func subtract(_ factor: Float, of sample: Int32, from errors: inout MutableSpan<Float>, at row: Int) {
        guard !shares.isEmpty else {
            errors[row + Int(labels[Int(sample)])] -= factor
            return
        }
        for c in 0..<classCount { errors[row + c] -= factor * shares[Int(sample) * classCount + c] }
    }
}
