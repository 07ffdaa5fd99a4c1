// Moves the datagrams of a node's links over UDP: a socket that takes the hellos of those who dial, and one socket for
// each peer. What the datagrams mean, and when one must be sent again, is the link's business.
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
        /// The kernel cuts long writes.
        var cutsWrites: Bool
        /// Another connection of the same neighbour has taken its place.
        var isReplaced = false
    }

    /// As much as the kernel joins of one peer's datagrams.
    private static let readBytes = 1 << 16
    /// Datagrams of strangers that are looked at before the neighbours are served again.
    private static let mostGreetings = 32

    let address: SocketAddress
    private(set) var bytesSent = 0
    private(set) var messagesSent = 0

    private let settings: TransportSettings
    private let listener: FileDescriptor
    private let pace: DatagramLink.Pace
    private var peers: [Peer] = []
    private var dials: Dials
    private var bans = Bans()
    private let strangers: StrangerQuota
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
        strangers = StrangerQuota(expected: settings.diallers.count)
    }

    var hasOutput: Bool { peers.contains { $0.link.hasOutput } }
    var hasConnections: Bool { !peers.isEmpty }

    mutating func send(_ message: Message, to peer: NodeID, into arrivals: inout [Arrival]) {
        guard let index = peers.firstIndex(where: { $0.peer == peer && $0.link.isOpen }) else { return }
        messagesSent += 1
        peers[index].quota.sent(bytes: message.modelBytes)
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
        polled.add(listener, reading: !isFinishing)
        for peer in peers { polled.add(peer.socket) }
        let timers = peers.compactMap(\.link.nextTimer) + peers.compactMap(\.quota.dueAt)
        try polled.wait(until: ([deadline, dials.nextAttempt].compactMap { $0 } + timers).min())

        let first = others.count + 1
        // Backwards, so that dropping one leaves the slots of those still to come in place.
        for index in peers.indices.reversed() where polled.isReadable(first + index) && !peers[index].isReplaced {
            if !receive(index, into: &arrivals) { drop(index, into: &arrivals) }
        }
        if polled.isReadable(others.count) { greetAll(into: &arrivals) }
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
        at now: Instant
    ) {
        peers.append(
            Peer(
                socket: socket, address: address, isDialled: peer != nil,
                link: DatagramLink(
                    local: settings.local, expecting: expectation, secrets: settings.secrets(), pace: pace, at: now),
                quota: settings.quota(at: now), peer: peer,
                cutsWrites: DatagramSocket.cutsWrites(socket)))
    }

    /// Takes what strangers have sent. One that says hello gets a socket of its own, which its next datagrams reach.
    private mutating func greetAll(into arrivals: inout [Arrival]) {
        for _ in 0..<Self.mostGreetings {
            guard let (count, source) = try? DatagramSocket.receive(from: listener, into: &buffer) else { return }
            let now = clock.now()
            if let index = peers.firstIndex(where: { !$0.isDialled && $0.address == source }) {
                // It was on its way before that socket was there.
                if !take(count, index, into: &arrivals) { drop(index, into: &arrivals) }
                continue
            }
            guard
                let socket = try? DatagramSocket.connect(to: source, from: address, datagramBytes: datagramBytes)
            else { continue }
            add(socket, source, expecting: .accepted(among: settings.diallers), peer: nil, at: now)
            let index = peers.count - 1
            // Whoever does not begin with a good hello is no stranger to be kept in mind.
            if take(count, index, into: &arrivals), peers[index].link.hasGreeted {
                makeRoom(into: &arrivals)
            } else {
                drop(index, into: &arrivals)
            }
        }
    }

    /// Where there are too many strangers, one goes for the newest.
    private mutating func makeRoom(into arrivals: inout [Arrival]) {
        let unknown = peers.indices.filter { !peers[$0].isDialled && !peers[$0].link.isOpen }
        guard
            let leaver = strangers.leaver(
                among: unknown.map { (peers[$0].address.host, peers[$0].link.hasGreeted) })
        else { return }
        arrivals.append(.refused(.tooManyConnections, from: nil))
        drop(unknown[leaver], into: &arrivals)
    }

    private mutating func runTimers(at now: Instant, into arrivals: inout [Arrival]) {
        for index in peers.indices.reversed() where !peers[index].isReplaced {
            do throws(Rejection) {
                try peers[index].quota.check(at: now)
            } catch {
                if !peers[index].isDialled { arrivals.append(.refused(error, from: nil)) }
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
        // A fault is the news that nobody listens at the other end any more.
        guard let transfer = try? peers[index].socket.read(into: &buffer) else { return false }
        guard case .bytes(let count) = transfer else { return true }
        return take(count, index, into: &arrivals)
    }

    /// Hands the first bytes of the buffer to a link; false where the connection is over.
    private mutating func take(_ count: Int, _ index: Int, into arrivals: inout [Arrival]) -> Bool {
        let now = clock.now()
        var effects: [DatagramLink.Effect] = []
        // Taken out of self, which the link's turn changes.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        let ownBytes = peers[index].link.receive(bytes.span.extracting(0..<count), at: now, into: &effects)
        swap(&bytes, &buffer)
        guard carryOut(effects, index, into: &arrivals) else { return false }
        let link = peers[index].link
        do throws(Rejection) {
            try peers[index].quota.received(
                bytes: ownBytes, messages: effects.count(where: \.isOfPeer), isOpen: link.isOpen,
                isInsideFrame: false, at: now)
            return true
        } catch {
            arrivals.append(.refused(error, from: link.peer))
            if let peer = link.peer { bans.ban(peer, at: now) }
            return false
        }
    }

    /// False where the connection is over.
    private mutating func carryOut(
        _ effects: [DatagramLink.Effect], _ index: Int, into arrivals: inout [Arrival]
    ) -> Bool {
        for effect in effects {
            switch effect {
            case .transmit(let burst):
                guard write(burst, index) else { return false }
            case .opened(let peer, let incarnation):
                guard !bans.contains(peer, at: clock.now()) else { return false }
                replace(peer, by: index, into: &arrivals)
                peers[index].peer = peer
                dials.opened(peer)
                arrivals.append(.linkUp(peer, incarnation: incarnation))
            case .deliver(let message):
                guard let peer = peers[index].peer else { continue }
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
        for other in peers.indices where other != index && peers[other].peer == peer {
            if peers[other].link.isOpen { arrivals.append(.linkDown(peer)) }
            peers[other].peer = nil
            peers[other].isReplaced = true
        }
    }

    /// Writes datagrams; what does not go is lost, and the link will notice. False where nobody listens any more.
    private mutating func write(_ burst: DatagramBurst, _ index: Int) -> Bool {
        let socket = peers[index].socket
        var start = 0
        while start < burst.bytes.count {
            let cutsWrites = peers[index].cutsWrites
            let end = cutsWrites ? burst.bytes.count : min(start + burst.datagramBytes, burst.bytes.count)
            do throws(SystemFault) {
                _ = try socket.write(
                    start == 0 && end == burst.bytes.count ? burst.bytes : Array(burst.bytes[start..<end]))
            } catch {
                if error.errno == ECONNREFUSED { return false }
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
        return true
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
        if case .model(let model) = self { model.values.count * MemoryLayout<Float>.size } else { 0 }
    }
}
