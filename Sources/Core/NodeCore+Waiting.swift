// When a round may close: who is waited for, how long, and who pays for it.
import Kernels
import Wire

extension NodeCore {
    /// The moment at which the round closes if nothing more arrives; `now` if nobody is waited for.
    func waitLimit(since: Instant, at now: Instant) -> Instant {
        guard exchanges else { return now }
        var latest = now
        for slot in neighbours.indices {
            if let limit = waitLimit(for: neighbours[slot], since: since) { latest = max(latest, limit) }
        }
        return latest
    }

    private func waitLimit(for neighbour: NeighbourState, since: Instant) -> Instant? {
        guard neighbour.weight != nil, neighbour.current == nil, neighbour.offendedIn != round,
            listens(to: neighbour.node), neighbour.newestRound ?? round <= round
        else { return nil }
        switch neighbour.link {
        case .never: return nil
        case .closed(let waitedUntil): return waitedUntil
        case .up: break
        }
        let extensions: Nanoseconds = neighbour.isHeldUp ? 2 : 1
        if isLiar { return since + extensions * (configuration.patience.deadline / 2) }
        guard !neighbour.account.isPolledOnly else { return nil }
        let affordable = freeWait + extensions * neighbour.account.balance
        return since + min(extensions * configuration.patience.deadline, affordable)
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

    /// Charges every neighbour for the wait that it caused in the round that closes.
    mutating func settleAccounts(since: Instant, at now: Instant) {
        let free = freeWait
        for slot in neighbours.indices {
            neighbours[slot].account.refill(at: now)
            guard neighbours[slot].weight != nil, neighbours[slot].link == .up,
                !neighbours[slot].account.isPolledOnly
            else { continue }
            let wait = neighbours[slot].waited ?? (neighbours[slot].current == nil ? now - since : 0)
            if wait > free {
                neighbours[slot].account.charge(wait - free, isAnnounced: neighbours[slot].wasHeldUp || neighbours[slot].isHeldUp)
            }
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
