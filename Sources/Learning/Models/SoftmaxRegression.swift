// Softmax regression, that is multinomial logistic regression: convex, and the model of most published decentralised
// experiments.
import Kernels
import Registry

/// Cross-entropy of softmax(W x + b). Parameters: C × p weights class by class, then C biases.
public struct SoftmaxRegression: ModelArchitecture {
    public static let name = "softmax"
    public static let aliases = ["softmaxRegression"]
    public static let summary = "Softmax regression with bias: (features + 1) x classes parameters."

    public init(_ parameters: ParameterValues) {}
    public init() {}

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        let classCount = try shape.classCount(for: Self.name)
        return Network(
            [.init("", Dense(shape.featureCount, to: classCount, .normal(0.01)))],
            loss: CrossEntropy(scoreCount: classCount))
    }

    public static let knownOptimum = KnownOptimum.iteration

    public func makeProblem(on data: WeightedBatch, weightDecay: Double) -> (any ConvexProblem)? {
        guard weightDecay > 0 else { return nil }
        return LinearScoresProblem(data, .crossEntropy(of: data), weightDecay: weightDecay)
    }

    /// |p − e_y| ≤ √2, and the covariance of one draw of p is at most ½.
    public func regularity(of samples: Samples, radius: Double?) -> LossRegularity? {
        let square = samples.greatestSquareWithBias
        return LossRegularity(
            slope: (2 * square).squareRoot(), curvature: square / 2,
            greatestAtZero: Elementary.log(Double(samples.classCount)))
    }
}
