// Moves the bytes of a node's links over TCP: one connection an edge, dialled by the lower index, dialled again with
// jittered back-off when it is lost. What the bytes mean is the link's business.
import Kernels
import Wire

struct TCPTransport: MessageTransport {
    /// When no connection can be let in, as with too many open files, the listener is left alone for this long.
    private static let acceptPause: Nanoseconds = .milliseconds(100)

    var table: ConnectionTable<StreamCarrier>
    private let strangers: StrangerQuota

    init(_ settings: TransportSettings, now: Instant) throws {
        let door = try Socket.listen(on: SocketAddress(listeningAt: settings.listen))
        table = ConnectionTable(settings, door: door, readBytes: 1 << 18, now: now)
        strangers = StrangerQuota(expected: settings.diallers.count)
    }

    mutating func dial(_ peer: NodeID, at address: SocketAddress, now: Instant, into arrivals: inout [Arrival]) throws {
        let carrier = StreamCarrier(link(expecting: .dialled(peer)), over: try Socket.connect(to: address))
        table.add(carrier, with: address, peer: peer, stage: .connecting, at: now)
    }

    private func link(expecting expectation: Link.Expectation) -> Link {
        Link(local: table.settings.local, expecting: expectation, secrets: table.settings.secrets())
    }

    /// Hears those who have come, and lets others in, for as long as strangers have time: the newest first, as a
    /// neighbour says who it is at once.
    mutating func hearStrangers(into arrivals: inout [Arrival]) {
        let speaking = table.speakingStrangers
        if speaking.isEmpty, !table.isSomebodyComing { return }
        let end = table.strangerTime.begin(at: table.clock.now())
        for index in speaking.reversed() where table.clock.now() < end { table.serve(index, into: &arrivals) }
        if table.isSomebodyComing { acceptSome(until: end, into: &arrivals) }
        table.strangerTime.end(at: table.clock.now())
    }

    /// Lets in no more at once than strangers have room, so that each is heard before others can push it out.
    private mutating func acceptSome(until end: Instant, into arrivals: inout [Arrival]) {
        do throws(SystemFault) {
            for _ in 0..<StrangerQuota.spare {
                let now = table.clock.now()
                guard now < end, let (socket, address) = try Socket.arrival(at: table.listener) else { return }
                let link = link(expecting: .accepted(among: table.settings.diallers))
                table.add(StreamCarrier(link, over: socket), with: address, stage: .strange, at: now)
                makeRoom(into: &arrivals)
            }
        } catch {
            table.acceptsAgainAt = table.clock.now() + Self.acceptPause
        }
    }

    /// Where there are too many strangers, one goes for the newest.
    private mutating func makeRoom(into arrivals: inout [Arrival]) {
        let unknown = table.connections.indices.filter { table.connections[$0].stage == .strange }
        let known = unknown.map {
            (table.connections[$0].address.host, table.connections[$0].carrier.link.hasGreeted)
        }
        guard let leaver = strangers.leaver(among: known) else { return }
        table.refusals.add(.tooManyConnections)
        table.drop(unknown[leaver], into: &arrivals)
    }

    mutating func finishSending() {
        table.finish { $0.carrier.link.isOpen }
        for index in table.connections.indices {
            try? Socket.finishSending(table.connections[index].carrier.socket)
            table.connections[index].stage = .draining
        }
    }
}
