// What only a hostile node does: it hears its honest neighbours first (rushing), then tells each victim something.
import Attacks
import Kernels
import Wire

extension NodeCore {
    /// Whether this node forges what it sends in this round.
    var isLiar: Bool {
        guard case .hostile(let adversary) = behaviour else { return false }
        return adversary.attacks(in: round, node: configuration.node, seed: configuration.seed)
    }

    /// A node listens to every neighbour, except that hostile nodes ignore their own kind.
    func listens(to node: NodeID) -> Bool {
        guard case .hostile(let adversary) = behaviour else { return true }
        return !adversary.kin.contains(node)
    }

    /// Sends this round's forgeries, now that the honest neighbours have been heard.
    mutating func lie(with own: ModelMessage, into effects: inout [NodeEffect]) {
        guard isLiar, case .hostile(var adversary) = behaviour else { return }
        let heard = neighbours.filter { listens(to: $0.node) }.compactMap { neighbour in
            neighbour.current.map { AttackView.Heard(sender: neighbour.node, model: $0.values) }
        }
        let view = AttackView(round: round, own: own.values, heard: heard, victims: adversary.victims)
        for neighbour in neighbours where neighbour.receives && listens(to: neighbour.node) {
            var random = adversary.stream(
                in: round, node: configuration.node, victim: neighbour.node, seed: configuration.seed)
            let forgery = adversary.attack.forge(for: neighbour.node, seeing: view, random: &random)
            guard neighbour.link == .up, case .model(let values) = forgery else { continue }
            effects.append(.send(.model(ModelMessage(round: round, values: values)), to: neighbour.node))
        }
        behaviour = .hostile(adversary)
    }
}
