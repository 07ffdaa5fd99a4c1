// ModelArchitecture: a kind of model as an experiment names it; with the shape of the data it is an objective.
public import Registry

/// A kind of model and its loss, before the data are known.
public protocol ModelArchitecture: Registered {
    /// - Throws: where the model cannot learn from samples of this shape.
    func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective

    /// How the optimum of its training problem can be found.
    static var knownOptimum: KnownOptimum { get }

    /// The training problem on these samples; `nil` where its optimum is not known, or it has several.
    func makeProblem(on data: WeightedBatch, weightDecay: Double) -> (any ConvexProblem)?

    /// How steep and curved its loss is on these samples, for models of norm `radius` at most; `nil` where it is not
    /// convex, or nobody knows.
    func regularity(of samples: Samples, radius: Double?) -> LossRegularity?
}

extension ModelArchitecture {
    public static var knownOptimum: KnownOptimum { .none }

    public func makeProblem(on data: WeightedBatch, weightDecay: Double) -> (any ConvexProblem)? { nil }

    public func regularity(of samples: Samples, radius: Double?) -> LossRegularity? { nil }
}

extension SampleShape {
    /// C, for a model that tells classes apart.
    func classCount(for model: String) throws(ConfigurationFault) -> Int {
        guard case .classes(let count) = targets else {
            throw ConfigurationFault("task.model \(model) predicts classes, and the data have \(targets)")
        }
        return count
    }
}

/// Every model that an experiment can name. A new one is one file in Models/ and one line here.
public enum ModelCatalog {
    public static let all = Catalog<any ModelArchitecture.Type>(
        "model",
        [
            SoftmaxRegression.self, LinearRegression.self, LogisticRegression.self, SupportVectorMachine.self,
            Perceptron.self, ConvolutionalNet.self, LastLayer.self, Quadratic.self,
            LinearLoss.self,
        ], as: { $0 })
}
