// Rejoining: how a node that was restarted alone comes back: it listens before it speaks, trusts no single neighbour,
// and never publishes a second model for a round. What it left behind is believed as far as its neighbours bear it out.
import Kernels
import Metrics
import Wire

/// How a node begins: new, or from what an earlier process of it left.
public enum NodeStart: Sendable {
    case afresh
    /// All nodes of the experiment go on together from their checkpoints of one round, or of one stop.
    case resumed(Checkpoint)
    /// This node alone was restarted, from its newest whole checkpoint if there is one; `published` is the last round
    /// for which it may have sent a model.
    case restarted(Checkpoint?, published: Round?)
}

extension NodeCore {
    /// What it has of a neighbour to enter from.
    private func offer(_ slot: Int) -> ModelMessage? {
        function.sendsModels ? neighbours[slot].current : stateExchanges[slot].offer
    }

    /// The neighbours that it may enter from.
    private var helpers: [Int] {
        neighbours.indices.filter { slot in
            neighbours[slot].isSender && neighbours[slot].weight ?? 1 > 0 && listens(to: neighbours[slot].node)
        }
    }

    /// Whether it was asked for its parameters, and let this node wait for them in vain.
    private func keptWaiting(_ slot: Int) -> Bool { !function.sendsModels && stateExchanges[slot].keptWaiting }

    /// Whether it has heard enough to enter: all neighbours that can help or, after a while, those that it has links
    /// with, or as many as outweigh the hostile nodes among them. Whoever let it wait in vain before is not waited for.
    private func hasHeardEnough(since: Instant, at now: Instant) -> Bool {
        let helpers = helpers
        let linked = helpers.filter { neighbours[$0].link == .up && !keptWaiting($0) }
        let isLong = now >= since + configuration.patience.glance
        if isLong, helpers.count(where: { offer($0) != nil }) > 2 * configuration.budget.count { return true }
        guard linked.allSatisfy({ offer($0) != nil || neighbours[$0].hasSaidWaiting }) else { return false }
        return isLong ? !linked.isEmpty : helpers.allSatisfy { neighbours[$0].link != .never }
    }

    /// Asks a neighbour for what it goes on from. One that sends its model anyway is only told not to wait.
    func ask(_ slot: Int, into effects: inout [NodeEffect]) {
        let neighbour = neighbours[slot]
        if !function.sendsModels {
            effects.append(.send(.stateRequest(agreedRound ?? round), to: neighbour.node))
        } else if neighbour.receives {
            // It has nothing to tell a neighbour that may be listening as well.
            effects.append(.send(.waiting(round), to: neighbour.node))
        }
    }

    /// The round that the neighbours are in, where a node cannot have been in its own while they were there: it closes
    /// a round with them, or slowly and alone. `nil` where it can, where they have not said, and where the few that say
    /// otherwise may be hostile.
    var roundFarBehind: Round? {
        guard !isAsynchronous else { return nil }
        let hostile = configuration.budget.count
        let rounds = helpers.compactMap { slot in
            [neighbours[slot].reached, function.sendsModels ? nil : offer(slot)?.round].compactMap(\.self).max()
        }.sorted(by: >)
        // What it has sent a model of last, less what it may be ahead: the rounds between two exchanges.
        let lead = configuration.changes ? max(Self.longestLead, configuration.backlog) : configuration.cadence.mixEvery
        let near = round.number - 1 - lead
        let far = rounds.count { $0.number < near }
        return far > hostile && rounds.count - far <= hostile ? rounds[hostile] : nil
    }

    /// Whether it says nothing yet, as it has spoken for the rounds that its neighbours are in, and no second time for
    /// any of them: until they have come near, or have come no nearer for long, being lost, or hostile all of them.
    private mutating func isSilent(among others: Round, at now: Instant, into effects: inout [NodeEffect]) -> Bool {
        let sent = configuration.cadence.round(of: Round(round.number - 1))
        let others = configuration.cadence.round(of: others)
        if listening == nil {
            note(.silentAhead)
            effects.append(.warn(.ahead(sent: sent, others: others)))
        }
        let last = listening.map { $0.others < others ? (others, now) : $0 } ?? (others, now)
        listening = last
        let limit = last.1 + configuration.patience.catchUp
        guard now < limit else {
            note(.wentOnAhead)
            effects.append(.warn(.wentOnAhead(sent: sent, others: others)))
            return false
        }
        effects.append(.wake(at: limit))
        return true
    }

    /// Answers neighbours that have asked for the parameters at the start of this round or an earlier one.
    mutating func tellState(of start: [Float], into effects: inout [NodeEffect]) {
        guard !function.sendsModels, !isAttacking else { return }
        let first = configuration.cadence.firstStep(of: currentRound)
        for slot in neighbours.indices {
            guard let wanted = stateExchanges[slot].wanted, wanted <= first, neighbours[slot].link == .up else {
                continue
            }
            // Once a round, however often it asks.
            guard stateExchanges[slot].toldIn != first else { continue }
            stateExchanges[slot].wanted = nil
            stateExchanges[slot].toldIn = first
            note(.toldState)
            effects.append(.send(.state(ModelMessage(round: first, values: start)), to: neighbours[slot].node))
        }
    }

