// The neighbourhoods of one node, round by round: the graph's links and the eavesdropping links among the node's slots.
public import Kernels

/// What a node has of a graph that changes.
public struct NodeSchedule: Sendable, Equatable {
    /// Someone with whom the node has a link in some round.
    public struct Peer: Sendable, Equatable {
        public let node: NodeID
        /// Whether the node overhears this one's models whenever it does not mix them.
        public let isOverheard: Bool
        /// Whether this one overhears the node's models whenever it is not sent them anyway.
        public let overhears: Bool

        public init(_ node: NodeID, isOverheard: Bool = false, overhears: Bool = false) {
            self.node = node
            self.isOverheard = isOverheard
            self.overhears = overhears
        }
    }

    public let node: NodeID
    /// Ascending; a slot is a position here.
    public let peers: [Peer]
    private let links: any LinkSchedule

    public init(of node: NodeID, among peers: [Peer], on links: any LinkSchedule) {
        precondition(zip(peers, peers.dropFirst()).allSatisfy { $0.node < $1.node }, "ascending, once each")
        self.node = node
        self.peers = peers
        self.links = links
    }

    public static func == (a: NodeSchedule, b: NodeSchedule) -> Bool {
        a.node == b.node && a.peers == b.peers && a.links.isEqual(to: b.links)
    }

    /// Whether the node belongs to the graph in `round`.
    public func isPresent(in round: Round) -> Bool { links.isPresent(node, in: round) }

    /// What the node has of the graph in `round`.
    public func neighbourhood(in round: Round) -> Neighbourhood {
        guard links.isPresent(node, in: round) else { return .absent }
        var senders = links.senders(of: node, in: round)[...]
        var receivers = links.receivers(of: node, in: round)[...]
        let receiverCount = receivers.count
        var members: [Neighbourhood.Member] = []
        // All three lists ascend, and every sender and receiver is a peer.
        for (slot, peer) in peers.enumerated() {
            var weight: Double?
            var receives = false
            if let sender = senders.first, sender.node == peer.node {
                weight = sender.weight
                senders.removeFirst()
            }
            if receivers.first == peer.node {
                receives = true
                receivers.removeFirst()
            }
            if peer.isOverheard || peer.overhears, links.isPresent(peer.node, in: round) {
                if peer.isOverheard { weight = weight ?? 0 }
                if peer.overhears { receives = true }
            }
            guard weight != nil || receives else { continue }
            members.append(Neighbourhood.Member(slot: slot, weight: weight, receives: receives))
        }
        precondition(senders.isEmpty && receivers.isEmpty, "a link to no peer")
        return Neighbourhood(members: members, receivers: receiverCount)
    }
}
