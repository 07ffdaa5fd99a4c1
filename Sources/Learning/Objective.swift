// Objective: the loss that a model minimises, and its gradient. An objective knows shapes and losses; it knows nothing
// of nodes, rounds or step sizes.
import Registry

/// A differentiable loss over labelled data, with parameters in one flat vector.
public protocol Objective: Registered {
    /// Elements of the parameter vector for data of this shape.
    func dimension(featureCount: Int, classCount: Int) -> Int

    /// Mean loss over `samples` of the shard's data and its gradient, overwritten. Weight decay is not included.
    func lossAndGradient(
        at parameters: Span<Float>, shard: Shard, samples: Span<Int32>, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double

    /// The same loss to the bit, without the gradient.
    func loss(
        at parameters: Span<Float>, shard: Shard, samples: Span<Int32>, scratch: inout ObjectiveScratch
    ) -> Double

    /// Loss and accuracy over all of `data`.
    func evaluate(_ parameters: Span<Float>, on data: LabelledData, scratch: inout ObjectiveScratch) -> Evaluation
}

/// How good parameters are on some data.
public struct Evaluation: Sendable, Equatable {
    public let meanLoss: Double
    public let correct: Int
    public let count: Int

    /// Share of samples whose label has the greatest score (the lowest such class on a tie).
    public var accuracy: Double { count == 0 ? 0 : Double(correct) / Double(count) }
}

/// Memory that objectives reuse; no value in it survives a call.
public struct ObjectiveScratch: Sendable {
    var scores: [Float] = []

    public init() {}
}

/// Every objective that an experiment can name. A new one is one file in Objectives/ and one line here.
public enum ObjectiveCatalog {
    public static let all = Catalog<any Objective.Type>("model", [SoftmaxRegression.self], as: { $0 })
}
