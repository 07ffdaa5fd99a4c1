// What a node remembers of one neighbour: its link, the few of its models that are of use, its offences.
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
    /// Whether it sends to this node in any round.
    let isSender: Bool
    /// In this round; `nil`: it sends nothing here.
    var weight: Double?
    var receives: Bool
    /// In a graph that changes, the last round in which it was to send here; and whether the one before was so long ago
    /// that either may have gone far ahead since.
    var lastMet = Round(0)
    var meetsAgain = false

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
    /// Its models of rounds after this one, the newest few, ascending.
    private(set) var early: [ModelMessage] = []
    /// The newest round it sent anything admissible for.
    var newestRound: Round?
    /// The newest round of which this node has kept its model over a stop.
    private var keptUntil: Round?
    /// The newest round that it said it was held up in.
    var saidWaitingIn: Round?
    /// It owed its model when a round closed, and has sent none since: it is not waited for.
    var isGivenUp = false
    /// What this node has gone on without, of it, since the last record.
    var cutOff: NodeRecord.CutOff
    /// It sends more than its share and is read late, so that its model is not waited for until one comes.
    var isFlooding = false
    /// It said that it was held up and had nothing to send.
    var hasSaidWaiting = false
    /// It sent a proven forgery for this round: it is not waited for, and its weight leaves the budget.
    var offendedIn: Round?
    /// The round in which this node last sent it a forgery.
    var forgedToIn: Round?
    /// What the rule has done with its models since the last record.
    var tally = Tally()

    init(_ neighbour: NodeConfiguration.Neighbour) {
        node = neighbour.node
        isSender = neighbour.weight != nil
        weight = neighbour.weight
        receives = neighbour.receives
        cutOff = NodeRecord.CutOff(neighbour: neighbour.node)
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

    /// Takes up what it had sent to an earlier process of this node.
    mutating func restore(_ message: ModelMessage, in round: Round, backlog: Int) {
        if message.round == round { current = message } else { keep(message, backlog: backlog) }
        newestRound = max(newestRound ?? message.round, message.round)
        keptUntil = newestRound
    }

    /// Whether it sends once more what was kept: it goes on in the same round, and cannot know.
    func repeats(_ message: ModelMessage) -> Bool {
        guard let keptUntil, message.round <= keptUntil else { return false }
        return current == message || early.contains(message)
    }

    /// What it has sent for this round and later ones.
    var heard: [ReceivedModel] {
        ((current.map { [$0] } ?? []) + early).map { ReceivedModel(sender: node, message: $0) }
    }

    /// The furthest round that it is known to have come to.
    var reached: Round? { [newestRound, saidWaitingIn].compactMap(\.self).max() }

    mutating func noteBye(_ closeReason: CloseReason, at now: Instant, _ patience: Patience) {
        switch closeReason {
        case .finished, .failed: link = .closed(waitedUntil: now, backUntil: .longAgo)
        case .stopping: link = .closed(waitedUntil: now + patience.stoppingGrace, backUntil: .longAgo)
        // Broken bytes end a connection, not a neighbour.
        case .refused:
            link = .closed(waitedUntil: now + patience.reconnectGrace, backUntil: now + patience.deadline)
        }
        hasLeft = closeReason != .refused
        if !hasLeft { cutOff.linksLost += 1 }
    }

    /// Forgets the round that closed and promotes what has already come for `round`.
    ///
    /// - Parameter keepsModels: the newest model is kept until a newer one comes.
    mutating func advance(to round: Round, keepsModels: Bool) {
        guard !keepsModels else { return }
        current = nil
        guard let first = early.first, first.round <= round else { return }
        current = early.last { $0.round == round }
        early.removeAll { $0.round <= round }
    }

    /// Keeps a model for a round to come; beyond the backlog, the oldest gives way.
    mutating func keep(_ message: ModelMessage, backlog: Int) {
        early.insert(message, at: early.firstIndex { $0.round > message.round } ?? early.count)
        if early.count > backlog { early.removeFirst() }
    }
}

/// What a node has of a neighbour's parameters, and the neighbour of its own, where something else travels.
struct StateExchange: Sendable {
    /// The neighbour's, for which this node has asked in order to enter.
    var offer: ModelMessage?
    /// The neighbour has asked for this node's at the start of this round or a later one.
    var wanted: Round?
    /// The round in which it was sent them last.
    var toldIn: Round?
    /// It let this node wait for its parameters until the deadline. It is not waited for again: whoever stays silent
    /// each time would keep a node that was left behind from ever coming near the others.
    var keptWaiting = false
}
