// When a round may close: who is waited for, how long, and who pays for it.
import Kernels
import Wire

extension NodeCore {
    /// The moment at which the round closes if nothing more arrives; `now` if nobody is waited for.
    func waitLimit(since: Instant, at now: Instant) -> Instant {
        guard exchanges, !isAsynchronous else { return now }
        var latest = holdBack.map { max(now, since + $0) } ?? now
        for slot in neighbours.indices {
            if let limit = waitLimit(for: neighbours[slot], since: since) { latest = max(latest, limit) }
        }
        return latest
    }

    private func waitLimit(for neighbour: NeighbourState, since: Instant) -> Instant? {
        guard isAwaited(neighbour) else { return nil }
        let deadline = configuration.patience.deadline
        let extensions: Nanoseconds = neighbour.isHeldUp ? 2 : 1
        let patience =
            isLiar
            ? extensions * (deadline / 2)
            : min(extensions * deadline, freeWait + extensions * neighbour.account.balance)
        switch neighbour.link {
        case .never: return nil
        case .closed(let waitedUntil): return min(waitedUntil, since + patience)
        case .up: return since + patience
        }
    }

    /// Whether the neighbour owes this round's model and this node means to wait for it.
    func isAwaited(_ neighbour: NeighbourState) -> Bool {
        neighbour.weight != nil && neighbour.current == nil && neighbour.offendedIn != round && !neighbour.isReturning
            && neighbour.newestRound ?? round <= round && listens(to: neighbour.node)
            && (isLiar || !neighbour.account.isPolledOnly)
    }

    /// Waits up to this long cost a neighbour nothing.
    private var freeWait: Nanoseconds {
        max(configuration.patience.free, Nanoseconds(configuration.patience.freeSteps) * stepDurations.median)
    }

    /// Tells the neighbours once a round that this node is held up; returns when it will do so otherwise.
    mutating func announceHoldUp(since: Instant, at now: Instant, into effects: inout [NodeEffect]) -> Instant? {
        guard !saidWaiting, !isLiar else { return nil }
        let moment = since + configuration.patience.free
        guard now >= moment else { return moment }
        saidWaiting = true
        for neighbour in neighbours where neighbour.receives && neighbour.link == .up {
            effects.append(.send(.waiting(round), to: neighbour.node))
        }
        return nil
    }

    /// Notes what a neighbour has cost in this round, when it is waited for no longer: its model is here, it offended,
    /// it is rounds ahead, or the round closes without it.
    mutating func endWait(for slot: Int, at now: Instant) {
        guard case .gathering(let since) = phase, isAwaited(neighbours[slot]) else { return }
        let end: Instant
        switch neighbours[slot].link {
        case .never: return
        case .closed(let waitedUntil): end = min(now, waitedUntil)
        case .up: end = now
        }
        neighbours[slot].wait = (end - since, neighbours[slot].isHeldUp)
    }

    /// Charges every neighbour for the wait that it caused in the round that closes.
    mutating func settleAccounts(at now: Instant) {
        let free = freeWait
        for slot in neighbours.indices {
            neighbours[slot].account.refill(at: now)
            endWait(for: slot, at: now)
            guard let wait = neighbours[slot].wait, wait.length > free else { continue }
            neighbours[slot].account.charge(wait.length - free, isAnnounced: wait.isAnnounced)
        }
    }
}

/// The median of the last few values.
struct RecentMedian: Sendable {
    private static let capacity = 15
    private var values: [Nanoseconds] = []
    private var oldest = 0
    private(set) var median: Nanoseconds = 0

    mutating func add(_ value: Nanoseconds) {
        if values.count < Self.capacity {
            values.append(value)
        } else {
            values[oldest] = value
            oldest = (oldest + 1) % Self.capacity
        }
        median = values.sorted()[values.count / 2]
    }
}
