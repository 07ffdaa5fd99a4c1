// The node, without sockets, clocks, files or threads: events in, effects out. Control flow only; waiting is in
// NodeCore+Waiting, lying in NodeCore+Lying, coming back in NodeCore+Entering, the door in Admission.
//
//   joining ─links or deadline─▶ training ─trained─▶ gathering ─all in or patience over─▶ (mix) training … ─▶ ended
//
// An asynchronous node gathers for no time at all: it mixes what it has.
import Aggregation
import Attacks
import Kernels
import Learning
import Metrics
import Wire

public struct NodeCore: Sendable {
    enum Phase: Sendable, Equatable {
        case idle
        case joining(since: Instant)
        case training(since: Instant)
        case gathering(since: Instant)
        case ended
    }

    let configuration: NodeConfiguration
    var mixer: Mixer
    var behaviour: Behaviour

    var phase = Phase.idle
    /// The round the node is in, or the next one while joining.
    public internal(set) var round = Round(0)
    /// The model at the start of the round; empty while it is being trained or mixed.
    var model: [Float]
    private var localState = LocalState()
    /// The model before this round's local step, where the rule needs it.
    private var modelBefore: [Float] = []
    /// While a restarted node listens: the rounds of the checkpoint that it started from.
    var enteringFrom: Int?
    /// How many rounds it has published a model for, or may have.
    private var publishedRounds = 0
    /// This round's model after the local step, as it is sent.
    var trained: ModelMessage?
    var neighbours: [NeighbourState]
    var saidWaiting = false

    private(set) var steadyTime = SteadyTime()
    private var askedToWakeAt: Instant?
    /// The round in which it woke up long after it had asked to: its process stood still, or its clock leapt.
    var oversleptIn: Round?

    /// How long this node's own local steps take: the measure of patience that no neighbour can stretch.
    var stepDurations = RecentMedian()
    private var record = NodeRecord()
    private var lossSum = 0.0
    private var lossSamples = 0

    /// - Parameters:
    ///   - initial: the model before the first round, `configuration.dimension` elements.
    ///   - trainer: what takes the local steps, for rules that try models out or go by its step size.
    public init(
        _ configuration: NodeConfiguration, rule: any GossipRule, behaviour: Behaviour, initial: [Float],
        trainer: (any LocalModel)? = nil
    ) {
        precondition(initial.count == configuration.dimension, "the first model has the experiment's dimension")
        self.configuration = configuration
        mixer = Mixer(configuration, rule: rule, trainer: trainer)
        self.behaviour = behaviour
        model = initial
        neighbours = configuration.neighbours.map { NeighbourState($0, patience: configuration.patience) }
    }

    public var hasEnded: Bool { phase == .ended }

    /// The rule with its weights and memory, for whoever recomputes the node's mixes.
    public var mixing: Mixer { mixer }

    /// For whoever recomputes its lies.
    public var behaving: Behaviour { behaviour }

    /// Models of neighbours that it holds: at most two of each.
    public var heldModels: Int {
        neighbours.reduce(0) { $0 + ($1.current == nil ? 0 : 1) + ($1.newest == nil ? 0 : 1) }
    }

    var isAsynchronous: Bool { configuration.pace != .synchronous }

    /// Takes one event and appends what must be done about it, in order.
    public mutating func handle(
        _ event: NodeEvent, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        guard phase != .ended else { return }
        let now = steadyTime.time(at: now)
        if let asked = askedToWakeAt, now - asked > configuration.patience.free { oversleptIn = round }
        askedToWakeAt = nil
        let before = effects.count
        take(event, at: now, using: &workspace, into: &effects)
        for index in before..<effects.count {
            guard case .wake(let moment) = effects[index] else { continue }
            askedToWakeAt = moment
            effects[index] = .wake(at: steadyTime.reading(at: moment))
        }
    }

    private mutating func take(
        _ event: NodeEvent, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        switch event {
        case .started(let start):
            begin(start, at: now, into: &effects)
        case .linkUp(let node, let incarnation):
            linkUp(node, incarnation: incarnation, into: &effects)
        case .linkDown(let node):
            if let slot = slot(of: node), neighbours[slot].link == .up {
                neighbours[slot].link = .closed(
                    waitedUntil: now + configuration.patience.reconnectGrace,
                    backUntil: now + configuration.patience.deadline)
            }
        case .received(let message, let node):
            receive(message, from: node, at: now)
        case .rejected(let rejection, _):
            count(rejection)
        case .trained(let round, let parameters, let state, let report):
            guard round == self.round, case .training(let since) = phase else { return }
            localState = state
            finishTraining(parameters, report, since: since, at: now, into: &effects)
        case .timer:
            return proceed(isTimer: true, at: now, using: &workspace, into: &effects)
        case .stopRequested:
            end(.stopped(round), saying: .stopping, into: &effects)
            return
        }
        proceed(at: now, using: &workspace, into: &effects)
    }

