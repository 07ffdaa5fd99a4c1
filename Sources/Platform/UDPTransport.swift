// Moves the datagrams of a node's links over UDP: a socket that takes the hellos of those who dial, and one socket for
// each peer. What the datagrams mean, and when one must be sent again, is the link's business; who gets a socket, the
// doorkeeper's.
import Cryptography
import Glibc
import Kernels
import Wire

struct UDPTransport: MessageTransport {
    private struct Peer {
        let socket: FileDescriptor
        let address: SocketAddress
        let isDialled: Bool
        var link: DatagramLink
        var quota: ConnectionQuota
        /// The neighbour dialled, or found out by the handshake.
        var peer: NodeID?
        /// Of one that dialled, as it says; of one that was dialled, once the link has opened.
        var incarnation: UInt64?
        /// The kernel cuts long writes.
        var cutsWrites: Bool
        /// Another connection of the same neighbour has taken its place.
        var isReplaced = false
        /// It has sent more than its share, and is heard after the others.
        var isSpent = false
        /// Of the last poll.
        var slot = 0

        var openConnection: OpenConnection {
            OpenConnection(incarnation: incarnation ?? 0, lastHeardAt: link.lastHeardAt, isDoubted: link.isDoubted)
        }
    }

    /// As much as the kernel joins of one peer's datagrams.
    private static let readBytes = 1 << 16
    /// Links that are being opened in the name of one neighbour.
    private static let mostOpenings = 8
    /// Datagrams that wait to be handed to whom they are for.
    private static let mostMisplaced = 64

    let address: SocketAddress
    private(set) var bytesSent = 0
    private(set) var messagesSent = 0

    private let settings: TransportSettings
    private let listener: FileDescriptor
    private let pace: DatagramLink.Pace
    private var peers: [Peer] = []
    private var dials: Dials
    private let addressValidator: AddressValidator
    private var strangerTime: TimeShare
    /// For neighbours that send more than their share.
    private var spentTime: TimeShare
    /// Of the last model that was sent.
    private var sentRound: Round?
    private var refusals = RefusalTally()
    /// Of others than the peer of the socket that they came to.
    private var misplaced: [(bytes: [UInt8], source: SocketAddress)] = []
    private var isFinishing = false
    private var buffer = [UInt8](repeating: 0, count: readBytes)
    private var polled = PollLoop()
    private let clock = MonotonicClock()

    init(_ settings: TransportSettings, now: Instant) throws {
        self.settings = settings
        (listener, address) = try DatagramSocket.listen(on: SocketAddress(settings.listen))
        pace = DatagramLink.Pace(
            patience: settings.patience, receiveBuffer: try DatagramSocket.receiveBuffer(of: listener))
        dials = Dials(settings, now: now)
        addressValidator = AddressValidator(
            local: settings.local, diallers: settings.diallers, keys: settings.keys,
            secret: SipHash.Key(Entropy.bytes(SipHash.Key.byteCount)))
        strangerTime = TimeShare(at: now)
        spentTime = TimeShare(at: now)
    }

    var hasOutput: Bool { peers.contains { $0.link.hasOutput } }
    var hasConnections: Bool { !peers.isEmpty }

    mutating func send(_ message: Message, to peer: NodeID, into arrivals: inout [Arrival]) {
        guard let index = peers.firstIndex(where: { $0.peer == peer && $0.link.isOpen }) else { return }
        messagesSent += 1
        if case .model(let model) = message, model.round != sentRound {
            sentRound = model.round
            for index in peers.indices { peers[index].quota.sentModel(bytes: message.modelBytes) }
        }
        var effects: [DatagramLink.Effect] = []
        peers[index].link.send(message, at: clock.now(), into: &effects)
        if !carryOut(effects, index, into: &arrivals) { drop(index, into: &arrivals) }
    }

