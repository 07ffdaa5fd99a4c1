// What a node remembers of one neighbour: its link, at most two of its models, its credit, its offences.
import Kernels
import Wire

struct NeighbourState: Sendable {
    enum LinkState: Sendable, Equatable {
        case never
        case up
        /// Closed or taken leave of; a missing model is waited for until then.
        case closed(waitedUntil: Instant)
    }

    let node: NodeID
    /// `nil`: the edge leads only away from here.
    let weight: Double?
    let receives: Bool

    var link = LinkState.never
    /// Its model of the round this node is in.
    var current: ModelMessage?
    /// Its model of the newest round after this one.
    var newest: ModelMessage?
    /// The newest round it sent anything admissible for.
    var newestRound: Round?
    var account: PatienceAccount
    /// It said that it was held up in this round.
    var heldUpIn: Round?
    /// It sent a proven lie for this round: it is not waited for, and its weight leaves the budget.
    var offendedIn: Round?
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

    /// Forgets the round that closed and promotes what has already come for `round`.
    mutating func advance(to round: Round) {
        current = nil
        wait = nil
        if let message = newest, message.round <= round {
            if message.round == round { current = message }
            newest = nil
        }
    }
}
