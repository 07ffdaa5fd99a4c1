// What a node remembers of one neighbour: its link, at most two of its models, its credit, its offences.
import Kernels
import Metrics
import Wire

struct NeighbourState: Sendable {
    enum LinkState: Sendable, Equatable {
        case never
        case up
        /// Closed or taken leave of. A missing model is waited for until then; a node that is cut off waits longer, as
        /// the neighbour may still come back.
        case closed(waitedUntil: Instant, backUntil: Instant)
    }

    let node: NodeID
    /// `nil`: the edge leads only away from here.
    let weight: Double?
    let receives: Bool

    var link = LinkState.never
    /// Of the process it was last linked with; a later one is a restart.
    private var incarnation: UInt64?
    /// It was restarted and has sent no model since: it is listening, and is not waited for.
    var isReturning = false
    /// That process has taken leave for good.
    private(set) var hasLeft = false
    /// Its model of the round this node is in; while this node enters, and where it is asynchronous, its newest model,
    /// of whatever round.
    var current: ModelMessage?
    /// The round this node was in when `current` came.
    var receivedIn: Round?
    /// Its model of the newest round after this one.
    var newest: ModelMessage?
    /// The newest round it sent anything admissible for.
    var newestRound: Round?
    /// The round this node was in when a newer model than before came, though of an earlier round.
    var approachedIn: Round?
    var account: PatienceAccount
    /// It said that it was held up in this round.
    var heldUpIn: Round?
    /// It sent a proven lie for this round: it is not waited for, and its weight leaves the budget.
    var offendedIn: Round?
    /// What the rule has done with its models since the last record.
    var tally = Tally()
    /// How long this round was kept open for it, once that is over, and whether it had said that it was held up.
    var wait: (length: Nanoseconds, isAnnounced: Bool)?

    init(_ neighbour: NodeConfiguration.Neighbour, patience: Patience) {
        node = neighbour.node
        weight = neighbour.weight
        receives = neighbour.receives
        account = PatienceAccount(opening: patience.deadline)
    }

    /// It said `waiting` in the round of its newest model, and has sent nothing since: what this node waits for will be
    /// late through no fault of its own. A node that has not sent a round's model is not held up in that round but owes
    /// it; only while links are made, after a start or a restart, is there nothing to send yet.
    var isHeldUp: Bool { heldUpIn != nil && (newestRound == nil || heldUpIn == newestRound) }

    /// Its rounds go on, but it has not come as far as this node: something newer, and older than `round`, came from it
    /// in that round or the one before.
    func isBehind(_ round: Round) -> Bool {
        guard let approachedIn, let newestRound else { return false }
        return link == .up && newestRound < round && approachedIn.next >= round
    }

    /// A process that has taken leave may still make links while it ends; they lead nowhere.
    mutating func linkUp(incarnation: UInt64) {
        let isRestarted = self.incarnation.map { incarnation > $0 } ?? false
        guard !hasLeft || isRestarted else { return }
        link = .up
        hasLeft = false
        if isRestarted { isReturning = true }
        self.incarnation = incarnation
    }

    mutating func takeLeave(_ farewell: Farewell, at now: Instant, _ patience: Patience) {
        switch farewell {
        case .finished, .failed: link = .closed(waitedUntil: now, backUntil: .longAgo)
        case .stopping: link = .closed(waitedUntil: now + patience.stoppingGrace, backUntil: .longAgo)
        // Broken bytes end a connection, not a neighbour.
        case .refused:
            link = .closed(waitedUntil: now + patience.reconnectGrace, backUntil: now + patience.deadline)
        }
        hasLeft = farewell != .refused
    }

    /// Forgets the round that closed and promotes what has already come for `round`.
    ///
    /// - Parameter keepsModels: the newest model is kept until a newer one comes.
    mutating func advance(to round: Round, keepsModels: Bool) {
        wait = nil
        guard !keepsModels else { return }
        current = nil
        if let message = newest, message.round <= round {
            if message.round == round { current = message }
            newest = nil
        }
    }
}