    mutating func wait(
        until deadline: Instant?, others: [FileDescriptor], into arrivals: inout [Arrival]
    ) throws(SystemFault) -> [Bool] {
        let now = clock.now()
        peers.removeAll(where: \.isReplaced)
        dialDue(at: now, into: &arrivals)
        runTimers(at: now, into: &arrivals)
        polled.removeAll()
        for other in others { polled.add(other) }
        let hearsStrangers = !isFinishing && strangerTime.dueAt <= now
        let hearsSpent = spentTime.dueAt <= now
        polled.add(listener, reading: hearsStrangers)
        for index in peers.indices {
            peers[index].isSpent = peers[index].quota.isSpent(at: now)
            peers[index].slot = polled.add(peers[index].socket, reading: hearsSpent || !peers[index].isSpent)
        }
        let timers = peers.compactMap(\.link.nextTimer) + peers.compactMap(\.quota.dueAt)
        let strangersDueAt = hearsStrangers || isFinishing ? nil : strangerTime.wakesAt
        let spentDueAt = hearsSpent ? nil : spentTime.wakesAt
        try polled.wait(
            until: ([deadline, dials.nextAttempt, strangersDueAt, spentDueAt].compactMap { $0 } + timers).min())

        hearPeers(into: &arrivals)
        takeMisplaced(into: &arrivals)
        if polled.isReadable(others.count) { hearStrangers(into: &arrivals) }
        for (reason, count) in refusals.take() { arrivals.append(.refused(reason, from: nil, count: count)) }
        return others.indices.map { polled.isReadable($0) }
    }

    mutating func finishSending() {
        dials.removeAll()
        isFinishing = true
        peers.removeAll { !$0.link.hasOutput }
    }

    // MARK: - Connections

    private mutating func dialDue(at now: Instant, into arrivals: inout [Arrival]) {
        for peer in dials.due(at: now) {
            guard let text = settings.addressOf(peer), let address = try? SocketAddress(text),
                let socket = try? DatagramSocket.connect(to: address, datagramBytes: datagramBytes)
            else {
                dials.retry(peer, at: now)
                continue
            }
            add(socket, address, expecting: .dialled(peer), peer: peer, at: now)
            var effects: [DatagramLink.Effect] = []
            let index = peers.count - 1
            peers[index].link.start(at: now, into: &effects)
            if !carryOut(effects, index, into: &arrivals) { drop(index, into: &arrivals) }
        }
    }

    private var datagramBytes: Int { DatagramLink.datagramBytes(isSealed: settings.keys != nil) }

    private mutating func add(
        _ socket: FileDescriptor, _ address: SocketAddress, expecting expectation: Link.Expectation, peer: NodeID?,
        incarnation: UInt64? = nil, at now: Instant
    ) {
        peers.append(
            Peer(
                socket: socket, address: address, isDialled: peer != nil,
                link: DatagramLink(
                    local: settings.local, expecting: expectation, secrets: settings.secrets(), pace: pace, at: now),
                quota: settings.quota(at: now), peer: peer, incarnation: incarnation,
                cutsWrites: DatagramSocket.cutsWrites(socket)))
    }

    /// Reads of every peer once; of those that have sent more than their share as long as they have time, after the
    /// others. The node must not wait for what it does not read.
    private mutating func hearPeers(into arrivals: inout [Arrival]) {
        // Backwards, so that dropping one leaves those still to come in place.
        for index in peers.indices.reversed() where polled.isReadable(peers[index].slot) && !peers[index].isSpent {
            if !peers[index].isReplaced, !receive(index, into: &arrivals) { drop(index, into: &arrivals) }
        }
        guard peers.contains(where: { $0.isSpent && polled.isReadable($0.slot) }) else { return }
        let end = spentTime.begin(at: clock.now())
        for index in peers.indices.reversed() where polled.isReadable(peers[index].slot) && peers[index].isSpent {
            let peer = peers[index].peer
            if clock.now() < end, !receive(index, into: &arrivals) { drop(index, into: &arrivals) }
            if let peer { arrivals.append(.refused(.flood, from: peer)) }
        }
        spentTime.end(at: clock.now())
    }

    /// Takes what strangers have sent, for as long as they have time.
    private mutating func hearStrangers(into arrivals: inout [Arrival]) {
        var now = clock.now()
        let end = strangerTime.begin(at: now)
        while now < end, let (count, source) = try? DatagramSocket.receive(from: listener, into: &buffer) {
            takeFromAnyone(count, source, at: now, into: &arrivals)
            now = clock.now()
        }
        strangerTime.end(at: now)
    }

