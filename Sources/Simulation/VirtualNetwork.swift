// VirtualNetwork, the network between simulated nodes under faults: connections that break and are made again, and
// messages that are late, lost, doubled, changed or kept back as a plan says. A network where nothing goes wrong needs
// none of this.
import Faults
import Kernels
import Wire

struct VirtualNetwork {
    /// A broken connection is made again after this long.
    private static let reconnection: Nanoseconds = .milliseconds(50)
    /// A new one is looked at after this long, again and again until it is open; it is given so long to open at first,
    /// twice as long each time that it has not, and as real nodes do four times what it took before, where that is
    /// more. Else a way that is long would be one on which no connection ever opens.
    private static let look: Nanoseconds = .milliseconds(100)
    private static let longestPatience: Nanoseconds = .milliseconds(2_000)
    private static let patienceMargin: Nanoseconds = 4

    /// An edge, the lower index first.
    struct Edge: Hashable {
        let low: NodeID
        let high: NodeID

        init(_ a: NodeID, _ b: NodeID) { (low, high) = a < b ? (a, b) : (b, a) }
    }

    /// A delivery and when it arrives.
    typealias Arrival = (delivery: Delivery, at: Instant)

    private let latency: Nanoseconds
    private var seed: UInt64
    /// Whether a branch has given each direction of a link a latency of its own.
    private var isBranch = false
    /// Models that a sender keeps for one receiver.
    private let backlog: Int
    private(set) var plan: FaultPlan
    /// Connections made so far on each edge; only looked up.
    private var connections: [Edge: Int] = [:]
    /// Connections to be looked at, and since when they could be open, in no order.
    private var checks: [(at: Instant, edge: Edge, connection: Int, since: Instant)] = []
    /// What connections are given to open, where it is not the least; only looked up.
    private var patience: [Edge: Nanoseconds] = [:]
    private var held: [Delivery] = []
    /// Connections that a fault has ended since they were asked for, and who is told of it.
    private var broken: [(edge: Edge, connection: Int, told: [NodeID])] = []
    private var alterations = 0
    /// The most messages that were ever kept back at once on one link.
    private(set) var longestHold = 0

    init(_ plan: FaultPlan, latency: Nanoseconds, seed: UInt64, edges: [Edge], backlog: Int) {
        self.plan = plan
        self.latency = latency
        self.seed = seed
        self.backlog = backlog
        let start = Instant(nanoseconds: 0)
        checks = edges.map { (start + Self.look, $0, 0, start) }
    }

    /// When the network does something of its own accord.
    var nextMoment: Instant? {
        let check = checks.map(\.at).min()
        guard let end = plan.nextEnd else { return check }
        return check.map { min($0, end) } ?? end
    }

    mutating func advance(to moment: FaultMoment) -> [(node: NodeID, change: NodeChange)] { plan.advance(to: moment) }

    // MARK: - Messages

    /// What becomes of a delivery that is sent now.
    mutating func carry(_ delivery: Delivery, bytes: Int, at moment: FaultMoment) -> [Arrival] {
        let transmission = plan.pass(
            Transmission(sender: delivery.sender, receiver: delivery.receiver, bytes: bytes), at: moment)
        guard !transmission.isLost else { return [] }
        if let end = transmission.connectionEnd {
            if !delivery.isDatagram { breakOff(delivery, end) }
            return []
        }
        guard !transmission.isHeld else {
            // Nobody keeps datagrams: whoever sent one sends it again.
            if !delivery.isDatagram { hold(delivery) }
            return []
        }
        let arrival = moment.now + latency(of: delivery) + transmission.delay
        let content = transmission.isCorrupted ? altered(delivery) : delivery
        return (0..<transmission.copies).map { ($0 == 0 ? content : delivery, arrival) }
    }

    /// From now on messages take up to twice as long, those of one direction of a link all alike so that none overtakes
    /// another, and are struck by other draws.
    mutating func reseed(_ seed: UInt64) {
        self.seed = seed
        isBranch = true
        plan.reseed(seed)
    }

    private func latency(of delivery: Delivery) -> Nanoseconds {
        guard isBranch else { return latency }
        var random = RandomStream(
            seed: seed, purpose: .faults, node: delivery.sender, lane: delivery.receiver.index << 8 | 1)
        return latency + Nanoseconds(random.uniform() * Double(latency))
    }

    /// What was kept back and may pass now.
    mutating func release(at moment: FaultMoment) -> [Arrival] {
        guard !held.isEmpty else { return [] }
        var released: [Delivery] = []
        held.removeAll { delivery in
            let transmission = Transmission(sender: delivery.sender, receiver: delivery.receiver, bytes: 0)
            guard plan.releases(transmission, at: moment) else { return false }
            released.append(delivery)
            return true
        }
        return released.map { ($0, moment.now + latency(of: $0)) }
    }