    func slot(of node: NodeID) -> Int? { neighbours.firstIndex { $0.node == node } }

    // MARK: - Start and links

    private mutating func begin(_ start: NodeStart, at now: Instant, into effects: inout [NodeEffect]) {
        guard phase == .idle else { return }
        phase = .joining(since: now)
        switch start {
        case .afresh:
            if !isLiar, configuration.measureEvery > 0 { effects.append(.snapshot(rounds: 0, model)) }
        case .resumed(let checkpoint):
            restore(checkpoint)
            effects.append(
                .trace(TraceLine(round: round, inputs: [], checkpoint: checkpoint.rounds, result: hash64(model))))
        case .restarted(let checkpoint, let published):
            if let checkpoint { restore(checkpoint) }
            publishedRounds = max(checkpoint?.publishedRounds ?? 0, published?.next.number ?? 0)
            round = Round(min(max(round.number, publishedRounds), configuration.rounds))
            enteringFrom = checkpoint?.rounds ?? 0
        }
    }

    private mutating func restore(_ checkpoint: Checkpoint) {
        round = Round(checkpoint.rounds)
        model = checkpoint.model
        localState = checkpoint.localState
        mixer.rule.memory = checkpoint.ruleMemory
        if case .hostile(var adversary) = behaviour {
            adversary.attack.memory = checkpoint.attackMemory
            behaviour = .hostile(adversary)
        }
        for credit in checkpoint.credits {
            guard let slot = slot(of: credit.neighbour) else { continue }
            neighbours[slot].account.restore(credit)
        }
    }

    private mutating func linkUp(_ node: NodeID, incarnation: UInt64, into effects: inout [NodeEffect]) {
        guard let slot = slot(of: node) else { return }
        neighbours[slot].linkUp(incarnation: incarnation)
        if enteringFrom != nil, neighbours[slot].receives {
            // It has nothing to tell a neighbour that may be listening as well.
            effects.append(.send(.waiting(round), to: node))
        }
        // A connection lost in the middle of a round may have swallowed this round's model.
        if case .gathering = phase, !isLiar, let trained, neighbours[slot].receives {
            effects.append(.send(.model(trained), to: node))
        }
    }

    // MARK: - Messages

    private mutating func receive(_ message: Message, from node: NodeID, at now: Instant) {
        guard let slot = slot(of: node) else { return count(.notANeighbour) }
        switch message {
        case .model(let model):
            guard listens(to: node) else { return }
            receive(model, slot: slot, at: now)
        case .waiting(let round):
            if round.number < configuration.rounds { neighbours[slot].heldUpIn = round }
        case .bye(let farewell):
            let patience = configuration.patience
            neighbours[slot].link =
                switch farewell {
                case .finished: .closed(waitedUntil: now, backUntil: .longAgo)
                case .stopping: .closed(waitedUntil: now + patience.stoppingGrace, backUntil: .longAgo)
                // Broken bytes end a connection, not a neighbour.
                case .refused: .closed(waitedUntil: now + patience.reconnectGrace, backUntil: now + patience.deadline)
                }
        }
    }

    private mutating func receive(_ message: ModelMessage, slot: Int, at now: Instant) {
        let verdict = Admission.judge(
            message, from: neighbours[slot], in: round, by: configuration,
            takesAnyRound: isAsynchronous || enteringFrom != nil)
        switch verdict {
        case .current:
            endWait(for: slot, at: now)
            neighbours[slot].current = message
            neighbours[slot].receivedIn = round
        case .early:
            endWait(for: slot, at: now)
            neighbours[slot].newest = message
        case .late:
            record.lateModels += 1
        case .refused(let rejection):
            count(rejection)
            // An offence in this round stands, whatever follows for rounds to come.
            guard rejection.isProvenOffence, neighbours[slot].offendedIn != round else { return }
            if message.round == round { endWait(for: slot, at: now) }
            neighbours[slot].offendedIn = message.round
            return
        }
        neighbours[slot].newestRound = max(neighbours[slot].newestRound ?? message.round, message.round)
        neighbours[slot].isReturning = false
        neighbours[slot].account.refill(at: now)
        neighbours[slot].account.delivered(inTime: verdict == .current)
    }

