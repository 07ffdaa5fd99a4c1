// Forging, what only a hostile node does: it hears its honest neighbours first (rushing), then tells each victim
// something.
import Attacks
import Kernels
import Wire

extension NodeCore {
    /// Whether this node forges what it sends in this round.
    var isAttacking: Bool { isHostile && function.forges(in: round) }

    /// A node listens to every neighbour, except that hostile nodes ignore their own kind.
    func listens(to node: NodeID) -> Bool { !allies.contains(node) }

    /// How long this node keeps a victim waiting on purpose in this round.
    private func delay(for victim: NodeID, by attack: any ModelAttack) -> Nanoseconds {
        let share = attack.delay(of: configuration.node, for: victim, in: round)
        return Nanoseconds(share * Double(configuration.patience.deadline))
    }

    /// When the next victim that is kept waiting gets its forgery; `nil`: none is.
    func nextForgery(since: Instant, at now: Instant) -> Instant? {
        guard isAttacking, case .hostile(let adversary) = function.behaviour else { return nil }
        let victims = neighbours.filter { $0.receives && listens(to: $0.node) && $0.forgedToIn != round }
        return victims.map { since + delay(for: $0.node, by: adversary.attack) }.filter { $0 > now }.min()
    }

    /// Sends this round's forgeries, now that the honest neighbours have been heard.
    ///
    /// - Parameter due: only to those who have been kept waiting for long enough; `nil`: to everyone left.
    mutating func forge(
        in halfStep: HalfStep, heard: [ReceivedModel], due: (since: Instant, now: Instant)? = nil,
        into effects: inout [NodeEffect]
    ) {
        guard isAttacking, case .hostile(let adversary) = function.behaviour else { return }
        let victims = neighbours.indices.filter { slot in
            let victim = neighbours[slot]
            guard victim.receives, listens(to: victim.node), victim.forgedToIn != round else { return false }
            return due.map { $0.since + delay(for: victim.node, by: adversary.attack) <= $0.now } ?? true
        }
        let forgeries = function.forge(for: victims.map { neighbours[$0].node }, in: halfStep, heard: heard)
        for (slot, forgery) in zip(victims, forgeries) {
            neighbours[slot].forgedToIn = round
            if let forgery, neighbours[slot].link == .up { effects.append(.send(forgery, to: neighbours[slot].node)) }
        }
    }
}
