// ConnectionTable: the connections of a node, whatever carries them: which is whose, who may replace an older one, whom
// to dial when, what each may cost, and what is done of all that their links ask for.
import Kernels
import Scenario
import Wire

struct ConnectionTable<Carried: Carrier> {
    typealias Effect = ConnectionEffect<Carried.Speaker.Output>

    /// Datagrams that wait to be handed to whom they are for.
    private static var mostMisplaced: Int { 64 }

    let settings: TransportSettings
    let listener: FileDescriptor
    /// Where this node is reached: host and port.
    let address: SocketAddress
    let clock = MonotonicClock()
    var connections: [Connection<Carried>] = []
    /// For all who have not become neighbours.
    var strangerTime: TimeShare
    /// When nobody can be let in, the listener is left alone until then.
    var acceptsAgainAt: Instant
    var refusals = RefusalTally()
    /// What was read last.
    var buffer: [UInt8]
    /// Of others than the peer of the socket that they came to.
    var misplaced: [(bytes: [UInt8], source: SocketAddress)] = []
    private(set) var bytesSent = 0
    private(set) var bytesReceived = 0
    private(set) var messagesSent = 0
    private var isFinishing = false
    private var dials: Dials
    private var lookups = NameLookups()
    /// For neighbours that send more than their share.
    private var spentTime: TimeShare
    /// Of the last model that was sent.
    private var sentRound: Round?
    private(set) var polled = PollLoop()
    private var listenerSlot = 0

    init(
        _ settings: TransportSettings, door: (socket: FileDescriptor, address: SocketAddress), readBytes: Int,
        now: Instant
    ) {
        self.settings = settings
        (listener, address) = door
        buffer = [UInt8](repeating: 0, count: readBytes)
        dials = Dials(settings, now: now)
        (strangerTime, spentTime, acceptsAgainAt) = (TimeShare(at: now), TimeShare(at: now), now)
    }

    var hasOutput: Bool { connections.contains { $0.stage != .over && $0.carrier.hasOutput } }
    var hasConnections: Bool { connections.contains { $0.stage != .over } }

    /// - Parameter peer: that was dialled; `nil` for one that was let in.
    /// - Returns: the index of the new connection.
    @discardableResult
    mutating func add(
        _ carrier: Carried, with address: SocketAddress, peer: NodeID? = nil,
        stage: Connection<Carried>.Stage = .established, at now: Instant
    ) -> Int {
        // Links that repeat what gets no answer find out by themselves.
        let handshake = Carried.repeatsHellos ? nil : peer.flatMap { dials.handshake(with: $0) }
        connections.append(
            Connection(
                carrier: carrier, address: address, isDialled: peer != nil, peer: peer, stage: stage,
                quota: settings.quota(handshake: handshake, at: now), lastHeardAt: now))
        return connections.count - 1
    }

    mutating func send(_ message: Message, to peer: NodeID, into arrivals: inout [Arrival]) {
        guard let index = openConnection(of: peer) else { return }
        messagesSent += message.frameCount
        if case .model(let model) = message, model.round != sentRound {
            sentRound = model.round
            for index in connections.indices { connections[index].quota.sentModel(bytes: message.modelBytes) }
        }
        speak(index, into: &arrivals) { $0.send(message, at: $1, into: &$2) }
    }

    // MARK: - A turn

    /// Neighbours to dial now that have an address. Names are looked up anew for each attempt, beside the loop.
    mutating func dueDials(
        at now: Instant, into arrivals: inout [Arrival]
    ) -> [(peer: NodeID, address: SocketAddress)] {
        var due: [(peer: NodeID, address: SocketAddress)] = []
        for answer in lookups.take() where dials.has(answer.peer) {
            switch answer.outcome {
            case .success(let addresses):
                due.append((answer.peer, addresses[dials.turn(of: answer.peer) % addresses.count]))
            case .failure(let fault):
                arrivals.append(.unresolved(answer.peer, "\(fault)"))
                dials.retry(answer.peer, at: now, isSlow: true)
            }
        }
        for peer in dials.due(at: now) {
            guard let text = settings.addressOf(peer), let place = try? HostPort(text) else {
                retry(peer, at: now)
                continue
            }
            if place.isName {
                if !lookups.ask(.init(peer: peer, address: text)) { retry(peer, at: now) }
            } else if let address = try? SocketAddress(text) {
                due.append((peer, address))
            } else {
                retry(peer, at: now)
            }
        }
        return due
    }

    /// The attempt to dial has failed.
    mutating func retry(_ peer: NodeID, at now: Instant) { dials.retry(peer, at: now) }

