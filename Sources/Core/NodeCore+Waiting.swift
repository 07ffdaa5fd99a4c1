// Waiting: when a round may close, who is waited for and how long, and whose account is charged. PATIENCE.md tells why.
import Kernels
import Wire

/// Whom a node waits for at some moment of a round.
private struct Missing {
    var slots: [Int] = []
    /// Whether so few are missing that all of them may be late on purpose.
    var mayBeHostile = false
    /// When the first of them is not waited for any longer.
    var until = Instant.never
}

extension NodeCore {
    /// When to look again whether the round may close; `nil`: it may close now.
    mutating func nextLook(since: Instant, at now: Instant) -> Instant? {
        // Whoever is left behind has nothing to wait for.
        guard exchanges, !isAsynchronous, roundOfOthers == nil else { return nil }
        let missing = missing(since: since, at: now)
        var next = nextForgery(since: since, at: now) ?? .never
        if !missing.slots.isEmpty { next = min(next, missing.until) }
        if missing.mayBeHostile, !missing.slots.isEmpty {
            // A loop, as functions of its own to filter by would copy the node.
            var least: Nanoseconds?
            for slot in missing.slots where isKnown(slot) {
                least = min(least ?? ledger.credit(of: slot), ledger.credit(of: slot))
            }
            let credit = least ?? ledger.limit
            next = min(next, now + credit * Nanoseconds(missing.slots.count), now + configuration.patience.attention)
        }
        if next == .never, isCutOff, since + configuration.patience.glance > now {
            note(.waitedCutOff)
            next = since + configuration.patience.glance
        }
        return next == .never ? nil : next
    }

    /// Who owes this round's model and is waited for: everyone while more are missing than may be hostile, since then
    /// one of them is honest; otherwise whoever has credit.
    private func missing(since: Instant, at now: Instant) -> Missing {
        var missing = Missing()
        var expected = 0
        for slot in neighbours.indices where neighbours[slot].weight != nil && listens(to: neighbours[slot].node) {
            // Whoever is ahead has kept nobody waiting either.
            if neighbours[slot].current != nil || neighbours[slot].newestRound ?? round > round { expected += 1 }
            guard let limit = limit(of: slot, since: since), limit > now else { continue }
            expected += 1
            missing.slots.append(slot)
            missing.until = min(missing.until, limit)
        }
        guard missing.slots.count <= min(ledger.suspects, expected - 1), !isAttacking,
            !missing.slots.contains(where: { isStarting($0, at: now) })
        else { return missing }
        missing.mayBeHostile = true
        missing.slots.removeAll { isKnown($0) && ledger.credit(of: $0) <= 0 }
        return missing
    }

    /// Until when this round waits for the neighbour in any case; `nil`: not at all.
    private func limit(of slot: Int, since: Instant) -> Instant? {
        guard owes(slot), !neighbours[slot].isReturning, !neighbours[slot].isGivenUp, !neighbours[slot].isFlooding
        else { return nil }
        let deadline = configuration.patience.deadline
        // At the start a neighbour may be waiting for links itself.
        let isNew = exchangedAt == nil && neighbours[slot].newestRound == nil
        // Parts of a graph that were apart have gone each at its own pace.
        if neighbours[slot].meetsAgain, neighbours[slot].link == .up, !isAttacking {
            return since + configuration.patience.meeting
        }
        switch neighbours[slot].link {
        case .never: return nil
        case .closed(let waitedUntil, _): return min(waitedUntil, since + deadline)
        // A hostile node waits less than those who wait for it.
        case .up where isAttacking: return since + deadline / 2
        case .up:
            let limit = since + (isNew ? deadline * 3 / 2 : deadline)
            return isStarting(slot, at: since) ? max(limit, startsUntil) : limit
        }
    }

    /// Whether the neighbour has said that it waits for somebody who may still be about to start.
    private func isStarting(_ slot: Int, at now: Instant) -> Bool {
        guard now < startsUntil, let held = neighbours[slot].saidWaitingIn else { return false }
        return held >= neighbours[slot].newestRound ?? held
    }

