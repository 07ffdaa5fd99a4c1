// TaskMeasure: the one figure that the models of a task are compared by.

/// What is meant by a better or a worse model.
public enum TaskMeasure: String, Sendable, CaseIterable {
    /// The share of samples that are right, where there are classes.
    case accuracy
    /// The mean loss, where nothing is classified.
    case loss

    public func isWorse(_ value: Double, than other: Double) -> Bool {
        switch self {
        case .accuracy: value < other
        case .loss: value > other
        }
    }
}
