// Closes a round: mixes the models heard, traces the mix, records, snapshots and checkpoints.
import Aggregation
import Kernels
import Metrics
import Wire

extension NodeCore {
    func roundInputs() -> RoundInputs {
        guard exchanges else { return RoundInputs() }
        var inputs = RoundInputs(modelsForRound(), 0, [])
        // By place, here and below: a neighbour is too large to be copied in every round.
        for slot in neighbours.indices where neighbours[slot].weight ?? 0 > 0 && listens(to: neighbours[slot].node) {
            inputs.expected += 1
            if neighbours[slot].offendedIn == round { inputs.offenders.append(neighbours[slot].node) }
        }
        return inputs
    }

    /// The same without what cannot have come about as it should: its senders count as offenders.
    mutating func refuseImplausible(among roundInputs: RoundInputs, in halfStep: HalfStep) -> RoundInputs {
        let judgement = function.judgement(of: roundInputs.heard, in: halfStep)
        var roundInputs = roundInputs
        if !isAttacking, !judgement.implausible.isEmpty {
            for sender in judgement.implausible {
                count(.implausible, slot(of: sender))
                if let slot = slot(of: sender) { neighbours[slot].offendedIn = round }
            }
            roundInputs = self.roundInputs()
        }
        roundInputs.isAstray = judgement.isAstray
        if judgement.isAstray { note(.wentAstray) }
        return roundInputs
    }

    /// What this node has from its neighbours for this round, ascending by sender; what eavesdropping links brought is
    /// among it.
    func modelsForRound() -> [ReceivedModel] {
        var heard: [ReceivedModel] = []
        heard.reserveCapacity(neighbours.count)
        for slot in neighbours.indices where neighbours[slot].weight != nil && neighbours[slot].offendedIn != round {
            let node = neighbours[slot].node
            guard listens(to: node), let message = neighbours[slot].current, !isStale(slot) else { continue }
            heard.append(ReceivedModel(sender: node, message: message))
        }
        return heard
    }

    /// Whether an asynchronous node has had this neighbour's model for too long.
    func isStale(_ slot: Int) -> Bool {
        guard case .asynchronous(let staleness) = configuration.pace, let arrival = neighbours[slot].receivedIn else {
            return false
        }
        return round.number - arrival.number > staleness
    }

    func traceLine(_ own: ModelMessage, _ roundInputs: RoundInputs, _ state: NodeState) -> TraceLine {
        var inputs = roundInputs.heard.map(TraceLine.Input.init)
        inputs.append(TraceLine.Input(sender: configuration.node, round: own.round, digest: own.digest))
        inputs.sort { $0.sender < $1.sender }
        return TraceLine(
            round: round, inputs: inputs, offenders: roundInputs.offenders, next: nextRound(),
            result: exchanges ? state.digest : own.digest)
    }

    /// Counts what the round has mixed and missed.
    mutating func note(_ roundInputs: RoundInputs, _ workspace: Workspace) {
        let mixed = workspace.mixedSenders
        record.mixedModels += mixed.count
        let missed = roundInputs.expected - roundInputs.offenders.count - mixed.count
        record.missedModels += missed
        if !roundInputs.offenders.isEmpty { note(.offenderDiscounted) }
        if missed > 0 { noteMissed(allBut: mixed, and: roundInputs.offenders) }
        note(workspace.report, of: mixed)
    }

    /// Counts a round without them for all neighbours but these, whose models were expected.
    private mutating func noteMissed(allBut mixed: [NodeID], and offenders: [NodeID]) {
        note(.missedModel)
        for slot in neighbours.indices {
            let node = neighbours[slot].node
            guard neighbours[slot].weight ?? 0 > 0, listens(to: node), !mixed.contains(node), !offenders.contains(node)
            else { continue }
            neighbours[slot].cutOff.missed += 1
        }
    }

    /// Adds what the rule did to the tallies of those it did it to.
    mutating func note(_ report: MixReport, of senders: [NodeID]) {
        record.threshold = report.threshold ?? record.threshold
        record.returnedWeight = report.ownWeight.map { $0 - neighbourhood.links.ownWeight } ?? record.returnedWeight
        if report.isDegraded {
            record.degradedMixes += 1
            note(.mixDegraded)
        }
        if report.reachedLimit {
            record.unfinishedMixes += 1
            note(.mixUnfinished)
        }
        var slot = 0
        for (sender, treatment) in zip(senders, report.treatments) {
            while neighbours[slot].node < sender { slot += 1 }
            neighbours[slot].tally.note(treatment)
        }
    }

    /// The next round, or the one that others have reached without this node, where its own model will do as well. If
    /// something else than models travels, it has to ask for their parameters first.
    func nextRound() -> Round {
        guard !isAsynchronous, function.sendsModels, let others = roundOfOthers else { return round.next }
        return min(configuration.cadence.roundStart(notBefore: others), Round(configuration.steps))
    }

    /// The round of the others, if more neighbours than may be hostile are already past the next exchange: only then
    /// did they go on without this node, and not merely through their local rounds.
    var roundOfOthers: Round? {
        let nextExchange = configuration.cadence.nextExchange(after: round)
        let hostile = configuration.budget.count
        // Asked at every event, and hardly ever true: they are counted first, and looked at only then.
        let ahead = neighbours.indices.count { neighbours[$0].newestRound ?? round > nextExchange }
        guard ahead > hostile else { return nil }
        let told = configuration.changes ? nextTold(upTo: neighbours.compactMap(\.newestRound).max() ?? round) : []
        let rounds = neighbours.indices.compactMap { slot -> Round? in
            guard let newest = neighbours[slot].newestRound else { return nil }
            if configuration.changes { return newest <= told[slot] ? nil : newest }
            // Who never hears from this node does not go on without it by being ahead, until messages must be lost.
            let lead = neighbours[slot].receives ? 0 : configuration.backlog
            return newest.number > nextExchange.number + lead ? newest : nil
        }
        let newest = rounds.sorted(by: >)
        return hostile < newest.count && newest[hostile] > nextExchange ? newest[hostile] : nil
    }

