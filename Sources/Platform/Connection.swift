// One connection, whatever carries it: whose it is, how far it is, and what it may cost.
import Kernels
import Wire

struct Connection<Carried: Carrier> {
    enum Stage {
        case connecting, established
        /// It was let in and has not become a neighbour's.
        case strange
        /// Nothing more is said or heard on it; it is about to be closed.
        case over
        /// This end has said its last word, and waits for the other to close.
        case draining
    }

    var carrier: Carried
    /// Where this node dialled, or who came.
    let address: SocketAddress
    let isDialled: Bool
    /// The neighbour dialled, or found out by the handshake.
    var peer: NodeID?
    var stage: Stage
    var quota: ConnectionQuota
    var lastHeardAt: Instant
    /// Of the peer, once the link has opened.
    var incarnation: UInt64 = 0
    /// Its peer has sent more than its share, and is heard after the others.
    var isSpent = false
    /// Of the last poll.
    var slot = 0

    /// Whether anything is still said or heard on it.
    var isServed: Bool { stage != .draining && stage != .over }

    /// Joins those that are waited for.
    mutating func wait(in polled: inout PollLoop, hearsStrangers: Bool, hearsSpent: Bool) {
        slot = polled.add(
            carrier.socket,
            reading: stage != .connecting && (hearsStrangers || stage != .strange) && (hearsSpent || !isSpent),
            writing: stage == .connecting || carrier.waitsToWrite)
    }
}