    /// Lets links do what is due, ends connections whose peers keep this node waiting in the middle of something, and
    /// finds out whose have sent more than their share. That one that was dialled does not answer is no offence: it may
    /// be another's address by now, or be held up.
    mutating func runTimers(at now: Instant, into arrivals: inout [Arrival]) {
        for index in connections.indices where connections[index].isServed {
            do throws(Rejection) {
                try connections[index].quota.check(at: now)
            } catch {
                if let peer = connections[index].carrier.link.peer {
                    arrivals.append(.refused(error, from: peer))
                } else if !connections[index].isDialled {
                    refusals.add(error)
                }
                drop(index, into: &arrivals)
                continue
            }
            if let moment = connections[index].carrier.link.nextTimer, moment <= now {
                speak(index, into: &arrivals) { $0.timer(at: now, into: &$2) }
            }
        }
        prune()
        for index in connections.indices { connections[index].isSpent = connections[index].quota.isSpent(at: now) }
    }

    /// Waits for `others`, whoever comes, whoever speaks and is to be heard, and the moment when something is due.
    mutating func wait(until deadline: Instant?, others: [FileDescriptor], at now: Instant) throws(SystemFault) {
        let hearsStrangers = !isFinishing && strangerTime.dueAt <= now
        let hearsSpent = spentTime.dueAt <= now
        let isPaused = now < acceptsAgainAt
        var end = deadline
        func wake(at moment: Instant?) {
            if let moment { end = min(end ?? moment, moment) }
        }
        wake(at: dials.nextAttempt)
        if isPaused { wake(at: acceptsAgainAt) }
        if !isFinishing, !hearsStrangers { wake(at: strangerTime.wakesAt) }
        if !hearsSpent { wake(at: spentTime.wakesAt) }
        polled.removeAll()
        for other in others { polled.add(other) }
        for descriptor in lookups.descriptors { polled.add(descriptor) }
        listenerSlot = polled.add(listener, reading: hearsStrangers && !isPaused)
        for index in connections.indices {
            connections[index].wait(in: &polled, hearsStrangers: hearsStrangers, hearsSpent: hearsSpent)
            if connections[index].stage == .draining { continue }
            wake(at: connections[index].quota.dueAt)
            wake(at: connections[index].carrier.link.nextTimer)
        }
        try polled.wait(until: end)
    }

    /// Somebody waits at the listener.
    var isSomebodyComing: Bool { polled.isReadable(listenerSlot) }

    /// Strangers that speak on connections of their own.
    var speakingStrangers: [Int] {
        connections.indices.filter { connections[$0].stage == .strange && polled.isReadable(connections[$0].slot) }
    }

    /// Hears neighbours; those that have sent more than their share after the others, for as long as they have time.
    /// The node must not wait for what it does not read.
    mutating func serveNeighbours(into arrivals: inout [Arrival]) {
        for index in connections.indices where connections[index].stage != .strange {
            serve(index, into: &arrivals)
        }
        if connections.indices.contains(where: { isGreedy($0) }) {
            let greedy = connections.indices.filter { isGreedy($0) }
            let end = spentTime.begin(at: clock.now())
            for index in greedy {
                let peer = connections[index].peer
                if clock.now() < end { hear(index, into: &arrivals) }
                if let peer { arrivals.append(.refused(.flood, from: peer)) }
            }
            spentTime.end(at: clock.now())
        }
        prune()
    }

    /// Has sent more than its share, and speaks.
    private func isGreedy(_ index: Int) -> Bool {
        connections[index].isSpent && polled.isReadable(connections[index].slot)
    }

    /// Forgets connections that are over, which closes their sockets. Asked at every turn, and hardly ever so.
    private mutating func prune() {
        guard connections.indices.contains(where: { connections[$0].stage == .over }) else { return }
        connections.removeAll { $0.stage == .over }
    }

    /// Ends a turn: tells of all that was refused in it.
    mutating func endTurn(into arrivals: inout [Arrival]) {
        for (reason, count) in refusals.take() { arrivals.append(.refused(reason, from: nil, count: count)) }
        prune()
    }

    /// Nobody is dialled or let in any more; connections that have nothing left to do end.
    mutating func finish(keeping isNeeded: (Connection<Carried>) -> Bool) {
        dials.removeAll()
        isFinishing = true
        connections.removeAll { $0.stage == .over || !isNeeded($0) }
    }

    // MARK: - One connection

    /// Does what a connection is ready for; one that has sent more than its share is not read here.
    mutating func serve(_ index: Int, into arrivals: inout [Arrival]) {
        let (slot, stage) = (connections[index].slot, connections[index].stage)
        if stage == .over { return }
        guard stage != .connecting else { return polled.isWritable(slot) ? start(index, into: &arrivals) : () }
        if polled.isWritable(slot), !connections[index].carrier.flush(counting: &bytesSent) {
            return drop(index, into: &arrivals)
        }
        if polled.isReadable(slot), !connections[index].isSpent { hear(index, into: &arrivals) }
    }

    /// A dialled connection is decided.
    private mutating func start(_ index: Int, into arrivals: inout [Arrival]) {
        let (socket, address) = (connections[index].carrier.socket, connections[index].address)
        guard Socket.connectionFault(of: socket, to: address) == nil else { return drop(index, into: &arrivals) }
        connections[index].stage = .established
        speak(index, into: &arrivals) { $0.start(at: $1, into: &$2) }
    }

