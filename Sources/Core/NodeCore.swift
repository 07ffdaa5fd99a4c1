// The node, without sockets, clocks, files or threads: events in, effects out. Control flow only; waiting is in
// NodeCore+Waiting, lying in NodeCore+Lying, the door in Admission.
//
//   joining ─links or deadline─▶ training ─trained─▶ gathering ─all in or patience over─▶ (mix) training … ─▶ ended
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
    var rule: any GossipRule
    var behaviour: Behaviour

    var phase = Phase.idle
    /// The round the node is in, or the next one while joining.
    public private(set) var round = Round(0)
    /// The model at the start of the round; empty while it is being trained or mixed.
    private var model: [Float]
    private var localState = LocalState()
    /// This round's model after the local step, as it is sent.
    var trained: ModelMessage?
    var neighbours: [NeighbourState]
    var saidWaiting = false

    /// How long this node's own local steps take: the measure of patience that no neighbour can stretch.
    var stepDurations = RecentMedian()
    private var record = NodeRecord()
    private var lossSum = 0.0
    private var lossSamples = 0

    /// - Parameter initial: the model before the first round, `configuration.dimension` elements.
    public init(
        _ configuration: NodeConfiguration, rule: any GossipRule, behaviour: Behaviour, initial: [Float]
    ) {
        precondition(initial.count == configuration.dimension, "the first model has the experiment's dimension")
        self.configuration = configuration
        self.rule = rule
        self.behaviour = behaviour
        model = initial
        neighbours = configuration.neighbours.map { NeighbourState($0, patience: configuration.patience) }
    }

    public var hasEnded: Bool { phase == .ended }

    /// Takes one event and appends what must be done about it, in order.
    public mutating func handle(
        _ event: NodeEvent, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        guard phase != .ended else { return }
        switch event {
        case .started(let checkpoint):
            start(from: checkpoint, at: now, into: &effects)
        case .linkUp(let node):
            linkUp(node, at: now, into: &effects)
        case .linkDown(let node):
            if let slot = slot(of: node), neighbours[slot].link == .up {
                neighbours[slot].link = .closed(waitedUntil: now + configuration.patience.reconnectGrace)
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
            break
        case .stopRequested:
            end(.stopped(round), saying: .stopping, into: &effects)
            return
        }
        proceed(at: now, using: &workspace, into: &effects)
    }

    func slot(of node: NodeID) -> Int? { neighbours.firstIndex { $0.node == node } }

    // MARK: - Start and links

    private mutating func start(from checkpoint: Checkpoint?, at now: Instant, into effects: inout [NodeEffect]) {
        guard phase == .idle else { return }
        if let checkpoint {
            model = checkpoint.model
            localState = checkpoint.localState
            round = Round(checkpoint.rounds)
        }
        phase = .joining(since: now)
        if !isLiar, configuration.measureEvery > 0, round.number == 0 {
            effects.append(.snapshot(rounds: 0, model))
        }
    }

    private mutating func linkUp(_ node: NodeID, at now: Instant, into effects: inout [NodeEffect]) {
        guard let slot = slot(of: node) else { return }
        neighbours[slot].link = .up
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
            let grace = farewell == .stopping ? configuration.patience.stoppingGrace : 0
            neighbours[slot].link = .closed(waitedUntil: now + grace)
        }
    }

    private mutating func receive(_ message: ModelMessage, slot: Int, at now: Instant) {
        let verdict = Admission.judge(
            message, from: neighbours[slot], in: round, of: configuration.rounds, dimension: configuration.dimension)
        switch verdict {
        case .current:
            endWait(for: slot, at: now)
            neighbours[slot].current = message
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
        neighbours[slot].account.refill(at: now)
        neighbours[slot].account.delivered()
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
    private mutating func proceed(at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]) {
        switch phase {
        case .joining(let since):
            let deadline = since + configuration.patience.deadline
            if neighbours.allSatisfy({ $0.link != .never }) || now >= deadline {
                beginRound(at: now, into: &effects)
            } else {
                let announcement = announceHoldUp(since: since, at: now, into: &effects)
                effects.append(.wake(at: min(deadline, announcement ?? deadline)))
            }
        case .gathering(let since):
            let limit = waitLimit(since: since, at: now)
            if now >= limit {
                closeRound(since: since, at: now, using: &workspace, into: &effects)
            } else {
                let announcement = announceHoldUp(since: since, at: now, into: &effects)
                effects.append(.wake(at: min(limit, announcement ?? limit)))
            }
        case .idle, .training, .ended:
            break
        }
    }

    private mutating func beginRound(at now: Instant, into effects: inout [NodeEffect]) {
        guard round.number < configuration.rounds else {
            return end(.finished(model), saying: .finished, into: &effects)
        }
        phase = .training(since: now)
        saidWaiting = false
        let start = model
        model = []
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
        if exchanges {
            lie(with: trained, into: &effects)
            model = mix(trained, using: &workspace, into: &effects)
            settleAccounts(at: now)
        } else {
            model = trained.values
        }
        self.trained = nil
        advance(to: nextRound())
        keep(into: &effects)
        beginRound(at: now, into: &effects)
    }

    private mutating func mix(
        _ own: ModelMessage, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) -> [Float] {
        var budget = configuration.budget
        var inputs = [TraceLine.Input(sender: configuration.node, round: own.round, digest: own.digest)]
        workspace.batch.removeAll()
        workspace.context.senders.removeAll(keepingCapacity: true)
        workspace.context.weights.removeAll(keepingCapacity: true)
        for neighbour in neighbours {
            // A tap has no weight: what it carries is overheard and never mixed.
            guard let weight = neighbour.weight, weight > 0, listens(to: neighbour.node) else { continue }
            if neighbour.offendedIn == round {
                budget.count = max(0, budget.count - 1)
                budget.weight = max(0, budget.weight - weight)
            } else if let message = neighbour.current {
                workspace.batch.append(message.values)
                workspace.context.senders.append(neighbour.node)
                workspace.context.weights.append(weight)
                inputs.append(.init(sender: neighbour.node, round: message.round, digest: message.digest))
            } else {
                record.missedModels += 1
            }
        }
        workspace.context.round = round
        workspace.context.rounds = configuration.rounds
        workspace.context.node = configuration.node
        workspace.context.budget = budget

        var next = [Float](repeating: 0, count: configuration.dimension)
        var span = next.mutableSpan
        let report = rule.mix(
            own: own.values.span, neighbours: workspace.batch, context: workspace.context, into: &span,
            scratch: &workspace.scratch)
        record.mixedModels += workspace.batch.rows
        record.reducedModels += report.clipped + report.removed
        inputs.sort { $0.sender < $1.sender }
        effects.append(.trace(TraceLine(round: round, inputs: inputs, result: hash64(next))))
        return next
    }

    /// The next round, or a later one if more neighbours than may lie are already past the next exchange: only then
    /// did they go on without this node, and not merely through their local rounds.
    private func nextRound() -> Round {
        let newest = neighbours.compactMap(\.newestRound).sorted(by: >)
        let liars = configuration.budget.count
        let every = configuration.mixEvery
        let nextExchange = Round((round.next.number / every + 1) * every - 1)
        guard liars < newest.count, newest[liars] > nextExchange else { return round.next }
        return newest[liars]
    }

    private mutating func advance(to next: Round) {
        round = next
        for slot in neighbours.indices { neighbours[slot].advance(to: next) }
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
            effects.append(.record(line))
            (lossSum, lossSamples) = (0, 0)
            let rejections = record.rejections
            record = NodeRecord()
            record.rejections = rejections
            if !isLiar && !isLast { effects.append(.snapshot(rounds: done, model)) }
        }
        if configuration.checkpointEvery > 0 && done % configuration.checkpointEvery == 0 {
            effects.append(.save(Checkpoint(rounds: done, model: model, localState: localState)))
        }
    }

    private mutating func end(_ ending: Ending, saying farewell: Farewell, into effects: inout [NodeEffect]) {
        for neighbour in neighbours where neighbour.link == .up {
            effects.append(.send(.bye(farewell), to: neighbour.node))
        }
        phase = .ended
        effects.append(.stop(ending))
    }
}
