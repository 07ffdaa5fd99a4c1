// Quadratic consensus: every sample pulls the model to itself, so that the optimum is the mean of the samples.
import Kernels
import Registry

/// ½|x − sample|². Parameters: p, one a feature. What a sample's target is does not count.
public struct Quadratic: ModelArchitecture {
    public static let name = "quadratic"
    public static let aliases = ["consensus"]
    public static let summary = "Half the squared distance from the sample: the optimum is the mean of the samples."
    public static let parameters = [
        Parameter.number("deviation", 0...1e6, default: 0, "standard deviation of the first model, around zero")
    ]
    private let deviation: Double

    public init(_ parameters: ParameterValues) { deviation = parameters.number("deviation") }

    public func makeObjective(for shape: SampleShape) -> any Objective {
        QuadraticObjective(featureCount: shape.featureCount, deviation: deviation)
    }

    public static let knownOptimum = KnownOptimum.formula

    public func makeProblem(on data: WeightedBatch, weightDecay: Double) -> (any ConvexProblem)? {
        SampleMeanProblem(data, weightDecay: weightDecay)
    }

    public func regularity(of samples: Samples, radius: Double?) -> LossRegularity? {
        let greatest = (samples.greatestSquareWithBias - 1).squareRoot()
        return LossRegularity(
            slope: (radius ?? .infinity) + greatest, curvature: 1, greatestAtZero: greatest * greatest / 2)
    }
}

/// Mean of ½|x − sample|².
private struct QuadraticObjective: Objective {
    let featureCount: Int
    let deviation: Double

    var parameters: [ParameterShape] { [ParameterShape("point", [featureCount])] }
    var activationsPerSample: Int { 0 }

    func initialise(random: inout RandomStream) -> [Float] {
        var parameters = [Float](repeating: 0, count: featureCount)
        if deviation > 0 { random.fillGaussian(&parameters, mean: 0, standardDeviation: deviation) }
        return parameters
    }

    func loss(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> Double {
        lossSum(parameters, batch) / batch.weight
    }

    func lossAndGradient(
        at parameters: Span<Float>, on batch: Batch, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        precondition(parameters.count == featureCount && gradient.count == featureCount, "vectors of one length")
        // Sums of many samples in double precision: the model is to come within rounding of their mean.
        var sums = [Double](repeating: 0, count: featureCount)
        let features = batch.samples.features.span
        for row in batch.rows {
            let (start, weight) = (Int(row) * featureCount, Double(batch.samples.weight(of: row)))
            for j in 0..<featureCount { sums[j] += weight * (Double(parameters[j]) - Double(features[start + j])) }
        }
        for j in 0..<featureCount { gradient[j] = Float(sums[j] / batch.weight) }
        return lossSum(parameters, batch) / batch.weight
    }

    /// Each way is walked twice, once for its norm: that costs less than to write it down.
    func clippedGradientSum(
        at parameters: Span<Float>, on batch: Batch, clip: Double, into sum: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        precondition(parameters.count == featureCount && sum.count == featureCount, "vectors of one length")
        for j in 0..<featureCount { sum[j] = 0 }
        let features = batch.samples.features.span
        var losses = 0.0
        for row in batch.rows {
            let own = features.extracting(Int(row) * featureCount..<(Int(row) + 1) * featureCount)
            let square = squaredDistance(parameters, own)
            losses += square / 2
            let factor = clipFactor(squaredNorm: square, clip: clip)
            guard factor > 0 else { continue }
            for j in 0..<featureCount { sum[j] += factor * (parameters[j] - own[j]) }
        }
        return batch.count == 0 ? 0 : losses / Double(batch.count)
    }

    func inputGradients(
        at parameters: Span<Float>, on batch: Batch, into gradients: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) {
        let features = batch.samples.features.span
        for (s, row) in batch.rows.enumerated() {
            for j in 0..<featureCount {
                gradients[s * featureCount + j] = features[Int(row) * featureCount + j] - parameters[j]
            }
        }
    }

    func evaluate(
        _ parameters: Span<Float>, on batch: Batch, into evaluation: inout Evaluation.Sum,
        scratch: inout ObjectiveScratch
    ) {
        evaluation.loss += lossSum(parameters, batch)
        // Nothing is predicted, whatever targets the samples have.
        evaluation.correct = nil
        evaluation.add(batch)
    }

    private func lossSum(_ parameters: Span<Float>, _ batch: Batch) -> Double {
        let features = batch.samples.features.span
        var sum = 0.0
        for row in batch.rows {
            let (start, weight) = (Int(row) * featureCount, Double(batch.samples.weight(of: row)))
            for j in 0..<featureCount {
                let way = Double(parameters[j]) - Double(features[start + j])
                sum += weight * (way * way)
            }
        }
        return sum / 2
    }
}
