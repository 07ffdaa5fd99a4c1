// What a round comes to: the models heard, mixed, written down and kept.
import Aggregation
import Kernels
import Metrics
import Wire

/// What a round closes with. What comes later is for no round any more.
struct RoundInputs: Sendable, Equatable {
    /// Ascending by sender.
    var heard: [HeardModel] = []
    /// Neighbours whose models are mixed where they are heard.
    var expected = 0
    /// Those of them that provably lied for this round.
    var offenders: [NodeID] = []
}

extension NodeCore {
    func roundInputs() -> RoundInputs {
        guard exchanges else { return RoundInputs() }
        let expected = neighbours.filter { $0.weight ?? 0 > 0 && listens(to: $0.node) }
        return RoundInputs(
            heard: heardModels(), expected: expected.count,
            offenders: expected.filter { $0.offendedIn == round }.map(\.node))
    }

    /// What this node has from its neighbours for this round, ascending by sender; what taps overheard is among it.
    func heardModels() -> [HeardModel] {
        neighbours.compactMap { neighbour in
            guard neighbour.weight != nil, listens(to: neighbour.node), neighbour.offendedIn != round,
                let message = neighbour.current, !isStale(neighbour)
            else { return nil }
            return HeardModel(sender: neighbour.node, message: message)
        }
    }

    /// Whether an asynchronous node has had this neighbour's model for too long.
    func isStale(_ neighbour: NeighbourState) -> Bool {
        guard case .asynchronous(let staleness) = configuration.pace, let arrival = neighbour.receivedIn else {
            return false
        }
        return round.number - arrival.number > staleness
    }

    /// Whether the node can go on from a model of its own. A liar can from any: it needs no good model to lie.
    func isSound(_ model: [Float]) -> Bool { allFinite(model.span) || isLiar }

    /// - Returns: `nil` where the node cannot go on from what its mix came to; nothing is written down then.
    mutating func mix(
        _ own: ModelMessage, with roundInputs: RoundInputs, _ trials: Trials?, using workspace: inout Workspace,
        into effects: inout [NodeEffect]
    ) -> [Float]? {
        let mixed = mixer.mix(
            own, with: roundInputs.heard, before: modelBefore, offenders: roundInputs.offenders, in: round,
            trials: trials,
            using: &workspace)
        modelBefore = []
        guard isSound(mixed) else { return nil }
        record.mixedModels += workspace.batch.rows
        record.missedModels += roundInputs.expected - roundInputs.offenders.count - workspace.batch.rows
        note(workspace.report, of: workspace.context.senders)
        var inputs = roundInputs.heard.map(TraceLine.Input.init)
        inputs.append(TraceLine.Input(own: own, configuration))
        inputs.sort { $0.sender < $1.sender }
        effects.append(
            .trace(
                TraceLine(
                    round: round, inputs: inputs, offenders: roundInputs.offenders, next: nextRound(),
                    result: hash64(mixed))))
        return mixed
    }

    /// Adds what the rule did to the tallies of those it did it to.
    mutating func note(_ report: MixReport, of senders: [NodeID]) {
        record.threshold = report.threshold ?? record.threshold
        record.returnedWeight = report.ownWeight.map { $0 - configuration.ownWeight } ?? record.returnedWeight
        if report.isDegraded { record.degradedMixes += 1 }
        if report.reachedLimit { record.unfinishedMixes += 1 }
        var slot = 0
        for (sender, treatment) in zip(senders, report.treatments) {
            while neighbours[slot].node < sender { slot += 1 }
            neighbours[slot].tally.note(treatment)
        }
    }

    /// The next round, or the one that others have reached without this node.
    func nextRound() -> Round { isAsynchronous ? round.next : roundOfOthers ?? round.next }

    /// The round of the others, if more neighbours than may lie are already past the next exchange: only then did they
    /// go on without this node, and not merely through their local rounds.
    var roundOfOthers: Round? {
        let every = configuration.mixEvery
        let nextExchange = Round((round.next.number / every + 1) * every - 1)
        let liars = configuration.budget.count
        // Asked at every event, and hardly ever true: they are counted first, and put in order only then.
        let ahead = neighbours.count { neighbour in neighbour.newestRound.map { $0 > nextExchange } ?? false }
        return ahead > liars ? neighbours.compactMap(\.newestRound).sorted(by: >)[liars] : nil
    }

    mutating func advance(to next: Round) {
        round = next
        for slot in neighbours.indices { neighbours[slot].advance(to: next, keepsModels: isAsynchronous) }
    }

    /// Records, snapshots and checkpoints that are due after a closed round.
    mutating func keep(into effects: inout [NodeEffect]) {
        let done = round.number
        let isLast = done >= configuration.rounds
        if isLast || (configuration.measureEvery > 0 && done % configuration.measureEvery == 0) {
            var line = record
            line.rounds = done
            line.trainLoss = lossSamples > 0 ? lossSum / Double(lossSamples) : nil
            line.waits = neighbours.indices.filter { ledger.charged[$0] > 0 }
                .map { .init(neighbour: neighbours[$0].node, nanoseconds: ledger.charged[$0]) }
            line.tallies = neighbours.filter { $0.tally.heard > 0 }.map { .init(neighbour: $0.node, tally: $0.tally) }
            for slot in neighbours.indices { neighbours[slot].tally = Tally() }
            effects.append(.record(line))
            (lossSum, lossSamples) = (0, 0)
            let rejections = record.rejections
            record = NodeRecord()
            record.rejections = rejections
            if !isLiar && !isLast { effects.append(.snapshot(rounds: done, model)) }
        }
        if configuration.checkpointEvery > 0 && done % configuration.checkpointEvery == 0 {
            effects.append(.save(checkpoint(rounds: done)))
        }
    }

    func checkpoint(rounds: Int) -> Checkpoint {
        var checkpoint = Checkpoint(rounds: rounds, model: model, localState: localState)
        checkpoint.publishedRounds = publishedRounds
        checkpoint.ruleMemory = mixer.rule.memory
        if case .hostile(let adversary) = behaviour { checkpoint.attackMemory = adversary.attack.memory }
        checkpoint.credits = neighbours.indices.map {
            ledger.credit(of: neighbours[$0].node, slot: $0, isGivenUp: neighbours[$0].isGivenUp)
        }
        return checkpoint
    }

    mutating func end(_ ending: Ending, saying farewell: Farewell, into effects: inout [NodeEffect]) {
        for neighbour in neighbours where neighbour.link == .up {
            effects.append(.send(.bye(farewell), to: neighbour.node))
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

extension TraceLine.Input {
    init(own: ModelMessage, _ configuration: NodeConfiguration) {
        self.init(sender: configuration.node, round: own.round, digest: own.digest)
    }
}
