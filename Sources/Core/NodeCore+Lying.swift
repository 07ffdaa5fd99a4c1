// What only a hostile node does: it hears its honest neighbours first (rushing), then tells each victim something.
import Attacks
import Kernels
import Wire

extension NodeCore {
    /// Whether this node forges what it sends in this round.
    var isLiar: Bool {
        guard isHostile, case .hostile(let adversary) = behaviour else { return false }
        return adversary.attacks(in: round, node: configuration.node, seed: configuration.seed)
    }

    /// A node listens to every neighbour, except that hostile nodes ignore their own kind.
    func listens(to node: NodeID) -> Bool { !kin.contains(node) }

    /// How long this node keeps its neighbours waiting on purpose.
    var holdBack: Nanoseconds? {
        guard isLiar, case .hostile(let adversary) = behaviour, adversary.attack.holdBack > 0 else { return nil }
        return Nanoseconds(adversary.attack.holdBack * Double(configuration.patience.deadline))
    }

    /// Sends this round's forgeries, now that the honest neighbours have been heard.
    mutating func lie(with own: ModelMessage, heard: [HeardModel], into effects: inout [NodeEffect]) {
        guard isLiar, case .hostile(var adversary) = behaviour else { return }
        let victims = neighbours.filter { $0.receives && listens(to: $0.node) }
        let forgeries = adversary.forge(
            for: victims.map(\.node), with: own, heard: heard, node: configuration.node, seed: configuration.seed)
        for (victim, forgery) in zip(victims, forgeries) where victim.link == .up {
            if let forgery { effects.append(.send(.model(forgery), to: victim.node)) }
        }
        behaviour = .hostile(adversary)
    }
}
