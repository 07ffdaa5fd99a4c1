// One TCP connection: a socket, the sans-IO link that speaks over it, and what waits to be written.
import Kernels
import Wire

struct Connection {
    enum Stage {
        case connecting, established
        /// Nothing more is said or heard on it; it is about to be closed.
        case over
        /// This end has said its last word, and waits for the other to close.
        case draining
    }

    let socket: FileDescriptor
    /// Where this node dialled, or who came.
    let address: SocketAddress
    let isDialled: Bool
    var link: Link
    var quota: ConnectionQuota
    var stage: Stage
    /// The neighbour dialled, or found out by the handshake.
    var peer: NodeID?
    var incarnation: UInt64 = 0
    var lastHeardAt: Instant
    /// Its peer has sent more than its share, and is heard after the others.
    var isSpent = false
    private var queue: [OutgoingFrame] = []
    /// Bytes of the first frame that are already written.
    private var written = 0

    /// A connection that is being dialled.
    init(
        to peer: NodeID, at address: SocketAddress, socket: FileDescriptor, link: Link, quota: ConnectionQuota,
        now: Instant
    ) {
        self.init(address: address, socket: socket, link: link, quota: quota, peer: peer, now: now)
    }

    /// A connection that was let in.
    init(from address: SocketAddress, socket: FileDescriptor, link: Link, quota: ConnectionQuota, now: Instant) {
        self.init(address: address, socket: socket, link: link, quota: quota, peer: nil, now: now)
    }

    private init(
        address: SocketAddress, socket: FileDescriptor, link: Link, quota: ConnectionQuota, peer: NodeID?, now: Instant
    ) {
        self.address = address
        self.socket = socket
        self.link = link
        self.quota = quota
        self.peer = peer
        isDialled = peer != nil
        lastHeardAt = now
        stage = isDialled ? .connecting : .established
    }

    var hasOutput: Bool { !queue.isEmpty }

    /// It was let in and has not become a neighbour's.
    var isStranger: Bool { !isDialled && !link.isOpen && stage == .established }

    var openConnection: OpenConnection { OpenConnection(incarnation: incarnation, lastHeardAt: lastHeardAt) }

    /// Queues a frame. A model overtakes older ones that have not begun to leave, so a stopped peer costs no more than
    /// the backlog.
    mutating func enqueue(_ frame: OutgoingFrame) {
        queue.enqueue(frame, backlog: link.limits.backlog, begun: written > 0 ? 1 : 0)
    }

    /// Writes what goes without waiting; returns the bytes that left, or `nil` where the connection is broken.
    mutating func flush() -> Int? {
        var total = 0
        while let frame = queue.first {
            guard let transfer = try? socket.write(frame.head, then: frame.model, from: written) else { return nil }
            guard case .bytes(let count) = transfer else { return total }
            total += count
            written += count
            if written == frame.byteCount {
                queue.removeFirst()
                written = 0
            }
        }
        return total
    }
}