    private mutating func count(_ rejection: Rejection) {
        if let index = record.rejections.firstIndex(where: { $0.reason == rejection.rawValue }) {
            record.rejections[index].count += 1
        } else {
            record.rejections.append(.init(reason: rejection.rawValue, count: 1))
        }
    }

    // MARK: - Rounds

    /// Goes as far as what is known allows, and asks to be woken when patience will allow more.
    private mutating func proceed(
        isTimer: Bool = false, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        switch phase {
        case .joining(let since):
            join(since: since, at: now, using: &workspace, into: &effects)
        case .gathering(let since):
            let limit = waitLimit(since: since, at: now)
            if now >= limit, !isTimer, mightHearMore {
                // Nobody is waited for any more, but what arrives at this very moment is still taken.
                effects.append(.wake(at: now))
            } else if now >= limit {
                closeRound(since: since, at: now, using: &workspace, into: &effects)
            } else {
                let announcement = announceHoldUp(since: since, at: now, into: &effects)
                effects.append(.wake(at: min(limit, announcement ?? limit)))
            }
        case .idle, .training, .ended:
            break
        }
    }

    private mutating func join(
        since: Instant, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        if oversleptIn == round {
            // Whoever was to be here by now has had no chance.
            oversleptIn = nil
            phase = .joining(since: now)
            return join(since: now, at: now, using: &workspace, into: &effects)
        }
        let deadline = since + configuration.patience.deadline
        let isReady =
            enteringFrom == nil
            ? neighbours.allSatisfy { $0.link != .never } : hasHeardEnough(since: since, at: now)
        guard isReady || now >= deadline else {
            let announcement = announceHoldUp(since: since, at: now, into: &effects)
            return effects.append(.wake(at: min(deadline, announcement ?? deadline)))
        }
        if let checkpoint = enteringFrom {
            enter(from: checkpoint, using: &workspace, into: &effects)
            enteringFrom = nil
        }
        for slot in neighbours.indices where neighbours[slot].link == .never {
            neighbours[slot].link = .closed(waitedUntil: now, backUntil: now + configuration.patience.deadline)
        }
        beginRound(at: now, into: &effects)
    }

    private mutating func beginRound(at now: Instant, into effects: inout [NodeEffect]) {
        guard round.number < configuration.rounds else {
            return end(.finished(model), saying: .finished, into: &effects)
        }
        phase = .training(since: now)
        saidWaiting = false
        let start = model
        model = []
        if mixer.rule.needs.contains(.modelBefore) { modelBefore = start }
        effects.append(.train(round, from: start, localState))
        localState = LocalState()
    }

    private mutating func finishTraining(
        _ parameters: [Float], _ report: StepReport, since: Instant, at now: Instant,
        into effects: inout [NodeEffect]
    ) {
        record.computeNanoseconds += now - since
        stepDurations.add(now - since)
        if report.samples > 0 {
            lossSum += report.loss * Double(report.samples)
            lossSamples += report.samples
        }
        let message = ModelMessage(round: round, values: parameters)
        trained = message
        publishedRounds = round.number + 1
        phase = .gathering(since: now)
        guard exchanges else { return }
        if !isLiar {
            for neighbour in neighbours where neighbour.receives && neighbour.link == .up {
                effects.append(.send(.model(message), to: neighbour.node))
            }
        }
    }

    /// Whether models are exchanged in this round.
    var exchanges: Bool { (round.number + 1) % configuration.mixEvery == 0 }

    private mutating func closeRound(
        since: Instant, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        guard let trained else { preconditionFailure("a round closes after its local step") }
        record.waitNanoseconds += now - since
        let heard = exchanges ? heardModels() : []
        model = exchanges ? mix(trained, with: heard, using: &workspace, into: &effects) : trained.values
        if exchanges {
            lie(with: trained, heard: heard, into: &effects)
            settleAccounts(at: now)
        } else {
            effects.append(
                .trace(
                    TraceLine(
                        round: round, inputs: [TraceLine.Input(own: trained, configuration)], result: trained.digest)))
        }
        self.trained = nil
        advance(to: nextRound())
        keep(into: &effects)
        beginRound(at: now, into: &effects)
    }

