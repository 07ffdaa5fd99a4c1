// VirtualNetwork, the network between simulated nodes under faults: connections that break and are made again, and
// messages that are late, lost, doubled, changed or kept back as a plan says. A network where nothing goes wrong needs
// none of this.
import Faults
import Kernels
import Wire

struct VirtualNetwork {
    /// A broken connection is made again after this long, and looked at again after this long if it did not open.
    private static let reconnection: Nanoseconds = .milliseconds(50)
    private static let patience: Nanoseconds = .milliseconds(100)

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
    private var isDiverged = false
    /// Models that a sender keeps for one receiver.
    private let backlog: Int
    private(set) var plan: FaultPlan
    /// Connections made so far on each edge; only looked up.
    private var connections: [Edge: Int] = [:]
    /// Connections to be looked at, in no order.
    private var checks: [(at: Instant, edge: Edge, connection: Int)] = []
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
        let firstLook = Instant(nanoseconds: Self.patience)
        checks = edges.map { (firstLook, $0, 0) }
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
    mutating func diverge(_ seed: UInt64) {
        self.seed = seed
        isDiverged = true
        plan.diverge(seed)
    }

    private func latency(of delivery: Delivery) -> Nanoseconds {
        guard isDiverged else { return latency }
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
        checks.append((start + Self.patience, edge, connection))
        return [(edge.low, edge.high), (edge.high, edge.low)].map { end, other in
            (
                Delivery(
                    receiver: end, sender: other, content: .opened(incarnation: incarnation(other)),
                    connection: connection), start
            )
        }
    }

    /// Edges whose connection should be open by now, in order; each is given up or tried again by the caller.
    mutating func due(at now: Instant) -> [Edge] {
        let due = checks.filter { $0.at <= now && connections[$0.edge, default: 0] == $0.connection }.map(\.edge)
        checks.removeAll { $0.at <= now }
        return due.sorted { ($0.low, $0.high) < ($1.low, $1.high) }
    }
}