    private mutating func takeMisplaced(into arrivals: inout [Arrival]) {
        for (bytes, source) in misplaced {
            buffer.replaceSubrange(0..<bytes.count, with: bytes)
            takeFromAnyone(bytes.count, source, at: clock.now(), into: &arrivals)
        }
        misplaced.removeAll()
    }

    /// Hands the first bytes of the buffer to the link that speaks with their sender, or to the doorkeeper.
    private mutating func takeFromAnyone(
        _ count: Int, _ source: SocketAddress, at now: Instant, into arrivals: inout [Arrival]
    ) {
        if let index = peers.firstIndex(where: { !$0.isDialled && !$0.isReplaced && $0.address == source }) {
            // It was on its way before that socket was there.
            if !take(count, index, into: &arrivals) { drop(index, into: &arrivals) }
            return
        }
        switch addressValidator.judge(buffer.span.extracting(0..<count), from: source.bytes, at: now) {
        case .refused(let reason): refusals.add(reason)
        case .asked(let answer): DatagramSocket.send(answer, from: listener, to: source)
        case .admitted(let sender, let incarnation):
            guard mayOpen(sender, nil, incarnation: incarnation) else { return }
            admit(sender, incarnation, at: source, helloBytes: count, now: now, into: &arrivals)
        }
    }

    /// Whether a neighbour is let in, and may have a new connection, perhaps this one, in place of an old one.
    private mutating func mayOpen(_ peer: NodeID, _ index: Int?, incarnation: UInt64) -> Bool {
        let now = clock.now()
        guard let old = peers.indices.first(where: { $0 != index && peers[$0].peer == peer && peers[$0].link.isOpen })
        else { return true }
        do throws(Rejection) {
            try peers[old].openConnection.yieldPlace(
                forIncarnation: incarnation, isProven: settings.keys != nil, at: now)
            return true
        } catch {
            refusals.add(error)
            return false
        }
    }

    /// Gives a socket to one who has dialled in a neighbour's name; its next datagrams reach that.
    private mutating func admit(
        _ sender: NodeID, _ incarnation: UInt64, at source: SocketAddress, helloBytes: Int, now: Instant,
        into arrivals: inout [Arrival]
    ) {
        guard let socket = try? DatagramSocket.connect(to: source, from: address, datagramBytes: datagramBytes)
        else { return }
        let opening = peers.indices.filter {
            !peers[$0].isDialled && peers[$0].link.claimant == sender && !peers[$0].isReplaced
        }
        if opening.count >= Self.mostOpenings {
            refusals.add(.tooManyConnections)
            peers[opening[0]].isReplaced = true
        }
        add(socket, source, expecting: .accepted(among: [sender]), peer: nil, incarnation: incarnation, at: now)
        if !take(helloBytes, peers.count - 1, into: &arrivals) { drop(peers.count - 1, into: &arrivals) }
    }

    private mutating func runTimers(at now: Instant, into arrivals: inout [Arrival]) {
        for index in peers.indices.reversed() where !peers[index].isReplaced {
            do throws(Rejection) {
                try peers[index].quota.check(at: now)
            } catch {
                if !peers[index].isDialled { refusals.add(error) }
                drop(index, into: &arrivals)
                continue
            }
            guard let moment = peers[index].link.nextTimer, moment <= now else { continue }
            var effects: [DatagramLink.Effect] = []
            peers[index].link.timer(at: now, into: &effects)
            if !carryOut(effects, index, into: &arrivals) { drop(index, into: &arrivals) }
        }
    }

    /// Reads once and carries out what follows; false where the connection is over.
    private mutating func receive(_ index: Int, into arrivals: inout [Arrival]) -> Bool {
        do throws(SystemFault) {
            guard let (count, source) = try DatagramSocket.receive(from: peers[index].socket, into: &buffer) else {
                return true
            }
            guard source == peers[index].address else {
                // It came in the moment when this socket had its port and not yet its peer, and is not the peer's.
                if misplaced.count < Self.mostMisplaced { misplaced.append((Array(buffer[0..<count]), source)) }
                return true
            }
            return take(count, index, into: &arrivals)
        } catch {
            // It is said that nobody receives at the other end.
            return doubt(index, into: &arrivals)
        }
    }

