// What a hostile node knows of the mixing around it where the graph changes: the same public knowledge, round by round.
public import Attacks
public import Graphs
public import Kernels

/// The nodes that a hostile node lies to in each round, with who else they hear and with what weights.
public struct VictimSchedule: Sendable {
    private let hostileNode: NodeID
    /// Ascending: all that forge what they send.
    private let hostile: [NodeID]
    private let links: any LinkSchedule

    public init(of hostileNode: NodeID, amid hostile: [NodeID], on links: any LinkSchedule) {
        self.hostileNode = hostileNode
        self.hostile = hostile
        self.links = links
    }

    private func forges(_ node: NodeID) -> Bool { hostile.slot(of: node, by: \.self) != nil }

    /// Those of them that belong to the graph in this round.
    func present(_ nodes: [NodeID], in round: Round) -> [NodeID] { nodes.filter { links.isPresent($0, in: round) } }

    /// Ascending.
    public func victims(in round: Round) -> [Victim] {
        links.receivers(of: hostileNode, in: round).filter { !forges($0) }.map { victim in
            let senders = links.senders(of: victim, in: round)
            return Victim(
                node: victim,
                honestSenders: senders.filter { !forges($0.node) }.map {
                    Victim.Sender(node: $0.node, weight: $0.weight)
                },
                hostileWeight: senders.filter { forges($0.node) }.reduce(0) { $0 + $1.weight },
                hostileSenders: senders.count { forges($0.node) })
        }
    }
}