    mutating func enter(
        _ state: NodeState, from origin: Int, since: Instant, at now: Instant, using workspace: inout Workspace,
        into effects: inout [NodeEffect]
    ) {
        let patience = configuration.patience
        // One that was left behind has exchanged before, one that was restarted has not.
        let wasLeftBehind = exchangedAt != nil
        let deadline = since + (wasLeftBehind ? patience.deadline : max(patience.deadline, patience.joining))
        let isInVain = wasLeftBehind && !function.sendsModels && !mayEnterAgain(at: now)
        guard isInVain || hasHeardEnough(since: since, at: now) || now >= deadline else {
            return waitToBegin(since: since, until: deadline, at: now, into: &effects)
        }
        if !function.sendsModels, now >= deadline {
            for slot in helpers where offer(slot) == nil && !neighbours[slot].hasSaidWaiting {
                stateExchanges[slot].keptWaiting = true
            }
        }
        let others = roundFarBehind
        if let others, isSilent(among: others, at: now, into: &effects) { return }
        if others == nil, now < deadline, asksForOneRound(into: &effects) {
            phase = .entering(state, from: origin, since: now)
            return effects.append(.wake(at: now + configuration.patience.glance))
        }
        if listening != nil, others == nil { note(.caughtUpWith) }
        let entered = enter(state, from: origin, isAlone: others != nil, using: &workspace, into: &effects)
        if round.number >= configuration.steps { note(.enteredAtEnd) }
        listening = nil
        beginFirstRound(entered, at: now, into: &effects)
    }

    /// Parameters of different rounds have no mean that means anything: where it was offered such, it asks once more,
    /// for those of one round that nobody has come to yet.
    private mutating func asksForOneRound(into effects: inout [NodeEffect]) -> Bool {
        guard !function.sendsModels, agreedRound == nil else { return false }
        let rounds = helpers.compactMap { offer($0)?.round }.sorted(by: >)
        let hostile = configuration.budget.count
        guard hostile < rounds.count, rounds.contains(where: { $0 != rounds[hostile] }),
            rounds.count(where: { $0 == rounds[hostile] }) <= 2 * hostile
        else { return false }
        let target = configuration.cadence.roundStart(
            notBefore: Round(rounds[hostile].number + 2 * configuration.cadence.gossipSteps))
        guard target.number < configuration.steps else { return false }
        agreedRound = target
        note(.askedForOneRound)
        for slot in helpers {
            stateExchanges[slot].offer = nil
            if neighbours[slot].link == .up { ask(slot, into: &effects) }
        }
        return true
    }

    /// Takes the neighbours' parameters for its own, and their round; the one after it where what they have sent is the
    /// model of their round.
    ///
    /// - Parameter isAlone: whether it goes on from its own, whatever they have sent.
    private mutating func enter(
        _ state: NodeState, from origin: Int, isAlone: Bool, using workspace: inout Workspace,
        into effects: inout [NodeEffect]
    ) -> NodeState {
        let heard = (isAlone ? [] : helpers).compactMap { slot in
            offer(slot).map { ReceivedModel(sender: neighbours[slot].node, message: $0) }
        }
        let sendsModels = function.sendsModels
        agreedRound = nil
        let before = round
        let newest = heard.map { sendsModels ? $0.message.round.next : $0.message.round }.sorted(by: >)
        let hostile = configuration.budget.count
        if hostile < newest.count { round = min(max(round, newest[hostile]), Round(configuration.steps)) }
        if !sendsModels { round = configuration.cadence.roundStart(notBefore: round) }
        var state = state
        let entered = function.entryParameters(heard, instead: state, using: &workspace)
        if let entered { state.shared = entered }
        note(entered == nil ? .enteredAlone : .enteredWithNeighbours)
        startDigest = state.digest
        effects.append(
            .trace(
                TraceLine(
                    round: round, inputs: entered == nil ? [] : heard.map(TraceLine.Input.init), checkpoint: origin,
                    result: startDigest)))
        for slot in neighbours.indices {
            if !function.sendsModels { stateExchanges[slot].offer = nil }
            // What has come for the very round that it enters stays where it is.
            guard !isAsynchronous, sendsModels || round != before else { continue }
            if sendsModels, let current = neighbours[slot].current {
                neighbours[slot].keep(current, backlog: configuration.backlog)
            }
            neighbours[slot].advance(to: round, keepsModels: false)
        }
        return state
    }

    /// Whether enough neighbours may answer to tell a node that was left behind what round they are in: more than may
    /// be hostile. Whoever has finished, or let it wait in vain before, will not.
    func mayEnterAgain(at now: Instant) -> Bool {
        let answering = helpers.count { slot in
            switch neighbours[slot].link {
            case .never: false
            case .up: !keptWaiting(slot)
            case .closed(_, let backUntil): now < backUntil && !keptWaiting(slot)
            }
        }
        return answering > configuration.budget.count
    }

    /// Where something else than models travels, a node that the others have left behind asks them for their
    /// parameters, as after a restart.
    mutating func enterAgain(from state: NodeState, at now: Instant, into effects: inout [NodeEffect]) {
        phase = .entering(state, from: currentRound.number, since: now)
        note(.enteredAgain)
        saidWaiting = false
        for slot in neighbours.indices {
            if !function.sendsModels { stateExchanges[slot].offer = nil }
            neighbours[slot].hasSaidWaiting = false
            if neighbours[slot].link == .up { ask(slot, into: &effects) }
        }
        effects.append(.wake(at: now + configuration.patience.glance))
    }
}

extension TraceLine.Input {
    init(_ heard: ReceivedModel) {
        self.init(sender: heard.sender, round: heard.message.round, digest: heard.message.digest)
    }
}