    /// Whether all that is still waited for are models of neighbours that were told to stop before they had sent them:
    /// they will send none. Whoever else is missing may have what nobody will send again.
    func isHeldUpByStops(since: Instant, at now: Instant) -> Bool {
        guard endsWithRound, exchanges, !isAsynchronous else { return false }
        func isStopped(_ slot: Int) -> Bool {
            guard neighbours[slot].hasLeft, let limit = limit(of: slot, since: since) else { return false }
            return limit > now
        }
        return neighbours.indices.contains(where: isStopped)
            && missing(since: since, at: now).slots.allSatisfy(isStopped)
    }

    /// Whether waits for the neighbour are debts; not so for its first model in this node's first round.
    private func isKnown(_ slot: Int) -> Bool { exchangedAt != nil || neighbours[slot].newestRound != nil }

    /// Whether the neighbour's model for this round may still come.
    private func owes(_ slot: Int) -> Bool {
        // Field by field: this is asked of each neighbour at every event, and a neighbour is too large to be copied.
        neighbours[slot].weight != nil && neighbours[slot].current == nil && neighbours[slot].offendedIn != round
            && neighbours[slot].newestRound ?? round <= round && listens(to: neighbours[slot].node)
    }

    /// Whether more neighbours are silent than may be hostile, and more than are heard: given up, gone not long ago, or
    /// back without a word. Then it is this node, or its part of the network, that is cut off: it must not run through
    /// its rounds alone, and takes its time for each.
    private var isCutOff: Bool {
        let now = steadyTime.latest
        var heard = 0
        var silent = 0
        var gone = 0
        for slot in neighbours.indices where neighbours[slot].weight ?? 0 > 0 {
            switch neighbours[slot].link {
            case .up where neighbours[slot].isGivenUp || neighbours[slot].isReturning: silent += 1
            case .up: heard += 1
            case .closed(_, let backUntil) where now < backUntil: silent += 1
            case .closed(_, let backUntil) where now < backUntil + configuration.patience.isolation: gone += 1
            case .never, .closed: break
            }
        }
        guard heard > 0 else { return silent + gone > 0 }
        return silent > heard && silent > ledger.suspects
    }

    /// Whether no neighbour is left, and one of them was lost so long ago that it is no longer taken to come back: the
    /// node takes its time for a round no more.
    var isAlone: Bool {
        let now = steadyTime.latest
        var isOneLost = false
        for slot in neighbours.indices where neighbours[slot].weight ?? 0 > 0 {
            guard case .closed(_, let backUntil) = neighbours[slot].link else { return false }
            guard now >= backUntil + configuration.patience.isolation else { return false }
            if backUntil > .longAgo { isOneLost = true }
        }
        return isOneLost
    }

    /// Whether a neighbour that is not waited for, or not any longer, may have its model for this round under way.
    var mightHearMore: Bool {
        exchanges && !isAsynchronous && neighbours.indices.contains { neighbours[$0].link == .up && owes($0) }
    }

    /// Tells the neighbours once that this node has nothing to send yet; returns when it will do so otherwise.
    mutating func announceHoldUp(since: Instant, at now: Instant, into effects: inout [NodeEffect]) -> Instant? {
        guard !saidWaiting, !isAttacking else { return nil }
        let moment = since + configuration.patience.glance
        guard now >= moment else { return moment }
        saidWaiting = true
        note(.heldUp)
        for neighbour in neighbours where neighbour.receives && neighbour.link == .up {
            effects.append(.send(.waiting(round), to: neighbour.node))
        }
        return nil
    }

    // MARK: - Accounts

    private var keepsAccounts: Bool { exchanges && !isAsynchronous && !isAttacking }

