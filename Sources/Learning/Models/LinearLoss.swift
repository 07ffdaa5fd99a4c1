// The loss of worst cases: linear in the model, so that every gradient is the sample itself wherever the model is.
import Kernels
import Registry

/// C ⟨z, x⟩ for a sample z: convex, with gradients of norm C |z| and no curvature (Boudou, Le Bars, Gupta, Bellet 2025,
/// arXiv 2506.18020, the instances of their lower bounds). Parameters: p, one a feature. It has no least value: rounds
/// or a projection bound the model.
///
/// With δ > 0 the last feature w ≥ 0 is no direction but the weight of Huber's loss of |x|, which is |x|²/(2δ)
/// up to δ and |x| − δ/2 from there on: C (⟨z, x⟩ + w h(x)), with p − 1 parameters, gradients of norm C (|z| + w) at
/// most and curvature C w/δ at most.
public struct LinearLoss: ModelArchitecture {
    public static let name = "linearLoss"
    public static let aliases = ["worstCase"]
    public static let summary = "C <sample, model>: gradients that do not depend on the model, for worst cases."
    public static let parameters = [
        Parameter.number("constant", 1e-9...1e9, default: 1, "C: the greatest slope for samples of norm 1"),
        Parameter.number(
            "delta", 0...1e9, default: 0, "δ of Huber's loss of the model, weighed by the last feature; 0: none"),
    ]
    private let constant: Double
    private let delta: Double

    public init(_ parameters: ParameterValues) {
        constant = parameters.number("constant")
        delta = parameters.number("delta")
    }

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        guard delta == 0 || shape.featureCount > 1 else {
            throw ConfigurationFault(
                "task.model \(Self.name) with delta above 0 takes the last feature for its weight, "
                    + "and the data have 1; allowed: 2 features or more, or delta 0")
        }
        return LinearObjective(featureCount: shape.featureCount, constant: constant, delta: delta)
    }

    public func regularity(of samples: Samples, radius: Double?) -> LossRegularity? {
        let width = samples.featureCount
        let directions = delta > 0 ? width - 1 : width
        var (slope, curvature) = (0.0, 0.0)
        for row in 0..<samples.count {
            let features = samples.features[row * width..<(row + 1) * width].map { Double($0) }
            let weight = delta > 0 ? features[directions] : 0
            // A negative weight bends downwards.
            if weight < 0 { return nil }
            let norm = features[..<directions].reduce(0) { $0 + $1 * $1 }.squareRoot()
            slope = max(slope, constant * (norm + weight))
            if delta > 0 { curvature = max(curvature, constant * weight / delta) }
        }
        return LossRegularity(slope: slope, curvature: curvature, greatestAtZero: 0)
    }
}

/// Mean of C (⟨z, x⟩ + w h(x)).
private struct LinearObjective: Objective {
    let featureCount: Int
    let constant: Double
    let delta: Double

    private var count: Int { delta > 0 ? featureCount - 1 : featureCount }
    var parameters: [ParameterShape] { [ParameterShape("direction", [count])] }
    var activationsPerSample: Int { 0 }

    func initialise(random: inout RandomStream) -> [Float] { [Float](repeating: 0, count: count) }

    func loss(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> Double {
        lossSum(parameters, batch) / batch.weight
    }

    func lossAndGradient(
        at parameters: Span<Float>, on batch: Batch, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        precondition(parameters.count == count && gradient.count == count, "vectors of one length")
        // Sums in double precision: what is exact in the data stays so in the mean.
        var sums = [Double](repeating: 0, count: featureCount)
        let features = batch.samples.features.span
        for row in batch.rows {
            let (start, weight) = (Int(row) * featureCount, Double(batch.samples.weight(of: row)))
            for j in 0..<featureCount { sums[j] += weight * Double(features[start + j]) }
        }
        let share = constant / batch.weight
        let pull = delta > 0 ? sums[count] / max(delta, norm(parameters)) : 0
        for j in 0..<count { gradient[j] = Float(share * (sums[j] + pull * Double(parameters[j]))) }
        return lossSum(parameters, batch) / batch.weight
    }

    func inputGradients(
        at parameters: Span<Float>, on batch: Batch, into gradients: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) {
        let height = delta > 0 ? Float(constant * huber(parameters)) : 0
        for s in 0..<batch.count {
            for j in 0..<count { gradients[s * featureCount + j] = Float(constant * Double(parameters[j])) }
            if delta > 0 { gradients[s * featureCount + count] = height }
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
        let height = delta > 0 ? huber(parameters) : 0
        var sum = 0.0
        for row in batch.rows {
            let (start, weight) = (Int(row) * featureCount, Double(batch.samples.weight(of: row)))
            for j in 0..<count { sum += weight * (Double(features[start + j]) * Double(parameters[j])) }
            if delta > 0 { sum += weight * (Double(features[start + count]) * height) }
        }
        return constant * sum
    }

    private func norm(_ parameters: Span<Float>) -> Double {
        var sum = 0.0
        for j in 0..<count { sum += Double(parameters[j]) * Double(parameters[j]) }
        return sum.squareRoot()
    }

    private func huber(_ parameters: Span<Float>) -> Double {
        let length = norm(parameters)
        return length <= delta ? length * length / (2 * delta) : length - delta / 2
    }
}
