// Moves the bytes of a node's links over TCP: one connection an edge, dialled by the lower index, dialled again with
// jittered back-off when it is lost. What the bytes mean is the link's business.
import Kernels
import Wire

/// A node's connections. Best effort: what cannot be sent is dropped, and the node is told when a link is down.
struct TCPTransport {
    /// What came in, in order.
    enum Arrival: Sendable {
        case linkUp(NodeID, incarnation: UInt64)
        case linkDown(NodeID)
        case message(Message, from: NodeID)
        case refused(Rejection, from: NodeID?)
    }

    /// A neighbour that this node dials, and when it tries next.
    private struct Dial {
        let peer: NodeID
        var nextAttempt: Instant?
        var backOff: Nanoseconds = firstBackOff
    }

    private static let firstBackOff: Nanoseconds = .milliseconds(2)
    private static let longestBackOff: Nanoseconds = .milliseconds(250)
    /// When no connection can be let in, as with too many open files, the listener is left alone for this long.
    private static let acceptPause: Nanoseconds = .milliseconds(100)
    private static let readBytes = 1 << 18
    /// Connections from peers that have not said who they are.
    private static let mostStrangers = 64

    /// Where this node is reached: host and port.
    let address: SocketAddress
    private(set) var bytesSent = 0
    private(set) var messagesSent = 0

    private let local: LinkIdentity
    private let keys: KeyRing?
    private let neighbours: [NodeID]
    private let addressOf: (NodeID) -> String?
    private let listener: FileDescriptor
    private var acceptsAgainAt = Instant(nanoseconds: 0)
    private var connections: [Connection] = []
    private var dials: [Dial]
    private var jitter: RandomStream
    private var buffer = [UInt8](repeating: 0, count: readBytes)
    private var polled = PollLoop()

    /// Listens on `address` and prepares to dial.
    ///
    /// - Parameters:
    ///   - keys: of this node's edges, if they have any.
    ///   - addressOf: where a neighbour is reached, asked anew for each attempt; `nil` while it is not known.
    init(
        local: LinkIdentity, keys: KeyRing?, neighbours: [NodeID], listenOn address: String, now: Instant,
        addressOf: @escaping (NodeID) -> String?
    ) throws {
        self.local = local
        self.keys = keys
        self.neighbours = neighbours
        self.addressOf = addressOf
        (listener, self.address) = try Socket.listen(on: SocketAddress(address))
        dials = neighbours.filter { local.node < $0 }.map { Dial(peer: $0, nextAttempt: now) }
        jitter = RandomStream(seed: local.incarnation, purpose: .jitter, node: local.node)
    }

    /// Whether anything still waits to be written.
    var hasOutput: Bool { connections.contains { $0.hasOutput } }
    var hasConnections: Bool { !connections.isEmpty }

    mutating func send(_ message: Message, to peer: NodeID, into arrivals: inout [Arrival]) {
        guard let index = connections.firstIndex(where: { $0.peer == peer && $0.link.isOpen }) else { return }
        let frame = connections[index].link.frame(for: message)
        messagesSent += 1
        connections[index].enqueue(frame)
        if !flush(index) { drop(index, into: &arrivals) }
    }

    /// Waits for bytes, connections, `others` or the deadline; returns whether each of `others` is readable.
    mutating func wait(
        until deadline: Instant?, others: [FileDescriptor], into arrivals: inout [Arrival]
    ) throws(SystemFault) -> [Bool] {
        dialDue(at: MonotonicClock().now(), into: &arrivals)
        let nextDial = dials.compactMap(\.nextAttempt).min()
        polled.removeAll()
        for other in others { polled.add(other) }
        let isPaused = MonotonicClock().now() < acceptsAgainAt
        polled.add(listener, reading: !isPaused && connections.count < neighbours.count + Self.mostStrangers)
        for connection in connections {
            polled.add(
                connection.socket, reading: connection.stage != .connecting,
                writing: connection.stage == .connecting || connection.hasOutput)
        }
        try polled.wait(until: [deadline, nextDial, isPaused ? acceptsAgainAt : nil].compactMap { $0 }.min())

        let first = others.count + 1
        // Backwards, so that dropping one leaves the slots of those still to come in place.
        for index in connections.indices.reversed() { serve(index, slot: first + index, into: &arrivals) }
        if polled.isReadable(others.count) { acceptAll() }
        return others.indices.map { polled.isReadable($0) }
    }

    /// After the last message: no more bytes will follow on any connection, nobody is dialled, nobody let in.
    mutating func finishSending() {
        dials = []
        for index in connections.indices {
            try? Socket.finishSending(connections[index].socket)
            connections[index].stage = .draining
        }
    }

    // MARK: - Connections

    private func link(expecting expectation: Link.Expectation) -> Link {
        let secrets = keys.map { LinkSecrets(keys: $0, challenge: Entropy.bytes(LinkSecrets.challengeBytes)) }
        return Link(local: local, expecting: expectation, secrets: secrets)
    }

