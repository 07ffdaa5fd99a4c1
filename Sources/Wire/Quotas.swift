// Quotas on the time and memory of a node that others may take: strangers by where they come from, each peer by
// connection.
import Kernels

/// What the peer of one connection may cost: far more than an honest one ever does, and far less than a wire carries.
///
/// Whoever sends more is not cut off, since a fast neighbour of a slow node may do so honestly. It is heard after the
/// others, in a share of the time; what does not fit waits with the sender, or is lost.
public struct ConnectionQuota: Sendable {
    /// Beside its bytes, what every message costs.
    private static let bytesPerMessage = 16_384
    /// What a neighbour may send whatever this node does itself.
    private static let bytesPerSecond = 64 << 20
    /// To open a seal takes longer than to compare a check by so many times.
    private static let costOfSeal = 4
    /// What takes milliseconds between neighbours; a busy host may need more.
    private static let longestHandshake: Nanoseconds = .milliseconds(2_000)
    /// A neighbour that keeps pace with this node may send so many times what this node does.
    private static let returnRate = 2

    private let capacity: Int
    private let patience: Nanoseconds
    private let costOfByte: Int
    private var balance: Int
    private var countedAt: Instant
    /// When the peer must have done what it owes: to say who it is, or to send the rest of a frame.
    public private(set) var dueAt: Instant?

    /// - Parameters:
    ///   - patience: for the rest of a frame that has begun, and until the peer has become a neighbour; for that never
    ///     more than two seconds.
    ///   - handshake: where that may take less.
    ///   - isSealed: what comes must be decrypted.
    public init(
        _ limits: Limits, patience: Nanoseconds, handshake: Nanoseconds? = nil, isSealed: Bool = false, at now: Instant
    ) {
        costOfByte = isSealed ? Self.costOfSeal : 1
        capacity = Self.bytesPerSecond + 8 * costOfByte * limits.channels.elementCount * MemoryLayout<Float>.size
        self.patience = patience
        balance = capacity
        countedAt = now
        dueAt = now + min(patience, Self.longestHandshake, handshake ?? patience)
    }

    /// Whether the peer has sent more than its share, and is heard after the others until time has passed.
    public func isSpent(at now: Instant) -> Bool { balance < 0 && balance + earned(until: now) < 0 }

    /// This node has sent each neighbour a model of so many bytes itself.
    public mutating func sentModel(bytes: Int) { balance = min(capacity, balance + Self.returnRate * cost(bytes, 1)) }

    /// The peer has sent so much.
    public mutating func received(bytes: Int, messages: Int, isOpen: Bool, isInsideFrame: Bool, at now: Instant) {
        if isOpen {
            if !isInsideFrame { dueAt = nil } else if messages > 0 || dueAt == nil { dueAt = now + patience }
        }
        balance = min(capacity, balance + earned(until: now))
        countedAt = now
        // Nobody pays for longer than a second.
        balance = max(-Self.bytesPerSecond, balance - cost(bytes, messages))
    }

    private func cost(_ bytes: Int, _ messages: Int) -> Int { bytes * costOfByte + messages * Self.bytesPerMessage }

    private func earned(until now: Instant) -> Int {
        Int(min(Double(now - countedAt) / 1e9, 2) * Double(Self.bytesPerSecond))
    }

    /// Whether the peer has done in time what it owes.
    public func check(at now: Instant) throws(Rejection) {
        if let dueAt, dueAt <= now { throw .tooSlow }
    }
}

/// An eighth of a node's time, in small portions, so that neighbours are served in between: for all strangers together,
/// and for all neighbours together that send more than their share.
///
/// They are heard together every two milliseconds, rather than each at the moment when it speaks; and later where the
/// node would have to wake up for nothing else.
public struct TimeShare: Sendable {
    private static let share: Nanoseconds = 8
    private static let interval: Nanoseconds = .milliseconds(2)
    private static let most: Nanoseconds = .milliseconds(1)
    private static let drowsiness: Nanoseconds = .milliseconds(2)

    /// At most one portion, owed or saved.
    private var balance = most
    private var countedAt: Instant
    /// When they may be heard again.
    public private(set) var dueAt: Instant

    public init(at now: Instant) {
        countedAt = now
        dueAt = now
    }

    /// When the node is to wake up for it, if it has not been awake since `dueAt`.
    public var wakesAt: Instant { dueAt + Self.drowsiness }

    /// Begins a portion.
    ///
    /// - Returns: when it ends at the latest.
    public mutating func begin(at now: Instant) -> Instant {
        balance = min(Self.most, balance + max(0, now - countedAt) / Self.share)
        countedAt = now
        return now + max(0, balance)
    }

    /// Ends the portion that began last.
    public mutating func end(at now: Instant) {
        // Whoever was not given the processor in the middle of it does not pay for that long.
        balance = max(-Self.most, balance - (now - countedAt))
        countedAt = now
        dueAt = now + max(Self.interval, -balance * Self.share)
    }
}

/// Refusals of strangers' bytes, told of once a portion: however many they are, they cost the node one event a reason.
public struct RefusalTally: Sendable {
    private var entries: [(reason: Rejection, count: Int)] = []

    public init() {}

    public mutating func add(_ reason: Rejection) {
        if let index = entries.firstIndex(where: { $0.reason == reason }) {
            entries[index].count += 1
        } else {
            entries.append((reason, 1))
        }
    }

    /// What was added since the last call, in the order of first occurrence.
    public mutating func take() -> [(reason: Rejection, count: Int)] {
        defer { entries.removeAll(keepingCapacity: true) }
        return entries
    }
}

/// Peers that have not said who they are, or not proved it.
public struct StrangerQuota: Sendable {
    private static let most = 64
    /// Of one host, beside the neighbours, all of which may live there.
    public static let spare = 8

    private let expected: Int

    /// - Parameter expected: neighbours that may dial this node.
    public init(expected: Int) { self.expected = expected }

    /// Who has to go so that the newest can stay; `nil` while there is room.
    ///
    /// A neighbour opens its link within milliseconds: whoever has been there longest is the least likely to be one.
    ///
    /// - Parameter strangers: the host that each comes from, and whether it has said who it is; the newest is the last.
    public func leaver<Host: Equatable>(among strangers: [(host: Host, hasGreeted: Bool)]) -> Int? {
        let newest = strangers.last?.host
        let ofHost = strangers.indices.filter { strangers[$0].host == newest }
        if ofHost.count > expected + Self.spare { return first(of: ofHost, in: strangers) }
        if strangers.count > expected + Self.most { return first(of: Array(strangers.indices), in: strangers) }
        return nil
    }

    /// Those who have said nothing go first.
    private func first<Host>(of candidates: [Int], in strangers: [(host: Host, hasGreeted: Bool)]) -> Int? {
        candidates.dropLast().first { !strangers[$0].hasGreeted } ?? candidates.first
    }
}