    /// Reads once and carries out what follows.
    private mutating func hear(_ index: Int, into arrivals: inout [Arrival]) {
        if connections[index].stage == .over { return }
        switch connections[index].carrier.read(into: &buffer) {
        case .nothing: return
        case .unreachable: doubt(index, into: &arrivals)
        case .bytes(let count, let source?) where source != connections[index].address:
            // It came in the moment when this socket had its port and not yet its peer, and is not the peer's.
            if misplaced.count < Self.mostMisplaced { misplaced.append((Array(buffer[0..<count]), source)) }
        case .bytes(let count, _): take(count, index, into: &arrivals)
        }
    }

    /// Hands the first bytes of the buffer to a link.
    mutating func take(_ count: Int, _ index: Int, into arrivals: inout [Arrival]) {
        if connections[index].stage == .draining { return }
        let now = clock.now()
        var effects: [Effect] = []
        // Taken out of self, which the link's turn changes.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        let cost = connections[index].carrier.link.receive(bytes.span.extracting(0..<count), at: now, into: &effects)
        swap(&bytes, &buffer)
        bytesReceived += cost.bytes
        guard carryOut(effects, index, into: &arrivals) else { return drop(index, into: &arrivals) }
        let isOpen = connections[index].carrier.link.isOpen
        let isInsideFrame = connections[index].carrier.link.isInsideFrame
        connections[index].lastHeardAt = now
        connections[index].quota.received(
            bytes: cost.bytes, messages: cost.messages, isOpen: isOpen, isInsideFrame: isInsideFrame, at: now)
    }

    /// Has a link speak, and carries out what it asks for.
    mutating func speak(
        _ index: Int, into arrivals: inout [Arrival],
        _ turn: (inout Carried.Speaker, _ now: Instant, inout [Effect]) -> Void
    ) {
        var effects: [Effect] = []
        turn(&connections[index].carrier.link, clock.now(), &effects)
        if !carryOut(effects, index, into: &arrivals) { drop(index, into: &arrivals) }
    }

    /// Nobody is at the other end, it is said; the link knows what that means.
    private mutating func doubt(_ index: Int, into arrivals: inout [Arrival]) {
        speak(index, into: &arrivals) { $0.unreachable(at: $1, into: &$2) }
    }

    mutating func drop(_ index: Int, into arrivals: inout [Arrival]) {
        connections[index].stage = .over
        guard let peer = connections[index].peer else { return }
        connections[index].peer = nil
        if connections[index].carrier.link.peer != nil { arrivals.append(.linkDown(peer)) }
        dials.retry(peer, at: clock.now())
    }

    /// False where the connection is over.
    private mutating func carryOut(_ effects: [Effect], _ index: Int, into arrivals: inout [Arrival]) -> Bool {
        for effect in effects {
            switch effect {
            case .transmit(let output):
                if connections[index].carrier.transmit(output, counting: &bytesSent) { continue }
                doubt(index, into: &arrivals)
                if connections[index].stage == .over { return false }
            case .opened(let peer, let incarnation):
                guard mayOpen(peer, index, incarnation: incarnation) else { return false }
                replace(peer, by: index, into: &arrivals)
                connections[index].peer = peer
                connections[index].incarnation = incarnation
                connections[index].stage = .established
                dials.opened(peer, at: clock.now())
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

    // MARK: - Whose they are

    private func openConnection(of peer: NodeID, but index: Int? = nil) -> Int? {
        connections.indices.first {
            $0 != index && connections[$0].peer == peer && connections[$0].carrier.link.isOpen
        }
    }

    /// Whether a neighbour is let in, and may have a new connection, perhaps this one, in place of an old one.
    mutating func mayOpen(_ peer: NodeID, _ index: Int?, incarnation: UInt64) -> Bool {
        guard let old = openConnection(of: peer, but: index).map({ connections[$0] }) else { return true }
        do throws(Rejection) {
            let standing = old.carrier.standing(incarnation: old.incarnation, heardAt: old.lastHeardAt)
            try standing.yieldPlace(forIncarnation: incarnation, isProven: settings.keys != nil, at: clock.now())
            return true
        } catch {
            refusals.add(error)
            return false
        }
    }

    /// A new connection of a neighbour takes the place of its old one.
    private mutating func replace(_ peer: NodeID, by index: Int, into arrivals: inout [Arrival]) {
        for other in connections.indices where other != index && connections[other].peer == peer {
            if connections[other].carrier.link.isOpen { arrivals.append(.linkDown(peer)) }
            connections[other].peer = nil
            connections[other].stage = .over
        }
    }
}

extension Message {
    /// Bytes of the model in it.
    fileprivate var modelBytes: Int {
        switch self {
        case .model(let vector), .state(let vector), .posing(let vector, _), .flood(let vector, _):
            vector.values.count * MemoryLayout<Float>.size
        case .waiting, .stateRequest, .bye, .noise: 0
        }
    }
}
