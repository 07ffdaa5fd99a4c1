// When a round may close: who is waited for, how long, and who pays for it.
import Kernels
import Wire

extension NodeCore {
    /// The moment at which the round closes if nothing more arrives; `now` if nobody is waited for.
    func waitLimit(since: Instant, at now: Instant) -> Instant {
        // Whoever is left behind has nothing to wait for.
        guard exchanges, !isAsynchronous, roundOfOthers == nil else { return now }
        var latest = holdBack.map { max(now, since + $0) } ?? now
        // Whoever has delivered is passed over before it is copied: this is asked at every event.
        for slot in neighbours.indices where neighbours[slot].current == nil {
            if let limit = waitLimit(for: neighbours[slot], since: since) { latest = max(latest, limit) }
        }
        return latest
    }

    private func waitLimit(for neighbour: NeighbourState, since: Instant) -> Instant? {
        guard isAwaited(neighbour) else { return nil }
        let deadline = configuration.patience.deadline
        let extensions: Nanoseconds = neighbour.isHeldUp ? 2 : 1
        let patience =
            if isLiar {
                extensions * (deadline / 2)
            } else if neighbour.account.isPolledOnly || neighbour.isReturning {
                freeWait
            } else {
                min(extensions * deadline, freeWait + extensions * neighbour.account.balance)
            }
        switch neighbour.link {
        case .never: return nil
        case .closed(let waitedUntil, let backUntil):
            guard isCutOff, backUntil > .longAgo else { return min(waitedUntil, since + patience) }
            return since + freeWait
        case .up: return since + (neighbour.isBehind(round) && isAhead ? max(deadline, patience) : patience)
        }
    }

    /// Whether the neighbour owes this round's model and this node means to wait for it.
    func isAwaited(_ neighbour: NeighbourState) -> Bool {
        guard neighbour.weight != nil, neighbour.current == nil, neighbour.offendedIn != round,
            neighbour.newestRound ?? round <= round, listens(to: neighbour.node)
        else { return false }
        let isTrusted = isLiar || !neighbour.account.isPolledOnly || neighbour.account.hasChance(in: round)
        return isTrusted && !neighbour.isReturning || isCutOff || neighbour.isBehind(round) && isAhead
    }

    /// Whether more neighbours are silent than may be liars, and more than are heard: polled only, gone not long ago,
    /// or back without a word. Then it is this node, or its part of the network, that is cut off: it must not run
    /// through its rounds alone, and gives all of them the free time.
    private var isCutOff: Bool {
        let now = steadyTime.latest
        var heard = 0
        var silent = 0
        var gone = 0
        for neighbour in neighbours where neighbour.weight ?? 0 > 0 {
            switch neighbour.link {
            case .up where neighbour.account.isPolledOnly || neighbour.isReturning: silent += 1
            case .up: heard += 1
            case .closed(_, let backUntil) where now < backUntil: silent += 1
            case .closed(_, let backUntil) where now < backUntil + configuration.patience.isolation: gone += 1
            case .never, .closed: break
            }
        }
        guard heard > 0 else { return silent + gone > 0 }
        return silent > heard && silent > configuration.budget.count
    }

    /// Whether more neighbours are behind than may be liars, and more than have come as far: this node has run ahead,
    /// cut off for a while perhaps, and nobody would hear it again. It gives all that are on their way the time to
    /// come.
    private var isAhead: Bool {
        var behind = 0
        var level = 0
        for neighbour in neighbours where neighbour.weight ?? 0 > 0 && neighbour.link == .up {
            if neighbour.isBehind(round) { behind += 1 }
            if neighbour.newestRound.map({ $0 >= round }) ?? false { level += 1 }
        }
        return behind > level && behind > configuration.budget.count
    }

    /// Whether a neighbour that is not waited for, or not any longer, may have its model for this round under way.
    var mightHearMore: Bool {
        exchanges && !isAsynchronous
            && neighbours.contains {
                $0.weight != nil && $0.current == nil && $0.link == .up && $0.offendedIn != round
                    && $0.newestRound ?? round <= round && listens(to: $0.node)
            }
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
        case .closed(let waitedUntil, _): end = min(now, waitedUntil)
        case .up: end = now
        }
        neighbours[slot].wait = (end - since, neighbours[slot].isHeldUp)
    }

    /// Charges every neighbour for the wait that it caused in the round that closes. A node that overslept does not
    /// know what it would have waited, and charges nobody.
    mutating func settleAccounts(at now: Instant) {
        let free = freeWait
        for slot in neighbours.indices {
            if isAwaited(neighbours[slot]), neighbours[slot].account.isPolledOnly {
                neighbours[slot].account.missedChance(in: round)
            }
            neighbours[slot].account.refill(at: now)
            endWait(for: slot, at: now)
            guard oversleptIn != round, let wait = neighbours[slot].wait, wait.length > free else { continue }
            neighbours[slot].account.charge(wait.length - free, isAnnounced: wait.isAnnounced)
        }
    }
}

extension Instant {
    /// Before any moment of any run.
    static let longAgo = Instant(nanoseconds: .min / 2)
}

/// Time as a node takes it: where its clock is put back, time goes on from where it was.
struct SteadyTime: Sendable {
    private(set) var latest = Instant(nanoseconds: .min)
    private var correction: Nanoseconds = 0

    mutating func time(at reading: Instant) -> Instant {
        correction = max(correction, latest.nanoseconds == .min ? 0 : latest - reading)
        latest = reading + correction
        return latest
    }

    /// What the clock reads at that time.
    func reading(at time: Instant) -> Instant { time + (0 - correction) }
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