    /// What this node has from its neighbours for this round, ascending by sender; what taps overheard is among it.
    private func heardModels() -> [HeardModel] {
        neighbours.compactMap { neighbour in
            guard neighbour.weight != nil, listens(to: neighbour.node), neighbour.offendedIn != round,
                let message = neighbour.current, !isStale(neighbour)
            else { return nil }
            return HeardModel(sender: neighbour.node, message: message)
        }
    }

    /// Whether an asynchronous node has had this neighbour's model for too long.
    private func isStale(_ neighbour: NeighbourState) -> Bool {
        guard case .asynchronous(let staleness) = configuration.pace, let arrival = neighbour.receivedIn else {
            return false
        }
        return round.number - arrival.number > staleness
    }

    private mutating func mix(
        _ own: ModelMessage, with heard: [HeardModel], using workspace: inout Workspace,
        into effects: inout [NodeEffect]
    ) -> [Float] {
        let expected = neighbours.filter { $0.weight ?? 0 > 0 && listens(to: $0.node) }
        let offenders = expected.filter { $0.offendedIn == round }.map(\.node)
        let next = mixer.mix(
            own, with: heard, before: modelBefore, offenders: offenders, in: round, using: &workspace)
        modelBefore = []
        record.mixedModels += workspace.batch.rows
        record.missedModels += expected.count - offenders.count - workspace.batch.rows
        note(workspace.report, of: workspace.context.senders)
        var inputs = heard.map(TraceLine.Input.init)
        inputs.append(TraceLine.Input(own: own, configuration))
        inputs.sort { $0.sender < $1.sender }
        effects.append(
            .trace(TraceLine(round: round, inputs: inputs, offenders: offenders, result: hash64(next))))
        return next
    }

    /// Adds what the rule did to the tallies of those it did it to.
    private mutating func note(_ report: MixReport, of senders: [NodeID]) {
        record.threshold = report.threshold ?? record.threshold
        record.returnedWeight = report.ownWeight.map { $0 - configuration.ownWeight } ?? record.returnedWeight
        if report.isDegraded { record.degradedMixes += 1 }
        var slot = 0
        for (sender, treatment) in zip(senders, report.treatments) {
            while neighbours[slot].node < sender { slot += 1 }
            neighbours[slot].tally.note(treatment)
        }
    }

    /// The next round, or the one that others have reached without this node.
    private func nextRound() -> Round { isAsynchronous ? round.next : roundOfOthers ?? round.next }

    /// The round of the others, if more neighbours than may lie are already past the next exchange: only then did they
    /// go on without this node, and not merely through their local rounds.
    var roundOfOthers: Round? {
        let newest = neighbours.compactMap(\.newestRound).sorted(by: >)
        let liars = configuration.budget.count
        let every = configuration.mixEvery
        let nextExchange = Round((round.next.number / every + 1) * every - 1)
        return liars < newest.count && newest[liars] > nextExchange ? newest[liars] : nil
    }

    private mutating func advance(to next: Round) {
        round = next
        for slot in neighbours.indices { neighbours[slot].advance(to: next, keepsModels: isAsynchronous) }
    }

    /// Records, snapshots and checkpoints that are due after a closed round.
    private mutating func keep(into effects: inout [NodeEffect]) {
        let done = round.number
        let isLast = done >= configuration.rounds
        if isLast || (configuration.measureEvery > 0 && done % configuration.measureEvery == 0) {
            var line = record
            line.rounds = done
            line.trainLoss = lossSamples > 0 ? lossSum / Double(lossSamples) : nil
            line.waits = neighbours.filter { $0.account.charged > 0 }
                .map { .init(neighbour: $0.node, nanoseconds: $0.account.charged) }
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

    private func checkpoint(rounds: Int) -> Checkpoint {
        var checkpoint = Checkpoint(rounds: rounds, model: model, localState: localState)
        checkpoint.publishedRounds = publishedRounds
        checkpoint.ruleMemory = mixer.rule.memory
        if case .hostile(let adversary) = behaviour { checkpoint.attackMemory = adversary.attack.memory }
        checkpoint.credits = neighbours.map { $0.account.credit(of: $0.node) }
        return checkpoint
    }

    private mutating func end(_ ending: Ending, saying farewell: Farewell, into effects: inout [NodeEffect]) {
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
    fileprivate init(own: ModelMessage, _ configuration: NodeConfiguration) {
        self.init(sender: configuration.node, round: own.round, digest: own.digest)
    }
}
