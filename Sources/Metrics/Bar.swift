// Bar: what a model has to clear before it has learned anything.

/// Guessing, where there are classes; otherwise the model that everyone began with.
public enum Bar: Sendable, Equatable {
    case chance(Chance)
    /// The loss of the first model, and how far above the least it is, where that is known.
    case start(Double, excess: Double = .infinity)

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
        case .start(let loss, _): score < loss
        }
    }

    /// Whether any model could.
    public var canBeBeaten: Bool {
        switch self {
        case .chance(let chance): chance.canBeBeaten
        case .start(let loss, let excess): loss > 0 && excess > Self.leastExcess * loss
        }
    }

    /// What a score is worth, in proportion: the accuracy, or what was gained since the start.
    public func worth(of score: Double) -> Double {
        switch self {
        case .chance: score
        case .start(let loss, _): loss - score
        }
    }
}
