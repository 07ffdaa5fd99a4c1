// Moves the datagrams of a node's links over UDP: a socket that takes the hellos of those who dial, and one socket for
// each peer. What the datagrams mean, and when one must be sent again, is the link's business; who gets a socket, the
// doorkeeper's.
import Cryptography
import Kernels
import Wire

struct UDPTransport: MessageTransport {
    /// Links that are being opened in the name of one neighbour.
    private static let mostOpenings = 8

    var table: ConnectionTable<DatagramCarrier>
    private let pace: DatagramLink.Pace
    private let addressValidator: AddressValidator

    init(_ settings: TransportSettings, now: Instant) throws {
        let door = try DatagramSocket.listen(on: SocketAddress(listeningAt: settings.listen))
        // As much as the kernel joins of one peer's datagrams.
        table = ConnectionTable(settings, door: door, readBytes: 1 << 16, now: now)
        pace = DatagramLink.Pace(
            patience: settings.patience, receiveBuffer: try DatagramSocket.receiveBuffer(of: table.listener))
        addressValidator = AddressValidator(
            local: settings.local, diallers: settings.diallers, keys: settings.keys,
            secret: SipHash.Key(Entropy.bytes(SipHash.Key.byteCount)))
    }

    mutating func dial(_ peer: NodeID, at address: SocketAddress, now: Instant, into arrivals: inout [Arrival]) throws {
        let carrier = try carrier(to: address, expecting: .dialled(peer), at: now)
        let index = table.add(carrier, with: address, peer: peer, at: now)
        table.speak(index, into: &arrivals) { $0.start(at: now, into: &$2) }
    }

    /// - Parameter local: where the peer has sent to; `nil` for one that is dialled.
    private func carrier(
        to address: SocketAddress, from local: SocketAddress? = nil, expecting expectation: Link.Expectation,
        at now: Instant
    ) throws(SystemFault) -> DatagramCarrier {
        let settings = table.settings
        let socket = try DatagramSocket.connect(
            to: address, from: local, datagramBytes: DatagramLink.datagramBytes(isSealed: settings.keys != nil))
        let link = DatagramLink(
            local: settings.local, expecting: expectation, secrets: settings.secrets(), pace: pace, at: now)
        return DatagramCarrier(link, over: socket)
    }

    /// Takes what came to the socket of another, and what strangers have sent for as long as they have time.
    mutating func hearStrangers(into arrivals: inout [Arrival]) {
        for (bytes, source) in table.misplaced {
            table.buffer.replaceSubrange(0..<bytes.count, with: bytes)
            takeFromAnyone(bytes.count, source, at: table.clock.now(), into: &arrivals)
        }
        table.misplaced.removeAll()
        guard table.isSomebodyComing else { return }
        var now = table.clock.now()
        let end = table.strangerTime.begin(at: now)
        while now < end, let (count, source) = try? DatagramSocket.receive(from: table.listener, into: &table.buffer) {
            takeFromAnyone(count, source, at: now, into: &arrivals)
            now = table.clock.now()
        }
        table.strangerTime.end(at: now)
    }

    /// Hands the first bytes of the buffer to the link that speaks with their sender, or to the doorkeeper.
    private mutating func takeFromAnyone(
        _ count: Int, _ source: SocketAddress, at now: Instant, into arrivals: inout [Arrival]
    ) {
        let known = table.connections.firstIndex { !$0.isDialled && $0.stage != .over && $0.address == source }
        // It was on its way before that socket was there.
        if let known { return table.take(count, known, into: &arrivals) }
        switch addressValidator.judge(table.buffer.span.extracting(0..<count), from: source.bytes, at: now) {
        case .refused(let reason): table.refusals.add(reason)
        case .asked(let answer): DatagramSocket.send(answer, from: table.listener, to: source)
        case .admitted(let sender, let incarnation):
            guard table.mayOpen(sender, nil, incarnation: incarnation) else { return }
            admit(sender, at: source, helloBytes: count, now: now, into: &arrivals)
        }
    }

    /// Gives a socket to one who has dialled in a neighbour's name; its next datagrams reach that.
    private mutating func admit(
        _ sender: NodeID, at source: SocketAddress, helloBytes: Int, now: Instant, into arrivals: inout [Arrival]
    ) {
        guard
            let carrier = try? carrier(
                to: source, from: table.address, expecting: .accepted(among: [sender]), at: now)
        else { return }
        let opening = table.connections.indices.filter {
            let connection = table.connections[$0]
            return !connection.isDialled && connection.carrier.link.claimant == sender && connection.stage != .over
        }
        if opening.count >= Self.mostOpenings {
            table.refusals.add(.tooManyConnections)
            table.connections[opening[0]].stage = .over
        }
        let index = table.add(carrier, with: source, at: now)
        table.take(helloBytes, index, into: &arrivals)
    }

    mutating func finishSending() { table.finish { $0.carrier.hasOutput } }
}