    private mutating func dialDue(at now: Instant, into arrivals: inout [Arrival]) {
        for index in dials.indices {
            guard let moment = dials[index].nextAttempt, moment <= now else { continue }
            let peer = dials[index].peer
            dials[index].nextAttempt = nil
            guard let text = addressOf(peer), let address = try? SocketAddress(text),
                let socket = try? Socket.connect(to: address)
            else {
                retry(peer, at: now)
                continue
            }
            let link = link(expecting: .dialled(peer))
            connections.append(
                Connection(socket: socket, dialled: address, link: link, stage: .connecting, peer: peer))
        }
    }

    private mutating func retry(_ peer: NodeID, at now: Instant) {
        guard let index = dials.firstIndex(where: { $0.peer == peer }) else { return }
        // Between half and all of the back-off, so that many nodes do not knock at once.
        let wait = Nanoseconds(Double(dials[index].backOff) * (0.5 + jitter.uniform() / 2))
        dials[index].nextAttempt = now + wait
        dials[index].backOff = min(Self.longestBackOff, dials[index].backOff * 3 / 2)
    }

    private mutating func acceptAll() {
        do throws(SystemFault) {
            while connections.count < neighbours.count + Self.mostStrangers,
                let socket = try Socket.accept(from: listener)
            {
                let link = link(expecting: .accepted(among: neighbours.filter { $0 < local.node }))
                connections.append(
                    Connection(socket: socket, dialled: nil, link: link, stage: .established, peer: nil))
            }
        } catch {
            acceptsAgainAt = MonotonicClock().now() + Self.acceptPause
        }
    }

    private mutating func serve(_ index: Int, slot: Int, into arrivals: inout [Arrival]) {
        if connections[index].stage == .connecting {
            guard polled.isWritable(slot) else { return }
            if let address = connections[index].dialled,
                Socket.connectionFault(of: connections[index].socket, to: address) != nil
            {
                return drop(index, into: &arrivals)
            }
            connections[index].stage = .established
            var effects: [LinkEffect] = []
            connections[index].link.start(into: &effects)
            if !carryOut(effects, index, into: &arrivals) { drop(index, into: &arrivals) }
            return
        }
        if polled.isWritable(slot), connections[index].hasOutput, !flush(index) {
            return drop(index, into: &arrivals)
        }
        if polled.isReadable(slot), !receive(index, into: &arrivals) { drop(index, into: &arrivals) }
    }

    /// Reads once and carries out what follows; false where the connection is over.
    private mutating func receive(_ index: Int, into arrivals: inout [Arrival]) -> Bool {
        guard let transfer = try? connections[index].socket.read(into: &buffer) else { return false }
        switch transfer {
        case .wouldBlock: return true
        case .ended: return false
        case .bytes(let count):
            if connections[index].stage == .draining { return true }
            var effects: [LinkEffect] = []
            // Taken out of self, which the link's turn changes.
            var bytes: [UInt8] = []
            swap(&bytes, &buffer)
            connections[index].link.receive(bytes.span.extracting(0..<count), into: &effects)
            swap(&bytes, &buffer)
            return carryOut(effects, index, into: &arrivals)
        }
    }

    /// False where the connection is over.
    private mutating func carryOut(_ effects: [LinkEffect], _ index: Int, into arrivals: inout [Arrival]) -> Bool {
        for effect in effects {
            switch effect {
            case .transmit(let frame):
                connections[index].enqueue(frame)
                guard flush(index) else { return false }
            case .opened(let peer, let incarnation):
                replace(peer, by: index, into: &arrivals)
                connections[index].peer = peer
                connections[index].incarnation = incarnation
                if let dial = dials.firstIndex(where: { $0.peer == peer }) { dials[dial].backOff = Self.firstBackOff }
                arrivals.append(.linkUp(peer, incarnation: incarnation))
            case .deliver(let message):
                guard let peer = connections[index].peer else { continue }
                arrivals.append(.message(message, from: peer))
                // A peer that has finished is not dialled again.
                if case .bye(.finished) = message { dials.removeAll { $0.peer == peer } }
            case .refused(let rejection, let peer):
                arrivals.append(.refused(rejection, from: peer))
            case .close:
                return false
            }
        }
        return true
    }

    /// A new connection of a neighbour takes the place of its old one.
    private mutating func replace(_ peer: NodeID, by index: Int, into arrivals: inout [Arrival]) {
        for other in connections.indices where other != index && connections[other].peer == peer {
            if connections[other].link.isOpen { arrivals.append(.linkDown(peer)) }
            connections[other].peer = nil
            connections[other].stage = .draining
            try? Socket.finishSending(connections[other].socket)
        }
    }

    private mutating func flush(_ index: Int) -> Bool {
        guard let bytes = connections[index].flush() else { return false }
        bytesSent += bytes
        return true
    }

    private mutating func drop(_ index: Int, into arrivals: inout [Arrival]) {
        let connection = connections.remove(at: index)
        guard let peer = connection.peer else { return }
        if connection.link.peer != nil { arrivals.append(.linkDown(peer)) }
        if connection.stage != .draining { retry(peer, at: MonotonicClock().now()) }
    }
}
