// Standing: a verdict at a glance, for colours and for whoever counts runs.
public import Platform

/// What a run is worth, in one word.
public enum Standing: String, Sendable {
    /// Every honest node finished, learned what the others did, and agrees with them.
    case good
    /// Some did not, or the run was stopped.
    case doubtful
    /// The run says nothing of its experiment, or nobody learned.
    case bad

    public var colour: Colour {
        switch self {
        case .good: .green
        case .doubtful: .amber
        case .bad: .red
        }
    }
}

extension Verdict {
    public var standing: Standing {
        if hasFailed || survivors.isEmpty || !hasLearned { return wasStopped ? .doubtful : .bad }
        return lost.isEmpty && failed.isEmpty && far.isEmpty && agrees ? .good : .doubtful
    }
}
