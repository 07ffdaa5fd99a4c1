// Moves the bytes of a node's links over TCP: one connection an edge, dialled by the lower index, dialled again with
// jittered back-off when it is lost. What the bytes mean is the link's business.
import Kernels
import Wire

struct TCPTransport: MessageTransport {
    /// When no connection can be let in, as with too many open files, the listener is left alone for this long.
    private static let acceptPause: Nanoseconds = .milliseconds(100)
    private static let readBytes = 1 << 18

    let address: SocketAddress
    private(set) var bytesSent = 0
    private(set) var messagesSent = 0

    private let settings: TransportSettings
    private let listener: FileDescriptor
    private var isFinishing = false
    private var acceptsAgainAt = Instant(nanoseconds: 0)
    private var connections: [Connection] = []
    private var dials: Dials
    private var bans = Bans()
    private let strangers: StrangerQuota
    private var buffer = [UInt8](repeating: 0, count: readBytes)
    private var polled = PollLoop()

    init(_ settings: TransportSettings, now: Instant) throws {
        self.settings = settings
        (listener, address) = try Socket.listen(on: SocketAddress(settings.listen))
        dials = Dials(settings, now: now)
        strangers = StrangerQuota(expected: settings.diallers.count)
    }

    var hasOutput: Bool { connections.contains { $0.hasOutput } }
    var hasConnections: Bool { !connections.isEmpty }

    mutating func send(_ message: Message, to peer: NodeID, into arrivals: inout [Arrival]) {
        guard let index = connections.firstIndex(where: { $0.peer == peer && $0.link.isOpen }) else { return }
        let frame = connections[index].link.frame(for: message)
        messagesSent += 1
        connections[index].quota.sent(bytes: frame.byteCount)
        connections[index].enqueue(frame)
        if !flush(index) { drop(index, into: &arrivals) }
    }

    mutating func wait(
        until deadline: Instant?, others: [FileDescriptor], into arrivals: inout [Arrival]
    ) throws(SystemFault) -> [Bool] {
        let now = MonotonicClock().now()
        connections.removeAll { $0.stage == .replaced }
        dialDue(at: now)
        endOverdue(at: now, into: &arrivals)
        polled.removeAll()
        for other in others { polled.add(other) }
        let isPaused = now < acceptsAgainAt
        polled.add(listener, reading: !isPaused && !isFinishing)
        for connection in connections {
            polled.add(
                connection.socket, reading: connection.stage != .connecting,
                writing: connection.stage == .connecting || connection.hasOutput)
        }
        let overdue = connections.compactMap { $0.stage == .draining ? nil : $0.quota.dueAt }.min()
        try polled.wait(
            until: [deadline, dials.nextAttempt, isPaused ? acceptsAgainAt : nil, overdue].compactMap { $0 }.min())

        let first = others.count + 1
        // Backwards, so that dropping one leaves the slots of those still to come in place.
        for index in connections.indices.reversed() { serve(index, slot: first + index, into: &arrivals) }
        if polled.isReadable(others.count) { acceptSome(into: &arrivals) }
        return others.indices.map { polled.isReadable($0) }
    }

    mutating func finishSending() {
        dials.removeAll()
        isFinishing = true
        connections.removeAll { !$0.link.isOpen || $0.stage == .replaced }
        for index in connections.indices {
            try? Socket.finishSending(connections[index].socket)
            connections[index].stage = .draining
        }
    }

    // MARK: - Connections

    private func link(expecting expectation: Link.Expectation) -> Link {
        Link(local: settings.local, expecting: expectation, secrets: settings.secrets())
    }

    private mutating func dialDue(at now: Instant) {
        for peer in dials.due(at: now) {
            guard let text = settings.addressOf(peer), let address = try? SocketAddress(text),
                let socket = try? Socket.connect(to: address)
            else {
                dials.retry(peer, at: now)
                continue
            }
            connections.append(
                Connection(
                    to: peer, at: address, socket: socket, link: link(expecting: .dialled(peer)),
                    quota: settings.quota(at: now)))
        }
    }

