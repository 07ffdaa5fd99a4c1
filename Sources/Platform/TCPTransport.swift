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
    private let strangers: StrangerQuota
    private var strangerTime: TimeShare
    /// For neighbours that send more than their share.
    private var spentTime: TimeShare
    /// Of the last model that was sent.
    private var sentRound: Round?
    private var refusals = RefusalTally()
    private var buffer = [UInt8](repeating: 0, count: readBytes)
    private var polled = PollLoop()
    private let clock = MonotonicClock()

    init(_ settings: TransportSettings, now: Instant) throws {
        self.settings = settings
        (listener, address) = try Socket.listen(on: SocketAddress(settings.listen))
        dials = Dials(settings, now: now)
        strangers = StrangerQuota(expected: settings.diallers.count)
        strangerTime = TimeShare(at: now)
        spentTime = TimeShare(at: now)
    }

    var hasOutput: Bool { connections.contains { $0.hasOutput } }
    var hasConnections: Bool { connections.contains { $0.stage != .over } }

    mutating func send(_ message: Message, to peer: NodeID, into arrivals: inout [Arrival]) {
        guard let index = connections.firstIndex(where: { $0.peer == peer && $0.link.isOpen }) else { return }
        let frame = connections[index].link.frame(for: message)
        messagesSent += 1
        if case .model(let model) = message, model.round != sentRound {
            sentRound = model.round
            for index in connections.indices { connections[index].quota.sentModel(bytes: frame.byteCount) }
        }
        connections[index].enqueue(frame)
        if !flush(index) { drop(index, into: &arrivals) }
    }

    mutating func wait(
        until deadline: Instant?, others: [FileDescriptor], into arrivals: inout [Arrival]
    ) throws(SystemFault) -> [Bool] {
        let now = clock.now()
        dialDue(at: now)
        endOverdue(at: now, into: &arrivals)
        connections.removeAll { $0.stage == .over }
        polled.removeAll()
        for other in others { polled.add(other) }
        let isPaused = now < acceptsAgainAt
        let hearsStrangers = strangerTime.dueAt <= now
        let hearsSpent = spentTime.dueAt <= now
        for index in connections.indices {
            connections[index].isSpent = connections[index].link.isOpen && connections[index].quota.isSpent(at: now)
        }
        polled.add(listener, reading: hearsStrangers && !isPaused && !isFinishing)
        for connection in connections {
            polled.add(
                connection.socket,
                reading: connection.stage != .connecting && (hearsStrangers || !connection.isStranger)
                    && (hearsSpent || !connection.isSpent),
                writing: connection.stage == .connecting || connection.hasOutput)
        }
        let overdue = connections.compactMap { $0.stage == .draining ? nil : $0.quota.dueAt }.min()
        let strangersDueAt = hearsStrangers ? nil : strangerTime.wakesAt
        let spentDueAt = hearsSpent ? nil : spentTime.wakesAt
        try polled.wait(
            until: [deadline, dials.nextAttempt, isPaused ? acceptsAgainAt : nil, overdue, strangersDueAt, spentDueAt]
                .compactMap { $0 }.min())

        let first = others.count + 1
        let speaking = connections.indices.filter { polled.isReadable(first + $0) && connections[$0].isStranger }
        let greedy = connections.indices.filter { polled.isReadable(first + $0) && connections[$0].isSpent }
        for index in connections.indices where !connections[index].isStranger {
            serve(index, slot: first + index, reads: !connections[index].isSpent, into: &arrivals)
        }
        if !greedy.isEmpty { hearSpent(greedy, firstSlot: first, into: &arrivals) }
        if !speaking.isEmpty || polled.isReadable(others.count) {
            hearStrangers(speaking, isComing: polled.isReadable(others.count), firstSlot: first, into: &arrivals)
        }
        for (reason, count) in refusals.take() { arrivals.append(.refused(reason, from: nil, count: count)) }
        connections.removeAll { $0.stage == .over }
        return others.indices.map { polled.isReadable($0) }
    }

    mutating func finishSending() {
        dials.removeAll()
        isFinishing = true
        connections.removeAll { !$0.link.isOpen || $0.stage == .over }
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
                    quota: settings.quota(at: now), now: now))
        }
    }

    /// Hears those who have come, and lets others in, for as long as strangers have time: the newest first, as a
    /// neighbour says who it is at once.
    ///
    /// - Parameter isComing: somebody waits to be let in.
    private mutating func hearStrangers(
        _ speaking: [Int], isComing: Bool, firstSlot: Int, into arrivals: inout [Arrival]
    ) {
        let end = strangerTime.begin(at: clock.now())
        for index in speaking.reversed() where clock.now() < end {
            serve(index, slot: firstSlot + index, into: &arrivals)
        }
        if isComing { acceptSome(until: end, into: &arrivals) }
        strangerTime.end(at: clock.now())
    }

    /// Hears neighbours that have sent more than their share for as long as they have time. The node must not wait
    /// for what it does not read.
    private mutating func hearSpent(_ speaking: [Int], firstSlot: Int, into arrivals: inout [Arrival]) {
        let end = spentTime.begin(at: clock.now())
        for index in speaking {
            if clock.now() < end { serve(index, slot: firstSlot + index, into: &arrivals) }
            if let peer = connections[index].peer { arrivals.append(.refused(.flood, from: peer)) }
        }
        spentTime.end(at: clock.now())
    }

    /// Lets in no more at once than strangers have room, so that each is heard before others can push it out.
    private mutating func acceptSome(until end: Instant, into arrivals: inout [Arrival]) {
        do throws(SystemFault) {
            for _ in 0..<StrangerQuota.spare {
                let now = clock.now()
                guard now < end, let (socket, address) = try Socket.arrival(at: listener) else { return }
                connections.append(
                    Connection(
                        from: address, socket: socket, link: link(expecting: .accepted(among: settings.diallers)),
                        quota: settings.quota(at: now), now: now))
                makeRoom(into: &arrivals)
            }
        } catch {
            acceptsAgainAt = clock.now() + Self.acceptPause
        }
    }

    /// Where there are too many strangers, one goes for the newest.
    private mutating func makeRoom(into arrivals: inout [Arrival]) {
        let unknown = connections.indices.filter { connections[$0].isStranger }
        guard
            let leaver = strangers.leaver(
                among: unknown.map { (connections[$0].address.host, connections[$0].link.hasGreeted) })
        else { return }
        refusals.add(.tooManyConnections)
        drop(unknown[leaver], into: &arrivals)
    }

    /// Ends connections whose peers keep this node waiting in the middle of something. That one that was dialled does
    /// not answer is no offence: it may be another's address by now, or be held up.
    private mutating func endOverdue(at now: Instant, into arrivals: inout [Arrival]) {
        for index in connections.indices where ![.draining, .over].contains(connections[index].stage) {
            do throws(Rejection) {
                try connections[index].quota.check(at: now)
            } catch {
                if let peer = connections[index].link.peer {
                    arrivals.append(.refused(error, from: peer))
                } else if !connections[index].isDialled {
                    refusals.add(error)
                }
                drop(index, into: &arrivals)
            }
        }
    }

    private mutating func serve(_ index: Int, slot: Int, reads: Bool = true, into arrivals: inout [Arrival]) {
        if connections[index].stage == .over { return }
        if connections[index].stage == .connecting {
            guard polled.isWritable(slot) else { return }
            let (socket, address) = (connections[index].socket, connections[index].address)
            guard Socket.connectionFault(of: socket, to: address) == nil else {
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
        if reads, polled.isReadable(slot), !receive(index, into: &arrivals) { drop(index, into: &arrivals) }
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
            let cost = connections[index].link.receive(bytes.span.extracting(0..<count), into: &effects)
            swap(&bytes, &buffer)
            guard carryOut(effects, index, into: &arrivals) else { return false }
            let now = clock.now()
            let link = (isOpen: connections[index].link.isOpen, isInsideFrame: connections[index].link.isInsideFrame)
            connections[index].lastHeardAt = now
            connections[index].quota.received(
                bytes: cost.bytes, messages: cost.messages, isOpen: link.isOpen, isInsideFrame: link.isInsideFrame,
                at: now)
            return true
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
                guard mayOpen(peer, index, incarnation: incarnation) else { return false }
                replace(peer, by: index, into: &arrivals)
                connections[index].peer = peer
                connections[index].incarnation = incarnation
                dials.opened(peer)
                arrivals.append(.linkUp(peer, incarnation: incarnation))
            case .deliver(let message):
                guard let peer = connections[index].peer else { continue }
                arrivals.append(message, from: peer, sentRound: sentRound, backlog: settings.local.limits.backlog)
                // A peer that has finished is not dialled again.
                if case .bye(.finished) = message { dials.remove(peer) }
            case .refused(let rejection, nil, _):
                refusals.add(rejection)
            case .refused(let rejection, let peer, let count):
                arrivals.append(.refused(rejection, from: peer, count: count))
            case .close:
                return false
            }
        }
        return true
    }

    /// Whether a neighbour is let in, and may have this connection in place of an old one.
    private mutating func mayOpen(_ peer: NodeID, _ index: Int, incarnation: UInt64) -> Bool {
        let now = clock.now()
        let old = connections.indices.first {
            $0 != index && connections[$0].peer == peer && connections[$0].link.isOpen
        }
        guard let old else { return true }
        do throws(Rejection) {
            let openConnection = connections[old].openConnection
            try openConnection.yieldPlace(forIncarnation: incarnation, isProven: settings.keys != nil, at: now)
            return true
        } catch {
            refusals.add(error)
            return false
        }
    }

    /// A new connection of a neighbour takes the place of its old one.
    private mutating func replace(_ peer: NodeID, by index: Int, into arrivals: inout [Arrival]) {
        for other in connections.indices where other != index && connections[other].peer == peer {
            if connections[other].link.isOpen { arrivals.append(.linkDown(peer)) }
            connections[other].peer = nil
            connections[other].stage = .over
        }
    }

    private mutating func flush(_ index: Int) -> Bool {
        guard let bytes = connections[index].flush() else { return false }
        bytesSent += bytes
        return true
    }

    private mutating func drop(_ index: Int, into arrivals: inout [Arrival]) {
        let (stage, peer) = (connections[index].stage, connections[index].peer)
        connections[index].stage = .over
        connections[index].peer = nil
        guard stage != .over, let peer else { return }
        if connections[index].link.peer != nil { arrivals.append(.linkDown(peer)) }
        if stage != .draining { dials.retry(peer, at: clock.now()) }
    }
}
