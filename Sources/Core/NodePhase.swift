// NodePhase: where a node is, as whoever watches it or makes things go wrong for it may know.

/// Where a node is in its round, or beside it.
public enum NodePhase: String, Sendable, CaseIterable {
    /// It waits for links before its first round.
    case joining
    /// Restarted or left behind: it listens for the parameters of its neighbours.
    case entering
    /// The same, ahead of them: it says nothing until they have come near.
    case silent
    case training
    /// For models of neighbours.
    case waiting
    /// Its rule has asked for losses.
    case probing
    /// Its driver cannot keep the trace of its last mix yet.
    case writing
    /// It stands still, or was killed and has not come back.
    case paused, killed
}

extension NodeCore {
    /// `nil` before the start and after the end.
    public var currentPhase: NodePhase? {
        switch phase {
        case .idle, .ended: nil
        case .joining: .joining
        case .entering: listening == nil ? .entering : .silent
        case .training: .training
        case .gathering: .waiting
        case .probing: .probing
        }
    }
}
