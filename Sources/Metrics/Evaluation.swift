// EvaluationRecord, one line of the laboratory's metrics: what the honest nodes had learnt after some rounds. The worst
// comes first.

/// Least, mean and greatest of one figure over the honest nodes.
public struct Spread: Sendable, Equatable {
    public let least: Double
    public let mean: Double
    public let greatest: Double

    /// - Parameter values: at least one.
    public init(_ values: [Double]) {
        precondition(!values.isEmpty, "a spread of nothing")
        least = values.reduce(.infinity, min)
        greatest = values.reduce(-.infinity, max)
        mean = values.reduce(0, +) / Double(values.count)
    }
}

/// What the laboratory measured after so many rounds, over all honest nodes that had a model then.
public struct EvaluationRecord: Sendable, Equatable {
    public let rounds: Int
    /// Honest nodes in the figures: all but those that were lost, down or still behind.
    public let nodes: Int
    /// Test accuracy of each node's own model.
    public let accuracy: Spread
    /// Mean test loss of each node's own model.
    public let loss: Spread
    /// Test accuracy of the average honest model. It hides disagreement: read it beside the worst node.
    public let averageModelAccuracy: Double
    public let averageModelLoss: Double
    public let distance: ConsensusDistance

    public init(
        rounds: Int, nodes: Int, accuracy: Spread, loss: Spread, averageModelAccuracy: Double,
        averageModelLoss: Double, distance: ConsensusDistance
    ) {
        self.rounds = rounds
        self.nodes = nodes
        self.accuracy = accuracy
        self.loss = loss
        self.averageModelAccuracy = averageModelAccuracy
        self.averageModelLoss = averageModelLoss
        self.distance = distance
    }
}
