// One neighbour's credit for being late. A silent or procrastinating neighbour costs a bounded time in all, while one
// that is merely slow is not cut off.
import Kernels

/// Starts at one deadline, pays for waits beyond the free ones, refills at a tenth of elapsed time.
///
/// Below a tenth of a deadline it counts as empty: the neighbour is polled only, used if it is there and never waited
/// for, until it delivers again with more than that in its account. (At zero it would never be empty for long: what it
/// earns back during a wait would pay for the next one, round after round.)
struct PatienceAccount: Sendable, Equatable {
    private(set) var balance: Nanoseconds
    private(set) var isPolledOnly = false
    private let opening: Nanoseconds
    private var updatedAt: Instant?
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
        if balance < opening / 10 { isPolledOnly = true }
    }

    mutating func delivered() {
        if balance >= opening / 10 { isPolledOnly = false }
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
