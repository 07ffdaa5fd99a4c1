// MessageTransport: what a node process needs of whatever carries its messages; and whom it dials when, which is the
// same for all.
import Kernels
import Wire

/// The connections of a node. Best effort: what cannot be sent is dropped, and the node is told when a link is down.
protocol MessageTransport {
    associatedtype Carried: Carrier

    var table: ConnectionTable<Carried> { get set }

    /// - Parameter now: when the first neighbours are dialled.
    init(_ settings: TransportSettings, now: Instant) throws

    mutating func dial(_ peer: NodeID, at address: SocketAddress, now: Instant, into arrivals: inout [Arrival]) throws

    /// Hears those who are not yet neighbours, after the others.
    mutating func hearStrangers(into arrivals: inout [Arrival])

    // The same for all; named here, so that they are compiled for each transport.

    mutating func send(_ message: Message, to peer: NodeID, into arrivals: inout [Arrival])

    /// Waits for bytes, connections, `others` or the deadline; returns whether each of `others` is readable.
    mutating func wait(
        until deadline: Instant?, others: [FileDescriptor], into arrivals: inout [Arrival]
    ) throws(SystemFault) -> [Bool]

    /// After the last message: no more bytes will follow on any connection, nobody is dialled, nobody let in.
    mutating func finishSending()
}

extension MessageTransport {
    /// Where this node is reached: host and port.
    var address: SocketAddress { table.address }
    var bytesSent: Int { table.bytesSent }
    var bytesReceived: Int { table.bytesReceived }
    var messagesSent: Int { table.messagesSent }
    /// Whether anything still waits to be written, or for an answer.
    var hasOutput: Bool { table.hasOutput }
    var hasConnections: Bool { table.hasConnections }

    mutating func send(_ message: Message, to peer: NodeID, into arrivals: inout [Arrival]) {
        table.send(message, to: peer, into: &arrivals)
    }

    mutating func wait(
        until deadline: Instant?, others: [FileDescriptor], into arrivals: inout [Arrival]
    ) throws(SystemFault) -> [Bool] {
        let now = table.clock.now()
        for (peer, address) in table.dueDials(at: now, into: &arrivals) {
            do { try dial(peer, at: address, now: now, into: &arrivals) } catch { table.retry(peer, at: now) }
        }
        table.runTimers(at: now, into: &arrivals)
        try table.wait(until: deadline, others: others, at: now)
        table.serveNeighbours(into: &arrivals)
        hearStrangers(into: &arrivals)
        table.endTurn(into: &arrivals)
        return others.indices.map { table.polled.isReadable($0) }
    }
}

/// What came in, in order.
enum Arrival: Sendable {
    case linkUp(NodeID, incarnation: UInt64)
    case linkDown(NodeID)
    case message(Message, from: NodeID)
    case refused(Rejection, from: NodeID?, count: Int = 1)
    /// The name of a neighbour's host is not known now, and why.
    case unresolved(NodeID, String)
}

extension [Arrival] {
    /// Of models of one neighbour that come one after the other, all later than the round that the node can be in, the
    /// last one alone is of use: however many they are, they are one event.
    ///
    /// - Parameters:
    ///   - sentRound: of the last model that the node has sent.
    ///   - backlog: so many rounds beyond it a neighbour may be.
    mutating func append(_ message: Message, from peer: NodeID, sentRound: Round?, backlog: Int) {
        if case .model(let newer) = message, case .message(.model(let older), let sender)? = last, sender == peer,
            backlog == 1, let sentRound, older.round > sentRound.next, newer.round > older.round
        {
            removeLast()
        }
        append(.message(message, from: peer))
    }
}

/// What every transport is told.
struct TransportSettings {
    let local: LinkIdentity
    /// Of this node's edges, if they have any.
    let keys: KeyRing?
    let neighbours: [NodeID]
    /// Host and port; port 0 lets the system choose.
    let listen: String
    /// A peer that is silent for so long is gone, where nobody else notices.
    let patience: Nanoseconds
    /// Where a neighbour is reached, asked anew for each attempt; `nil` while it is not known.
    let addressOf: (NodeID) -> String?

    /// What makes a new connection this node's own.
    func secrets() -> LinkSecrets {
        LinkSecrets(keys: keys, challenge: Entropy.bytes(LinkSecrets.challengeBytes))
    }

