// One neighbour's credit for being late. A silent or procrastinating neighbour costs a bounded time beyond the free
// wait of each round, while one that is merely slow is not cut off.
import Kernels

/// Starts at one deadline, pays for waits beyond the free ones, refills at a tenth of elapsed time.
///
/// Below a tenth of a deadline it counts as empty: the neighbour is polled only, used if it is there and not waited
/// for. (At zero it would never be empty for long: what it earns back during a wait would pay for the next one, round
/// after round.) It is trusted again when it delivers in time, or with more than that in its account. A neighbour that
/// came back from somewhere may be a moment behind for ever, and so is given a chance: after it has delivered anything,
/// one round waits for it, but only for the free time; chances that it lets pass become rarer and rarer.
struct PatienceAccount: Sendable, Equatable {
    private static let longestGap = 1 << 20

    private(set) var balance: Nanoseconds
    private(set) var isPolledOnly = false
    private let opening: Nanoseconds
    private var updatedAt: Instant?
    /// It delivered something since it is polled only, or since its last chance.
    private var hasSpoken = false
    /// Rounds between two chances, and the first round of the next one.
    private var gap = 1
    private var chanceFrom = 0
    /// Time spent waiting for this neighbour beyond the free waits, over the whole run.
    private(set) var charged: Nanoseconds = 0

    init(opening: Nanoseconds) {
        self.opening = opening
        balance = opening
    }

    mutating func refill(at now: Instant) {
        if let updatedAt { balance = min(opening, balance + max(0, now - updatedAt) / 10) }
        updatedAt = now
    }

    /// - Parameter isAnnounced: the neighbour said that it was held up itself; it pays half.
    mutating func charge(_ wait: Nanoseconds, isAnnounced: Bool) {
        charged += wait
        balance = max(0, balance - (isAnnounced ? wait / 2 : wait))
        if balance < opening / 10 {
            isPolledOnly = true
            hasSpoken = false
        }
    }

    /// - Parameter inTime: for a round that is still open.
    mutating func delivered(inTime: Bool) {
        if inTime { gap = 1 }
        if inTime || balance >= opening / 10 { isPolledOnly = false } else { hasSpoken = true }
    }

    /// Whether this round waits for a neighbour that is otherwise polled only.
    func hasChance(in round: Round) -> Bool { isPolledOnly && hasSpoken && round.number >= chanceFrom }

    mutating func missedChance(in round: Round) {
        gap = min(2 * gap, Self.longestGap)
        chanceFrom = round.number + gap
        hasSpoken = false
    }

    func credit(of neighbour: NodeID) -> Checkpoint.Credit {
        Checkpoint.Credit(neighbour: neighbour, balance: balance, charged: charged, isPolledOnly: isPolledOnly)
    }

    mutating func restore(_ credit: Checkpoint.Credit) {
        balance = min(opening, max(0, credit.balance))
        charged = max(0, credit.charged)
        isPolledOnly = credit.isPolledOnly
    }
}
