// Logistic regression: two classes by one score.
import Kernels
import Registry

/// log(1 + exp(−± (w x + b))), + for class 1. Parameters: p weights, then the bias.
public struct LogisticRegression: ModelArchitecture {
    public static let name = "logistic"
    public static let aliases = ["logisticRegression"]
    public static let summary = "Logistic regression of two classes, with bias: features + 1 parameters."

    public init(_ parameters: ParameterValues) {}

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        guard shape.targets == .classes(2) else {
            throw ConfigurationFault(
                "task.model \(Self.name) tells two classes apart, and the data have \(shape.targets); allowed for "
                    + "more: \(SoftmaxRegression.name)")
        }
        return Network([.init("", Dense(shape.featureCount, to: 1, .normal(0.01)))], loss: LogisticLoss())
    }

    public static let knownOptimum = KnownOptimum.iteration

    public func makeProblem(on data: WeightedBatch, weightDecay: Double) -> (any ConvexProblem)? {
        guard weightDecay > 0 else { return nil }
        return LinearScoresProblem(data, .logistic(of: data), weightDecay: weightDecay)
    }

    /// |p − y| ≤ 1 and p(1 − p) ≤ ¼.
    public func regularity(of samples: Samples, radius: Double?) -> LossRegularity? {
        let square = samples.greatestSquareWithBias
        return LossRegularity(slope: square.squareRoot(), curvature: square / 4, greatestAtZero: Elementary.log(2))
    }
}