    /// - Parameter handshake: how long the peer may take to become a neighbour; `nil`: as long as anyone may.
    func quota(handshake: Nanoseconds? = nil, at now: Instant) -> ConnectionQuota {
        ConnectionQuota(
            local.limits, patience: max(2 * patience, .milliseconds(1_000)), handshake: handshake,
            isSealed: keys != nil, at: now)
    }

    /// The lower index dials.
    var diallers: [NodeID] { neighbours.filter { $0 < local.node } }
}

/// The neighbours that a node dials, each tried again with jittered back-off until its link is open.
struct Dials {
    private struct Entry {
        let peer: NodeID
        var nextAttempt: Instant?
        var backOff: Nanoseconds = firstBackOff
        /// Attempts so far, which take the addresses of a name in turn.
        var turns = 0
        var attemptedAt: Instant
        /// How long an answer may take; `nil` for a neighbour that has never answered, which may be starting.
        var handshake: Nanoseconds?
    }

    private static let firstBackOff: Nanoseconds = .milliseconds(2)
    private static let longestBackOff: Nanoseconds = .milliseconds(250)
    /// A neighbour that was there a moment ago answers in less, and so may take that long at first; half of the time
    /// for which a node waits for the model of a neighbour whose link is down. Where the way is long, four times as
    /// long as it took before.
    private static let shortestHandshake: Nanoseconds = .milliseconds(100)
    private static let handshakeMargin: Nanoseconds = 4
    /// A name that is not known is asked for no sooner again: others ask the same servers.
    private static let nameBackOff: Nanoseconds = .milliseconds(500)

    private var entries: [Entry]
    private var jitter: RandomStream

    init(_ settings: TransportSettings, now: Instant) {
        let local = settings.local
        entries = settings.neighbours.filter { local.node < $0 }.map {
            Entry(peer: $0, nextAttempt: now, attemptedAt: now)
        }
        jitter = RandomStream(seed: local.incarnation, purpose: .jitter, node: local.node)
    }

    var nextAttempt: Instant? { entries.compactMap(\.nextAttempt).min() }

    /// Whom to dial now; each is asked for once, until `retry`.
    mutating func due(at now: Instant) -> [NodeID] {
        var due: [NodeID] = []
        for index in entries.indices {
            guard let moment = entries[index].nextAttempt, moment <= now else { continue }
            entries[index].nextAttempt = nil
            entries[index].attemptedAt = now
            due.append(entries[index].peer)
        }
        return due
    }

    func has(_ peer: NodeID) -> Bool { entries.contains { $0.peer == peer } }

    /// Counts the attempts at a neighbour, from 0 on.
    mutating func turn(of peer: NodeID) -> Int {
        guard let index = entries.firstIndex(where: { $0.peer == peer }) else { return 0 }
        entries[index].turns += 1
        return entries[index].turns - 1
    }

    /// The attempt, or the connection that it led to, is over.
    mutating func retry(_ peer: NodeID, at now: Instant, isSlow: Bool = false) {
        guard let index = entries.firstIndex(where: { $0.peer == peer }) else { return }
        // Between half and all of the back-off, so that many nodes do not knock at once.
        let backOff = isSlow ? max(Self.nameBackOff, entries[index].backOff) : entries[index].backOff
        let wait = Nanoseconds(Double(backOff) * (0.5 + jitter.uniform() / 2))
        entries[index].nextAttempt = now + wait
        entries[index].backOff = min(Self.longestBackOff, entries[index].backOff * 3 / 2)
    }

    mutating func opened(_ peer: NodeID, at now: Instant) {
        guard let index = entries.firstIndex(where: { $0.peer == peer }) else { return }
        entries[index].backOff = Self.firstBackOff
        entries[index].handshake = max(
            Self.shortestHandshake, Self.handshakeMargin * (now - entries[index].attemptedAt))
    }

    /// How long the attempt that begins now may take; the next one, if this one fails, twice as long. `nil`: as long
    /// as anyone's may.
    mutating func handshake(with peer: NodeID) -> Nanoseconds? {
        guard let index = entries.firstIndex(where: { $0.peer == peer }) else { return nil }
        let handshake = entries[index].handshake
        entries[index].handshake = handshake?.clampedTimes(2)
        return handshake
    }

    mutating func remove(_ peer: NodeID) { entries.removeAll { $0.peer == peer } }

    mutating func removeAll() { entries.removeAll() }
}
