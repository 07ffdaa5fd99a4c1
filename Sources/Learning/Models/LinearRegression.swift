// Linear regression: a real value as a weighted sum of features.
import Registry

/// (w x + b − y)² / 2. Parameters: p weights, then the bias.
public struct LinearRegression: ModelArchitecture {
    public static let name = "linear"
    public static let aliases = ["linearRegression", "leastSquares"]
    public static let summary = "Linear regression with bias, half the squared error: features + 1 parameters."

    public init(_ parameters: ParameterValues) {}

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        guard shape.targets == .values else {
            throw ConfigurationFault(
                "task.model \(Self.name) predicts real values, and the data have \(shape.targets)")
        }
        return Network([.init("", Dense(shape.featureCount, to: 1, .normal(0.01)))], loss: SquaredError())
    }

    public static let knownOptimum = KnownOptimum.iteration

    public func makeProblem(on data: WeightedBatch, weightDecay: Double) -> (any ConvexProblem)? {
        guard weightDecay > 0 else { return nil }
        return LinearScoresProblem(data, .squared(of: data), weightDecay: weightDecay)
    }

    /// |w x + b − y| ≤ radius · |(x, 1)| + |y|.
    public func regularity(of samples: Samples, radius: Double?) -> LossRegularity? {
        guard case .values(let values) = samples.targets else { return nil }
        let square = samples.greatestSquareWithBias
        let target = values.reduce(0) { max($0, Double($1.magnitude)) }
        return LossRegularity(
            slope: ((radius ?? .infinity) * square.squareRoot() + target) * square.squareRoot(), curvature: square,
            greatestAtZero: target * target / 2)
    }
}