    /// Lets in no more at once than strangers have room, so that each is heard before others can push it out.
    private mutating func acceptSome(into arrivals: inout [Arrival]) {
        let now = MonotonicClock().now()
        do throws(SystemFault) {
            for _ in 0..<StrangerQuota.spare {
                guard let socket = try Socket.accept(from: listener) else { return }
                // Who is gone already has no address.
                guard let address = try? Socket.peerAddress(of: socket) else { continue }
                connections.append(
                    Connection(
                        from: address, socket: socket, link: link(expecting: .accepted(among: settings.diallers)),
                        quota: settings.quota(at: now)))
                makeRoom(into: &arrivals)
            }
        } catch {
            acceptsAgainAt = now + Self.acceptPause
        }
    }

    /// Where there are too many strangers, one goes for the newest.
    private mutating func makeRoom(into arrivals: inout [Arrival]) {
        let unknown = connections.indices.filter {
            !connections[$0].isDialled && !connections[$0].link.isOpen && connections[$0].stage == .established
        }
        guard
            let leaver = strangers.leaver(
                among: unknown.map { (connections[$0].address.host, connections[$0].link.hasGreeted) })
        else { return }
        arrivals.append(.refused(.tooManyConnections, from: nil))
        drop(unknown[leaver], into: &arrivals)
    }

    /// Ends connections whose peers keep this node waiting in the middle of something. That one that was dialled does
    /// not answer is no offence: it may be another's address by now, or be held up.
    private mutating func endOverdue(at now: Instant, into arrivals: inout [Arrival]) {
        for index in connections.indices.reversed() where connections[index].stage != .draining {
            do throws(Rejection) {
                try connections[index].quota.check(at: now)
            } catch {
                let (link, isDialled) = (connections[index].link, connections[index].isDialled)
                if link.isOpen || !isDialled { arrivals.append(.refused(error, from: link.peer)) }
                drop(index, into: &arrivals)
            }
        }
    }

    private mutating func serve(_ index: Int, slot: Int, into arrivals: inout [Arrival]) {
        if connections[index].stage == .replaced { return }
        if connections[index].stage == .connecting {
            guard polled.isWritable(slot) else { return }
            let connection = connections[index]
            guard Socket.connectionFault(of: connection.socket, to: connection.address) == nil else {
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
            guard carryOut(effects, index, into: &arrivals) else { return false }
            return isWithinQuota(index, bytes: count, messages: effects.count(where: \.isOfPeer), into: &arrivals)
        }
    }

    private mutating func isWithinQuota(
        _ index: Int, bytes: Int, messages: Int, into arrivals: inout [Arrival]
    ) -> Bool {
        let (link, now) = (connections[index].link, MonotonicClock().now())
        do throws(Rejection) {
            try connections[index].quota.received(
                bytes: bytes, messages: messages, isOpen: link.isOpen, isInsideFrame: link.isInsideFrame, at: now)
            return true
        } catch {
            arrivals.append(.refused(error, from: link.peer))
            if let peer = link.peer { bans.ban(peer, at: now) }
            return false
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
                guard !bans.contains(peer, at: MonotonicClock().now()) else { return false }
                replace(peer, by: index, into: &arrivals)
                connections[index].peer = peer
                connections[index].incarnation = incarnation
                dials.opened(peer)
                arrivals.append(.linkUp(peer, incarnation: incarnation))
            case .deliver(let message):
                guard let peer = connections[index].peer else { continue }
                arrivals.append(.message(message, from: peer))
                // A peer that has finished is not dialled again.
                if case .bye(.finished) = message { dials.remove(peer) }
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
            connections[other].stage = .replaced
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
        if connection.stage != .draining { dials.retry(peer, at: MonotonicClock().now()) }
    }
}
