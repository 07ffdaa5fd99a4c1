// EvaluationRecord, one line of the laboratory's metrics: what the honest nodes had learnt after some rounds. The worst
// comes first.

/// Least, mean and greatest of one figure over the honest nodes, and what it is of their average model.
public struct Spread: Sendable, Equatable {
    public let least: Double
    public let mean: Double
    public let greatest: Double
    /// It hides disagreement: read it beside the worst node.
    public let averageModel: Double

    public init(least: Double, mean: Double, greatest: Double, averageModel: Double) {
        self.least = least
        self.mean = mean
        self.greatest = greatest
        self.averageModel = averageModel
    }

    /// - Parameter values: at least one.
    public init(_ values: [Double], averageModel: Double) {
        precondition(!values.isEmpty, "a spread of nothing")
        least = values.reduce(.infinity, min)
        greatest = values.reduce(-.infinity, max)
        mean = values.reduce(0, +) / Double(values.count)
        self.averageModel = averageModel
    }
}

/// How good the honest nodes' own models are on one part of the data.
public struct Scores: Sendable, Equatable {
    /// `nil` where nothing is classified.
    public let accuracy: Spread?
    /// Mean loss over the part.
    public let loss: Spread

    public init(accuracy: Spread?, loss: Spread) {
        self.accuracy = accuracy
        self.loss = loss
    }

    public var measure: TaskMeasure { accuracy == nil ? .loss : .accuracy }
    /// By the task's measure.
    public var spread: Spread { accuracy ?? loss }
    public var worst: Double { accuracy?.least ?? loss.greatest }
    public var best: Double { accuracy?.greatest ?? loss.least }
}

/// How far the honest nodes' own models are from the optimum x* of the honest training problem F.
public struct OptimumGap: Sendable, Equatable {
    /// F(x) − F(x*); the least of it may be below zero by what rounding leaves.
    public let excessLoss: Spread
    /// |x − x*|.
    public let distance: Spread

    public init(excessLoss: Spread, distance: Spread) {
        self.excessLoss = excessLoss
        self.distance = distance
    }
}

/// What the laboratory measured after so many rounds, over all honest nodes that had a model then.
public struct EvaluationRecord: Sendable, Equatable {
    public let rounds: Int
    /// Honest nodes in the figures: all but those that were lost, down or still behind.
    public let nodes: Int
    public let test: Scores
    /// `nil` where no part of the data is held back for it.
    public let validation: Scores?
    /// `nil` where the optimum is not known.
    public let optimum: OptimumGap?
    public let distance: ConsensusDistance
    /// What else was measured.
    public let figures: Figures

    public init(
        rounds: Int, nodes: Int, test: Scores, validation: Scores? = nil, optimum: OptimumGap? = nil,
        distance: ConsensusDistance, figures: Figures = Figures()
    ) {
        self.rounds = rounds
        self.nodes = nodes
        self.test = test
        self.validation = validation
        self.optimum = optimum
        self.distance = distance
        self.figures = figures
    }
}