    /// False where the connection is over.
    private mutating func doubt(_ index: Int, into arrivals: inout [Arrival]) -> Bool {
        var effects: [DatagramLink.Effect] = []
        peers[index].link.unreachable(at: clock.now(), into: &effects)
        return carryOut(effects, index, into: &arrivals)
    }

    /// Hands the first bytes of the buffer to a link; false where the connection is over.
    private mutating func take(_ count: Int, _ index: Int, into arrivals: inout [Arrival]) -> Bool {
        let now = clock.now()
        var effects: [DatagramLink.Effect] = []
        // Taken out of self, which the link's turn changes.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        let cost = peers[index].link.receive(bytes.span.extracting(0..<count), at: now, into: &effects)
        swap(&bytes, &buffer)
        guard carryOut(effects, index, into: &arrivals) else { return false }
        let link = peers[index].link
        peers[index].quota.received(
            bytes: cost.bytes, messages: cost.messages, isOpen: link.isOpen, isInsideFrame: false, at: now)
        return true
    }

    /// False where the connection is over.
    private mutating func carryOut(
        _ effects: [DatagramLink.Effect], _ index: Int, into arrivals: inout [Arrival]
    ) -> Bool {
        for effect in effects {
            switch effect {
            case .transmit(let burst):
                guard write(burst, index, into: &arrivals) else { return false }
            case .opened(let peer, let incarnation):
                guard mayOpen(peer, index, incarnation: incarnation) else { return false }
                replace(peer, by: index, into: &arrivals)
                peers[index].peer = peer
                peers[index].incarnation = incarnation
                dials.opened(peer)
                arrivals.append(.linkUp(peer, incarnation: incarnation))
            case .deliver(let message):
                guard let peer = peers[index].peer else { continue }
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

    /// A new connection of a neighbour takes the place of its old one.
    private mutating func replace(_ peer: NodeID, by index: Int, into arrivals: inout [Arrival]) {
        for other in peers.indices where other != index && peers[other].peer == peer {
            if peers[other].link.isOpen { arrivals.append(.linkDown(peer)) }
            peers[other].peer = nil
            peers[other].isReplaced = true
        }
    }

    /// Writes datagrams; what does not go is lost, and the link will notice. False where the connection is over.
    private mutating func write(_ burst: DatagramBurst, _ index: Int, into arrivals: inout [Arrival]) -> Bool {
        let socket = peers[index].socket
        var isRefused = false
        var start = 0
        while start < burst.bytes.count {
            let cutsWrites = peers[index].cutsWrites
            let end = cutsWrites ? burst.bytes.count : min(start + burst.datagramBytes, burst.bytes.count)
            do throws(SystemFault) {
                _ = try socket.write(
                    start == 0 && end == burst.bytes.count ? burst.bytes : Array(burst.bytes[start..<end]))
            } catch {
                if error.errno == ECONNREFUSED, !isRefused {
                    // News of earlier datagrams, true or not: it keeps this one from leaving once.
                    isRefused = true
                    continue
                }
                if cutsWrites, error.errno == EIO || error.errno == EINVAL {
                    // A device on the way that cannot: the same bytes again, one datagram after the other.
                    DatagramSocket.stopCutting(socket)
                    peers[index].cutsWrites = false
                    continue
                }
            }
            bytesSent += end - start
            start = end
        }
        return !isRefused || doubt(index, into: &arrivals)
    }

    private mutating func drop(_ index: Int, into arrivals: inout [Arrival]) {
        let connection = peers.remove(at: index)
        guard let peer = connection.peer else { return }
        if connection.link.peer != nil { arrivals.append(.linkDown(peer)) }
        dials.retry(peer, at: clock.now())
    }
}

extension Message {
    /// Bytes of the model in it.
    var modelBytes: Int {
        switch self {
        case .model(let vector), .state(let vector): vector.values.count * MemoryLayout<Float>.size
        case .waiting, .stateRequest, .bye: 0
        }
    }
}
