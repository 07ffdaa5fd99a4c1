// How a node that was restarted alone comes back: it listens before it speaks, trusts no single neighbour, and never
// publishes a second model for a round.
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
