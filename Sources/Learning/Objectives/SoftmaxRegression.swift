// Softmax regression, that is multinomial logistic regression: convex, and the model of most published decentralised
// experiments.
import Kernels
import Registry

/// Cross-entropy of softmax(W x + b). Parameters: C × p weights class by class, then C biases.
public struct SoftmaxRegression: Objective {
    public static let name = "softmax"
    public static let aliases = ["softmaxRegression", "logistic"]
    public static let summary = "Softmax regression with bias: (features + 1) x classes parameters."

    public init(_ parameters: ParameterValues) {}
    public init() {}

    public func dimension(featureCount: Int, classCount: Int) -> Int { (featureCount + 1) * classCount }

    public func lossAndGradient(
        at parameters: Span<Float>, shard: Shard, samples: Span<Int32>, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        let data = shard.data
        let classes = data.classCount
        scores(parameters, data, samples, &scratch)
        var loss = 0.0
        let share = 1 / Float(samples.count)
        for s in samples.indices {
            let label = shard.label(of: samples[s])
            let row = s * classes..<(s + 1) * classes
            var span = scratch.scores.mutableSpan
            let (one, total) = crossEntropy(&span, row, label: label)
            loss += one
            for position in row { span[position] *= share / total }
            span[row.lowerBound + label] -= share
        }
        denseBackward(
            features: data.features.span, featureCount: data.featureCount, samples: samples,
            errors: scratch.scores.span, classCount: classes, into: &gradient)
        return loss / Double(samples.count)
    }

    public func loss(
        at parameters: Span<Float>, shard: Shard, samples: Span<Int32>, scratch: inout ObjectiveScratch
    ) -> Double {
        let classes = shard.data.classCount
        scores(parameters, shard.data, samples, &scratch)
        var loss = 0.0
        var span = scratch.scores.mutableSpan
        for s in samples.indices {
            loss += crossEntropy(&span, s * classes..<(s + 1) * classes, label: shard.label(of: samples[s])).loss
        }
        return loss / Double(samples.count)
    }

    public func evaluate(
        _ parameters: Span<Float>, on data: LabelledData, scratch: inout ObjectiveScratch
    ) -> Evaluation {
        let classes = data.classCount
        let all = (0..<Int32(data.count)).map { $0 }
        scores(parameters, data, all.span, &scratch)
        var loss = 0.0
        var correct = 0
        var span = scratch.scores.mutableSpan
        for s in all.indices {
            let label = Int(data.labels[s])
            let row = s * classes
            var best = 0
            for c in 1..<classes where span[row + c] > span[row + best] { best = c }
            if best == label { correct += 1 }
            loss += crossEntropy(&span, row..<row + classes, label: label).loss
        }
        return Evaluation(meanLoss: loss / Double(max(1, data.count)), correct: correct, count: data.count)
    }

    private func scores(
        _ parameters: Span<Float>, _ data: LabelledData, _ samples: Span<Int32>, _ scratch: inout ObjectiveScratch
    ) {
        let needed = samples.count * data.classCount
        if scratch.scores.count < needed { scratch.scores = [Float](repeating: 0, count: needed) }
        var span = scratch.scores.mutableSpan
        denseForward(
            features: data.features.span, featureCount: data.featureCount, samples: samples, parameters: parameters,
            classCount: data.classCount, into: &span)
    }

    /// The loss of one sample, whose scores are replaced by exponentials that add up to `total`.
    @inline(__always)
    private func crossEntropy(
        _ scores: inout MutableSpan<Float>, _ row: Range<Int>, label: Int
    ) -> (loss: Double, total: Float) {
        let own = scores[row.lowerBound + label]
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
