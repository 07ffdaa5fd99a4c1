// How a node that was restarted alone comes back: it listens before it speaks, trusts no single neighbour, and never
// publishes a second model for a round. What it left behind is believed as far as its neighbours bear it out.
import Kernels
import Metrics
import Wire

/// How a node begins.
public enum NodeStart: Sendable {
    case afresh
    /// All nodes of the experiment go on together from their checkpoints of one round.
    case resumed(Checkpoint)
    /// This node alone was restarted, from its newest whole checkpoint if there is one; `published` is the last round
    /// for which it may have sent a model.
    case restarted(Checkpoint?, published: Round?)
}

extension NodeCore {
    /// Whether a restarted node has heard enough to enter: all neighbours that can help or, after a while, those that
    /// it has links with, or as many as outweigh the liars among them.
    func hasHeardEnough(since: Instant, at now: Instant) -> Bool {
        let mixed = neighbours.filter { $0.weight ?? 0 > 0 && listens(to: $0.node) }
        let linked = mixed.filter { $0.link == .up }
        let isLong = now >= since + configuration.patience.glance
        if isLong, mixed.count(where: { $0.current != nil }) > 2 * configuration.budget.count { return true }
        guard linked.allSatisfy({ $0.current != nil || $0.isHeldUp }) else { return false }
        return isLong ? !linked.isEmpty : mixed.allSatisfy { $0.link != .never }
    }

    /// The round that the neighbours are in, where a node cannot have been in its own while they were there: it closes
    /// a round with them, or slowly and alone. `nil` where it can, where they have not said, and where the few that say
    /// otherwise may be liars.
    var roundFarBehind: Round? {
        guard !isAsynchronous else { return nil }
        let liars = configuration.budget.count
        let rounds = neighbours.filter { $0.weight ?? 0 > 0 && listens(to: $0.node) }.compactMap(\.reached)
            .sorted(by: >)
        // What it has sent a model of last, less what it may be ahead: the rounds between two exchanges.
        let near = round.number - 1 - configuration.mixEvery
        let far = rounds.count { $0.number < near }
        return far > liars && rounds.count - far <= liars ? rounds[liars] : nil
    }

    /// Says nothing, as it has spoken for the rounds that its neighbours are in, and no second time for any of them; it
    /// enters when they have come near, and gives up when they come no nearer.
    mutating func listen(to others: Round, at now: Instant, into effects: inout [NodeEffect]) {
        let sent = Round(round.number - 1)
        if listening == nil { effects.append(.warn(.ahead(sent: sent, others: others))) }
        let last = listening.map { $0.others < others ? (others, now) : $0 } ?? (others, now)
        listening = last
        let limit = last.1 + configuration.patience.catchUp
        guard now < limit else { return end(.ahead(sent: sent, others: others), saying: .failed, into: &effects) }
        effects.append(.wake(at: limit))
    }

    /// Takes the neighbours' models for its own, and the round after theirs.
    mutating func enter(from checkpoint: Int, using workspace: inout Workspace, into effects: inout [NodeEffect]) {
        let heard = neighbours.filter { $0.weight ?? 0 > 0 && listens(to: $0.node) }.compactMap { neighbour in
            neighbour.current.map { HeardModel(sender: neighbour.node, message: $0) }
        }
        let newest = heard.map(\.message.round).sorted(by: >)
        let liars = configuration.budget.count
        if liars < newest.count { round = min(max(round, newest[liars].next), Round(configuration.rounds)) }
        let entered = mixer.entryModel(heard, using: &workspace)
        if let entered { model = entered }
        effects.append(
            .trace(
                TraceLine(
                    round: round, inputs: entered == nil ? [] : heard.map(TraceLine.Input.init), checkpoint: checkpoint,
                    result: hash64(model))))
        for slot in neighbours.indices where !isAsynchronous {
            neighbours[slot].newest = neighbours[slot].current
            neighbours[slot].advance(to: round, keepsModels: false)
        }
    }
}

extension TraceLine.Input {
    init(_ heard: HeardModel) {
        self.init(sender: heard.sender, round: heard.message.round, digest: heard.message.digest)
    }
}