    /// Charges what has passed of this round's wait to those who were missing; before anything changes about that.
    mutating func chargeWait(until now: Instant) {
        guard case .gathering(_, let since) = phase, keepsAccounts, now > accountedUntil else { return }
        let missing = missing(since: since, at: accountedUntil)
        if missing.mayBeHostile, !missing.slots.isEmpty {
            note(.mayBeLateOnPurpose)
            let count = Nanoseconds(missing.slots.count)
            let share = (passedOn(missing.slots) * (now - accountedUntil) + count - 1) / count
            for slot in missing.slots { ledger.charge(share, to: slot, asDebt: isKnown(slot)) }
        }
        accountedUntil = now
    }

    /// How many times a wait for these counts. Where all others have gone a round ahead, they have heard those missing,
    /// and this node alone passes the delay on to all of them; what is done to one node after the other adds up.
    private func passedOn(_ missing: [Int]) -> Nanoseconds {
        var others = 0
        for slot in neighbours.indices where neighbours[slot].weight ?? 0 > 0 && neighbours[slot].link == .up {
            guard !missing.contains(slot), !neighbours[slot].isGivenUp else { continue }
            guard neighbours[slot].newestRound ?? round > round else { return 1 }
            others += 1
        }
        return Nanoseconds(max(1, others / max(1, ledger.suspects)))
    }

    /// Notes when more neighbours have been heard than may be hostile: until then the round has earned.
    mutating func noteEarning(at now: Instant) {
        guard earnedUntil == nil, keepsAccounts else { return }
        let heard = neighbours.indices.count { neighbours[$0].weight ?? 0 > 0 && neighbours[$0].current != nil }
        if heard > ledger.suspects { earnedUntil = now }
    }

    /// What the round that closes has earned, and who is given up: whoever owed its model to the end, until it speaks.
    mutating func settleAccounts(since: Instant, at now: Instant) {
        defer {
            exchangedAt = now
            earnedUntil = nil
        }
        guard keepsAccounts else { return }
        if roundOfOthers == nil {
            for slot in neighbours.indices where owes(slot) {
                if !neighbours[slot].isGivenUp {
                    neighbours[slot].cutOff.givenUp += 1
                    note(.neighbourGivenUp)
                    if let limit = limit(of: slot, since: since), now < limit { note(.outOfCredit) }
                }
                neighbours[slot].isGivenUp = true
            }
        }
        guard let start = exchangedAt else { return }
        let patience = configuration.patience
        let steps = Nanoseconds(patience.believedSteps * configuration.cadence.mixEvery) * stepDurations.median
        let most = max(patience.believedRound, steps)
        earnable += ((earnedUntil ?? now) - start) * 3 / 2
        let earned = min((now - start) / 2, earnable, most)
        earnable = min(earnable - earned, most)
        ledger.earn(earned)
    }
}

extension Instant {
    /// Before and after any moment of any run.
    static let longAgo = Instant(nanoseconds: .min / 2)
    static let never = Instant(nanoseconds: .max / 2)
}

/// Time as a node takes it: where its clock leaps, or its process stands still, time goes on from where it was.
/// Neighbours have had no chance in between, and it is nobody's debt.
struct SteadyTime: Sendable {
    private(set) var latest = Instant(nanoseconds: .min)
    private(set) var correction: Nanoseconds = 0

    /// - Parameters:
    ///   - asked: when the node wanted to be woken; it cannot be much later than that.
    ///   - slack: how much later is not yet a leap.
    mutating func time(at reading: Instant, asked: Instant?, slack: Nanoseconds) -> Instant {
        correction = max(correction, latest.nanoseconds == .min ? 0 : latest - reading)
        if let asked, reading + correction > asked + slack { correction = asked - reading }
        latest = max(latest, reading + correction)
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
    /// The same, ascending.
    private var sorted: [Nanoseconds] = []
    private(set) var median: Nanoseconds = 0

    mutating func add(_ value: Nanoseconds) {
        if values.count < Self.capacity {
            values.append(value)
        } else {
            if let place = sorted.firstIndex(of: values[oldest]) { sorted.remove(at: place) }
            values[oldest] = value
            oldest = (oldest + 1) % Self.capacity
        }
        sorted.insert(value, at: sorted.firstIndex { $0 > value } ?? sorted.count)
        median = sorted[sorted.count / 2]
    }
}