    /// For each neighbour the first round after this one in which it is to hear from this node: beyond it, it has gone
    /// on without. Where that is far, being ahead says nothing.
    ///
    /// - Parameter newest: nobody has come further, so that later rounds do not matter.
    private func nextTold(upTo newest: Round) -> [Round] {
        var told = [Round](repeating: Round(configuration.steps), count: neighbours.count)
        var step = round.next
        while step.number < min(configuration.steps, round.number + Self.longestLead, newest.number) {
            for member in configuration.roundNeighbourhood(in: step).links.members where member.receives {
                told[member.slot] = min(told[member.slot], step)
            }
            step = step.next
        }
        return told
    }

    /// Nobody is further ahead than so many rounds who has not been left alone by all others as well.
    static let longestLead = 64

    mutating func advance(to next: Round) {
        round = next
        for slot in neighbours.indices { neighbours[slot].advance(to: next, keepsModels: isAsynchronous) }
        takeNeighbourhood()
    }

    /// Looks up who is whose neighbour in this step, where that is not always the same.
    mutating func takeNeighbourhood() {
        guard configuration.changes, round.number < configuration.steps else { return }
        neighbourhood = configuration.roundNeighbourhood(in: round)
        isResting = configuration.rests(in: round)
        if isResting {
            lastRest = round
            note(.rested)
        }
        for slot in neighbours.indices {
            let member = neighbourhood.links.member(at: slot)
            neighbours[slot].weight = member?.weight
            neighbours[slot].receives = member?.receives ?? false
            if configuration.schedule != nil, neighbours[slot].weight != nil {
                // A node that rests is through with its rounds at once, and has to wait for all others then.
                neighbours[slot].meetsAgain =
                    round.number > neighbours[slot].lastMet.number + Self.longestLead
                    || lastRest.map { $0 >= neighbours[slot].lastMet } ?? false
                neighbours[slot].lastMet = round
                if neighbours[slot].meetsAgain { note(.metAgain) }
            }
            // What it sent beforehand for a round in which it has nothing to send; asynchronous nodes keep the newest.
            if neighbours[slot].weight == nil, !isAsynchronous { neighbours[slot].current = nil }
        }
    }

    /// Records, snapshots and checkpoints that are due after a closed round.
    ///
    /// - Parameter mix: the one that made the state, where it is to be handed out.
    mutating func keep(_ state: NodeState, after mix: MixSample?, into effects: inout [NodeEffect]) {
        let done = currentRound.number
        let isLast = done >= configuration.rounds
        if configuration.measures(after: done) {
            var line = record
            line.rounds = done
            line.trainLoss = lossSamples > 0 ? lossSum / Double(lossSamples) : nil
            line.waits = neighbours.indices.filter { ledger.charged[$0] > 0 }
                .map { .init(neighbour: neighbours[$0].node, nanoseconds: ledger.charged[$0]) }
            line.tallies = neighbours.filter { $0.tally.heard > 0 }.map { .init(neighbour: $0.node, tally: $0.tally) }
            line.cutOffs = neighbours.map(\.cutOff).filter { !$0.isNothing }
            for slot in neighbours.indices {
                neighbours[slot].tally = Tally()
                neighbours[slot].cutOff = NodeRecord.CutOff(neighbour: neighbours[slot].node)
            }
            effects.append(.record(line))
            (lossSum, lossSamples) = (0, 0)
            let (rejections, refusals) = (record.rejections, record.refusals)
            record = NodeRecord()
            (record.rejections, record.refusals) = (rejections, refusals)
            // A node that skips rounds has mixed for another one.
            if !isAttacking, let mix, mix.step.next == round { effects.append(.mixed(rounds: done, mix)) }
            if !isAttacking, let own = function.ownModel(of: state) {
                effects.append(.ownModel(rounds: done, own))
            }
            if !isAttacking && !isLast { effects.append(.snapshot(rounds: done, function.output(of: state))) }
        }
        if configuration.checkpointEvery > 0 && done % configuration.checkpointEvery == 0 {
            effects.append(.save(checkpoint(of: state, rounds: done)))
        }
    }

    func checkpoint(of state: NodeState, rounds: Int) -> Checkpoint {
        var checkpoint = Checkpoint(rounds: rounds, state: state)
        checkpoint.publishedRounds = publishedRounds
        checkpoint.stops = stops
        checkpoint.credits = neighbours.indices.map {
            ledger.credit(of: neighbours[$0].node, slot: $0, isGivenUp: neighbours[$0].isGivenUp)
        }
        return checkpoint
    }

    mutating func end(_ ending: Ending, saying closeReason: CloseReason, into effects: inout [NodeEffect]) {
        for neighbour in neighbours where neighbour.link == .up {
            effects.append(.send(.bye(closeReason), to: neighbour.node))
        }
        phase = .ended
        effects.append(.stop(ending))
    }
}

extension Tally {
    fileprivate mutating func note(_ treatment: Treatment) {
        heard += 1
        switch treatment {
        case .kept: kept += 1
        case .clipped: clipped += 1
        case .removed: removed += 1
        case .split: break
        }
    }
}
