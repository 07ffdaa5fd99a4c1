// Bar: what a model has to clear before it has learned anything.

/// Guessing, where there are classes; otherwise the model that everyone began with.
public enum Bar: Sendable, Equatable {
    case chance(Chance)
    /// The loss of the first model, and where the optimum of the training problem is known, how far above the least
    /// training loss that model is, and what the optimum comes to on the test part.
    case start(Double, excess: Double = .infinity, optimum: Double = -.infinity)

    /// A first model that is nearer to the optimum than this share of its loss is as good as there.
    private static let leastExcess = 1e-3

    public var measure: TaskMeasure {
        switch self {
        case .chance: .accuracy
        case .start: .loss
        }
    }

    public var chance: Chance? { if case .chance(let chance) = self { chance } else { nil } }

    public func isBeaten(by score: Double) -> Bool {
        switch self {
        case .chance(let chance): chance.isBeaten(by: score)
        case .start(let loss, _, _): score < loss
        }
    }

    /// Whether any model could.
    public var canBeBeaten: Bool {
        switch self {
        case .chance(let chance): chance.canBeBeaten
        case .start(let loss, _, let optimum):
            loss > 0 && !startsAtOptimum && optimum < loss
        }
    }

    /// Whether the first model was as good as at the optimum of the training problem.
    public var startsAtOptimum: Bool {
        guard case .start(let loss, let excess, _) = self else { return false }
        return excess <= Self.leastExcess * loss
    }

    /// What a score is worth, in proportion: the accuracy, or what was gained since the start.
    public func worth(of score: Double) -> Double {
        switch self {
        case .chance: score
        case .start(let loss, _, _): loss - score
        }
    }
}