    /// A sender's queue keeps the newest models only.
    private mutating func hold(_ delivery: Delivery) {
        func isOfSameLink(_ other: Delivery) -> Bool {
            other.sender == delivery.sender && other.receiver == delivery.receiver
        }
        held.removeAll { isOfSameLink($0) && $0.connection != delivery.connection }
        if delivery.isModel { held.dropOldest(atMost: backlog - 1) { isOfSameLink($0) && $0.isModel } }
        held.append(delivery)
        longestHold = max(longestHold, held.count(where: isOfSameLink))
    }

    private mutating func altered(_ delivery: Delivery) -> Delivery {
        let content: Delivery.Content
        switch delivery.content {
        case .frame(let frame): content = .altered(withFlippedBit(frame.bytes))
        case .datagram(let bytes): content = .datagram(withFlippedBit(bytes))
        case .message: content = .garbled
        default: return delivery
        }
        return Delivery(
            receiver: delivery.receiver, sender: delivery.sender, content: content, connection: delivery.connection)
    }

    private mutating func withFlippedBit(_ bytes: [UInt8]) -> [UInt8] {
        var random = RandomStream(
            seed: seed, purpose: .faults, node: NodeID(Int(UInt32.max) - 1), round: Round(alterations))
        alterations += 1
        var bytes = bytes
        bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
        return bytes
    }

    // MARK: - Connections

    private mutating func breakOff(_ delivery: Delivery, _ end: ConnectionEnd) {
        let told =
            switch end {
            case .reset: [delivery.sender, delivery.receiver]
            case .halfClose: [delivery.receiver]
            }
        broken.append((Edge(delivery.sender, delivery.receiver), delivery.connection, told))
    }

    /// The connections that faults have ended since the last call.
    mutating func takeBroken() -> [(edge: Edge, connection: Int, told: [NodeID])] {
        defer { broken = [] }
        return broken
    }

    /// The connection of an edge is gone: the ends that live learn of it one latency later.
    ///
    /// - Parameter connection: the one that ended; `nil` for whichever there is.
    mutating func close(
        _ edge: Edge, connection: Int? = nil, telling ends: [NodeID], at now: Instant
    ) -> [Arrival] {
        let current = connections[edge, default: 0]
        guard connection ?? current == current else { return [] }
        connections[edge] = current + 1
        held.removeAll { Edge($0.sender, $0.receiver) == edge }
        return ends.map { end in
            let other = end == edge.low ? edge.high : edge.low
            return (
                Delivery(receiver: end, sender: other, content: .closed, connection: current + 1), now + latency
            )
        }
    }

    /// Both ends live: a new connection is tried, and looked at until it is open.
    mutating func reconnect(_ edge: Edge, soon: Bool, at now: Instant, incarnation: (NodeID) -> UInt64) -> [Arrival] {
        let connection = connections[edge, default: 0] + 1
        connections[edge] = connection
        let start = now + (soon ? latency : Self.reconnection)
        checks.removeAll { $0.edge == edge }
        checks.append((start + Self.look, edge, connection, start))
        return [(edge.low, edge.high), (edge.high, edge.low)].map { end, other in
            (
                Delivery(
                    receiver: end, sender: other, content: .opened(incarnation: incarnation(other)),
                    connection: connection), start
            )
        }
    }

    /// Edges whose connection has not opened in time, in order: the caller tries again.
    ///
    /// - Parameter isOpen: `nil` where an end is not there.
    mutating func due(at now: Instant, isOpen: (Edge) -> Bool?) -> [Edge] {
        let looks = checks.filter { $0.at <= now && connections[$0.edge, default: 0] == $0.connection }
        checks.removeAll { $0.at <= now }
        var due: [Edge] = []
        for look in looks {
            guard let isOpen = isOpen(look.edge) else { continue }
            let given = patience[look.edge, default: Self.look]
            if isOpen {
                let taken = look.at - look.since - Self.look
                patience[look.edge] = min(Self.longestPatience, max(Self.look, Self.patienceMargin * taken))
            } else if look.at < look.since + given {
                checks.append((look.at + Self.look, look.edge, look.connection, look.since))
            } else {
                patience[look.edge] = min(Self.longestPatience, 2 * given)
                due.append(look.edge)
            }
        }
        return due.sorted { ($0.low, $0.high) < ($1.low, $1.high) }
    }
}
