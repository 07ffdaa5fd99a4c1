// The node, without sockets, clocks, files or threads: events in, effects out. Control flow only: what neighbours say
// is in NodeCore+Messages, waiting in NodeCore+Waiting, what a round comes to in NodeCore+Mixing, forging in
// NodeCore+Forging, coming back in NodeCore+Entering, ending with a round in NodeCore+Stopping, the door in Admission.
//
//   joining ─links or deadline─▶ training ─trained─▶ gathering ─all in or patience over─▶ (mix) training … ─▶ ended
//
// A rule that goes by losses has them taken between gathering and mixing: probing ─losses─▶ (mix).
//
// An asynchronous node gathers for no time at all: it mixes what it has.
//
// Copies of a model in a round: the node's own is trained, sent to all and mixed where the mix before has put it,
// unless the rule wants to know the model before the local steps. One that is heard over a stream is read from the
// socket to where it stays, decrypted there, and copied once, into the row that the rule reads; over datagrams it is
// copied out of them first, where they are sealed or early by way of memory of their own. So a node holds one model and
// a backlog of each neighbour, the rows of its rule, its own and the next.
import Aggregation
import Kernels
import Learning
import Metrics
public import Wire

/// One node as a value: events in, effects out.
///
/// | term | meaning | in code |
/// | --- | --- | --- |
/// | local step | gradient steps from the model θ_i of the round's start | `NodeEffect.train` |
/// | half-step model, θ_i^(t+½) | the model after the local step, as it is sent | `HalfStep` |
/// | exchange | it goes to every neighbour, and theirs are waited for | `gathering` |
/// | rule | makes the next model of the own half-step model and those heard | `RoundFunction` |
/// | budget, f and b | the hostile neighbours that the rule must withstand | `NodeConfiguration.budget` |
/// | forgery | what a hostile node sends in place of its model | `NodeCore+Forging` |
/// | entering | how a restarted node comes back into the rounds of the others | `NodeCore+Entering` |
/// | trace | which models went into a mix, by hash | `NodeEffect.trace` |
public struct NodeCore: Sendable {
    /// Where the node is in its round, with what is valid there and nowhere else.
    enum Phase: Sendable {
        case idle(NodeState)
        case joining(NodeState, since: Instant)
        /// Restarted or left behind: it listens for the parameters of its neighbours, from the state after these
        /// rounds.
        case entering(NodeState, from: Int, since: Instant)
        /// Its parameters are with the driver; what the round must remember of them is here.
        case training(start: [Float], since: Instant)
        case gathering(HalfStep, since: Instant)
        /// The rule wants to know losses before it mixes what the round has closed with.
        indirect case probing(HalfStep, RoundInputs, LossProbe)
        case ended
    }

    let configuration: NodeConfiguration
    var function: RoundFunction
    /// What is asked of its behaviour at every event.
    let isHostile: Bool
    let allies: Set<NodeID>

    var phase: Phase
    /// The gossip step that the node is in, or the next one while joining.
    var round = Round(0)
    /// Of this step.
    var neighbourhood: RoundNeighbourhood
    /// Whether the node is away in this round, and the last step in which it was.
    var isResting = false
    var lastRest: Round?
    /// While it listens because it is ahead of its neighbours: the round that they had come to last, and when.
    var listening: (others: Round, since: Instant)?
    /// Where nodes may take longer to start than they wait for each other in a round: until then it waits for those
    /// neighbours that say that they wait themselves.
    var startsUntil = Instant.longAgo
    /// It ends with the round that it is in.
    var endsWithRound = false
    /// How often that was so before, in this run.
    var stops = 0
    /// Digest of what this step starts from, as the trace tells.
    var startDigest: UInt64 = 0
    /// Where it goes on in the middle of a round.
    var openHalfStep: HalfStep?
    /// While it enters with the parameters of others: the one round of which it has asked all of them for theirs.
    var agreedRound: Round?
    /// How many steps it has published a message for, or may have.
    var publishedRounds = 0
    var neighbours: [NeighbourState]
    /// What there is with each neighbour of parameters asked for; empty where models travel.
    var stateExchanges: [StateExchange]
    var saidWaiting = false
    var ledger: PatienceLedger
    /// Up to when this round's wait has been charged; when it had heard more than may be hostile; when the round before
    /// it in which models were exchanged closed.
    var accountedUntil = Instant.longAgo
    var earnedUntil: Instant?
    /// What rounds could have earned until then, and have not.
    var earnable: Nanoseconds = 0
    var exchangedAt: Instant?

    private(set) var steadyTime = SteadyTime()
    private var askedToWakeAt: Instant?

    /// How long this node's own local steps take: the measure of pace that no neighbour can stretch.
    var stepDurations = RecentMedian()
    var record = NodeRecord()
    /// What it has come through since somebody asked last.
    private(set) var milestones = Milestones()
    var lossSum = 0.0
    var lossSamples = 0

    /// - Parameters:
    ///   - initial: the parameters before the first round, `configuration.dimension` elements.
    ///   - trainer: what takes the local steps, for step sizes and rules that try models out.
    public init(
        _ configuration: NodeConfiguration, exchange: any Exchange = ModelExchange(), rule: any GossipRule,
        behaviour: Behaviour, initial: [Float], trainer: (any LocalModel)? = nil
    ) {
        precondition(initial.count == configuration.dimension, "the first model has the experiment's dimension")
        self.configuration = configuration
        function = RoundFunction(
            configuration, exchange: exchange, rule: rule, behaviour: behaviour, trainer: trainer)
        if case .hostile(let adversary) = behaviour {
            (isHostile, allies) = (true, adversary.allies)
        } else {
            (isHostile, allies) = (false, [])
        }
        phase = .idle(function.firstState(initial))
        neighbourhood = configuration.wholeNeighbourhood
        neighbours = configuration.neighbours.map { NeighbourState($0) }
        stateExchanges = function.sendsModels ? [] : neighbours.map { _ in StateExchange() }
        ledger = PatienceLedger(
            neighbours: configuration.neighbours.count, suspects: configuration.suspects,
            limit: configuration.patience.deadline)
    }

    public var hasEnded: Bool { if case .ended = phase { true } else { false } }

    /// The round the node is in, or the next one while joining.
    public var currentRound: Round { configuration.cadence.round(of: round) }

    /// For whoever drives it.
    public var patience: Patience { configuration.patience }

    /// The node's rounds, for whoever recomputes them.
    public var rounds: RoundFunction { function }

    /// Models of neighbours that it holds: of each at most one and the backlog.
    public var bufferedModelCount: Int {
        neighbours.reduce(0) { $0 + ($1.current == nil ? 0 : 1) + $1.early.count }
    }

    /// How many models may wait on the way from or to a neighbour.
    public var backlog: Int { configuration.backlog }

    /// What messages hold.
    public var channels: ChannelLayout { configuration.channels }

    /// What a state holds of what gossip brings together.
    public var shared: ChannelLayout { configuration.shared }

    /// Whether what a node comes out with is all of what its last mix came to.
    public var comesOutWithMix: Bool { configuration.shared.count == 1 && configuration.output == .last }

    var isAsynchronous: Bool { configuration.pace != .synchronous }

    var isEntering: Bool { if case .entering = phase { true } else { false } }

    /// This round after its local steps, until it closes.
    var halfStep: HalfStep? {
        switch phase {
        case .gathering(let halfStep, _), .probing(let halfStep, _, _): halfStep
        case .idle, .joining, .entering, .training, .ended: nil
        }
    }

    /// Notes what it, or its driver on its behalf, has come through.
    public mutating func note(_ milestone: Milestone) { milestones.insert(milestone) }

    /// From now on its attack, if it has one, draws from another seed.
    public mutating func reseedAttack(_ seed: UInt64) { function.attackSeed = seed }

    /// What has been noted since the last call.
    public mutating func takeMilestones() -> Milestones {
        defer { milestones = Milestones() }
        return milestones
    }

    /// Takes one event and appends what must be done about it, in order.
    public mutating func handle(
        _ event: NodeEvent, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        guard !hasEnded else { return }
        // Whoever sends what is refused, and much of it, must not be able to make the node do anything else.
        if case .rejected(let rejection, let node, let times) = event {
            count(rejection, slot(of: node), times: times)
            guard rejection == .flood, let slot = slot(of: node) else { return }
            neighbours[slot].isFlooding = true
        }
        let correction = steadyTime.correction
        var slack = configuration.patience.glance
        if case .gathering = phase { slack = configuration.patience.attention }
        let now = steadyTime.time(at: now, asked: askedToWakeAt, slack: slack)
        if steadyTime.correction != correction {
            note(.clockCorrected)
            accountedUntil = now
        }
        chargeWait(until: now)
        askedToWakeAt = nil
        let before = effects.count
        take(event, at: now, using: &workspace, into: &effects)
        for index in before..<effects.count {
            guard case .wake(let wanted) = effects[index] else { continue }
            // Whatever it waits for, a leap of its clock shows when it looks again.
            let moment = min(wanted, now + configuration.patience.glance)
            askedToWakeAt = moment
            effects[index] = .wake(at: steadyTime.reading(at: moment))
        }
    }

    mutating func take(
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
                neighbours[slot].cutOff.linksLost += 1
            }
        case .received(let message, let node):
            receive(message, from: node, at: now)
        case .rejected:
            break
        case .trained(let round, let sent, let kept, let report):
            guard round == currentRound, case .training(let start, let since) = phase else { return }
            phase = .gathering(function.halfStep(sent, from: start, kept: kept, in: self.round), since: now)
            finishTraining(report, since: since, at: now, into: &effects)
        case .lossesProbed(let round, let losses):
            guard round == currentRound, case .probing(let halfStep, let roundInputs, let lossProbe) = phase else {
                return
            }
            finishRound(
                halfStep, with: roundInputs, lossProbe.probes(losses), at: now, using: &workspace, into: &effects)
        case .timer:
            return proceed(isTimer: true, at: now, using: &workspace, into: &effects)
        case .stopAfterRound:
            endsWithRound = true
            switch phase {
            case .joining(let state, _):
                leave(
                    openHalfStep.map(openCheckpoint) ?? checkpoint(of: state, rounds: currentRound.number),
                    into: &effects)
                return end(.stopped(currentRound), saying: .stopping, into: &effects)
            case .idle, .entering: return end(.stopped(currentRound), saying: .stopping, into: &effects)
            case .training, .gathering, .probing, .ended: break
            }
        case .stopRequested:
            return end(.stopped(currentRound), saying: .stopping, into: &effects)
        case .traceLost:
            return end(.traceLost(currentRound), saying: .failed, into: &effects)
        }
        proceed(at: now, using: &workspace, into: &effects)
    }

    func slot(of node: NodeID) -> Int? { configuration.slot(of: node) }

    // MARK: - Start and links

    mutating func begin(_ start: NodeStart, at now: Instant, into effects: inout [NodeEffect]) {
        guard case .idle(let initial) = phase else { return }
        let patience = configuration.patience
        if patience.joining > patience.deadline { startsUntil = now + patience.joining + patience.deadline / 2 }
        switch start {
        case .afresh:
            phase = .joining(initial, since: now)
            startDigest = initial.digest
            guard !isAttacking, configuration.measureEvery > 0 else { return }
            if let own = function.ownModel(of: initial) { effects.append(.ownModel(rounds: 0, own)) }
            effects.append(.snapshot(rounds: 0, initial.parameters))
        case .resumed(let checkpoint):
            restore(checkpoint)
            phase = .joining(checkpoint.state, since: now)
            effects.append(
                .trace(
                    TraceLine(
                        round: round, inputs: [], checkpoint: checkpoint.rounds, result: startDigest)))
        case .restarted(let checkpoint, let published):
            if let checkpoint {
                precondition(checkpoint.openRound == nil, "a node that comes back alone does not go on in a round")
                restore(checkpoint)
            }
            noteRestart(checkpoint, published: published)
            publishedRounds = max(checkpoint?.publishedRounds ?? 0, published?.next.number ?? 0)
            round = Round(min(max(round.number, publishedRounds), configuration.steps))
            phase = .entering(checkpoint?.state ?? initial, from: checkpoint?.rounds ?? 0, since: now)
        }
    }

    private mutating func noteRestart(_ checkpoint: Checkpoint?, published: Round?) {
        if checkpoint != nil {
            note(.restartedFromCheckpoint)
        } else {
            note(published ?? Round(0) > Round(0) ? .restartedByTrace : .restartedAfresh)
        }
    }

    mutating func restore(_ checkpoint: Checkpoint) {
        round = configuration.cadence.firstStep(of: Round(checkpoint.rounds))
        function.restore(checkpoint.state)
        stops = checkpoint.stops
        startDigest = checkpoint.openRound?.start ?? checkpoint.state.digest
        for credit in checkpoint.credits {
            guard let slot = slot(of: credit.neighbour) else { continue }
            ledger.restore(credit, slot: slot)
            neighbours[slot].isGivenUp = credit.isGivenUp
        }
        if let openRound = checkpoint.openRound { restore(openRound, of: checkpoint.state) }
    }

    mutating func linkUp(_ node: NodeID, incarnation: UInt64, into effects: inout [NodeEffect]) {
        guard let slot = slot(of: node) else { return }
        if case .closed = neighbours[slot].link { note(.linkMadeAnew) }
        neighbours[slot].linkUp(incarnation: incarnation)
        guard neighbours[slot].link == .up else { return }
        if neighbours[slot].isReturning { note(.neighbourRestarted) }
        if isEntering { ask(slot, into: &effects) }
        if case .joining = phase, saidWaiting, startsUntil != .longAgo, neighbours[slot].receives {
            effects.append(.send(.waiting(round), to: node))
        }
        // A connection lost in the middle of a round may have swallowed this round's model.
        if !isAttacking, let halfStep, neighbours[slot].receives {
            effects.append(.send(.model(halfStep.own), to: node))
        }
    }

    // MARK: - Rounds

    /// Goes as far as what is known allows, and asks to be woken when patience will allow more.
    mutating func proceed(
        isTimer: Bool = false, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        switch phase {
        case .joining(let state, let since):
            join(state, since: since, at: now, into: &effects)
        case .entering(let state, let origin, let since):
            enter(state, from: origin, since: since, at: now, using: &workspace, into: &effects)
        case .gathering(let halfStep, let since):
            if isHeldUpByStops(since: since, at: now) {
                leave(openCheckpoint(of: halfStep), into: &effects)
                return end(.stopped(currentRound), saying: .stopping, into: &effects)
            }
            noteEarning(at: now)
            if !function.sendsModels { tellState(of: halfStep.start, into: &effects) }
            if nextForgery(since: since, at: now) != nil {
                note(.delayedForgery)
                forge(in: halfStep, heard: modelsForRound(), due: (since, now), into: &effects)
            }
            if let next = nextLook(since: since, at: now) {
                let announcement = now < startsUntil ? announceHoldUp(since: since, at: now, into: &effects) : nil
                effects.append(.wake(at: min(next, announcement ?? next)))
            } else if !isTimer, mightHearMore {
                // Nobody is waited for any more, but what arrives at this very moment is still taken.
                effects.append(.wake(at: now))
            } else {
                closeRound(halfStep, since: since, at: now, using: &workspace, into: &effects)
            }
        case .training(let start, _):
            tellState(of: start, into: &effects)
        case .idle, .probing, .ended:
            break
        }
    }

    mutating func join(
        _ state: NodeState, since: Instant, at now: Instant, into effects: inout [NodeEffect]
    ) {
        let deadline = since + configuration.patience.joining
        guard neighbours.allSatisfy({ $0.link != .never }) || now >= deadline else {
            return waitToBegin(since: since, until: deadline, at: now, into: &effects)
        }
        beginFirstRound(state, at: now, into: &effects)
    }

    mutating func waitToBegin(
        since: Instant, until deadline: Instant, at now: Instant, into effects: inout [NodeEffect]
    ) {
        let announcement = announceHoldUp(since: since, at: now, into: &effects)
        effects.append(.wake(at: min(deadline, announcement ?? deadline)))
    }

    mutating func beginFirstRound(_ state: NodeState, at now: Instant, into effects: inout [NodeEffect]) {
        for slot in neighbours.indices where neighbours[slot].link == .never {
            neighbours[slot].link = .closed(waitedUntil: now, backUntil: now + configuration.patience.deadline)
        }
        // Whoever comes back knows of no meeting before.
        for slot in neighbours.indices { neighbours[slot].lastMet = round }
        takeNeighbourhood()
        // Whoever comes back when all is over takes no round after which it would be handed out.
        if round.number >= configuration.steps, !isAttacking, let own = function.ownModel(of: state) {
            effects.append(.ownModel(rounds: configuration.rounds, own))
        }
        beginRound(state, at: now, into: &effects)
    }

    mutating func beginRound(_ state: consuming NodeState, at now: Instant, into effects: inout [NodeEffect]) {
        guard round.number < configuration.steps else {
            // Others that were warned may be stopped by the one before.
            if endsWithRound { leave(checkpoint(of: state, rounds: configuration.rounds), into: &effects) }
            return end(.finished(function.output(of: state)), saying: .finished, into: &effects)
        }
        saidWaiting = false
        if let halfStep = openHalfStep {
            openHalfStep = nil
            phase = .gathering(halfStep, since: now)
            publish(at: now, into: &effects)
            return effects.append(.wake(at: now))
        }
        guard configuration.cadence.trains(in: round), !isResting else {
            phase = .gathering(function.halfStep(continuing: state, in: round), since: now)
            publish(at: now, into: &effects)
            // Nothing is asked of whoever drives it, who is to come back at once.
            return effects.append(.wake(at: now))
        }
        let start = function.start(of: state)
        phase = .training(start: start, since: now)
        tellState(of: start, into: &effects)
        effects.append(.train(currentRound, from: state.shared, state.kept))
    }

    mutating func finishTraining(
        _ report: StepReport, since: Instant, at now: Instant, into effects: inout [NodeEffect]
    ) {
        record.computeNanoseconds += now - since
        stepDurations.add(now - since)
        if report.samples > 0 {
            lossSum += report.loss * Double(report.samples)
            lossSamples += report.samples
        }
        publish(at: now, into: &effects)
    }

    /// Sends what the round has come to, and begins to wait for what others send.
    mutating func publish(at now: Instant, into effects: inout [NodeEffect]) {
        guard let own = halfStep?.own else { preconditionFailure("a message is made before it is sent") }
        guard own.isFinite || isAttacking else { return diverge(into: &effects) }
        publishedRounds = round.number + 1
        accountedUntil = now
        guard exchanges, !isAttacking else { return }
        for neighbour in neighbours where neighbour.receives && neighbour.link == .up {
            effects.append(.send(.model(own), to: neighbour.node))
        }
    }

    private mutating func diverge(into effects: inout [NodeEffect]) {
        note(.diverged)
        end(.diverged(currentRound), saying: .failed, into: &effects)
    }

    /// Whether anything is exchanged in this step.
    var exchanges: Bool { configuration.cadence.exchanges(in: round) && !isResting }

    mutating func closeRound(
        _ halfStep: HalfStep, since: Instant, at now: Instant, using workspace: inout Workspace,
        into effects: inout [NodeEffect]
    ) {
        record.waitNanoseconds += now - since
        let roundInputs = refuseImplausible(among: roundInputs(), in: halfStep)
        if exchanges {
            if isAsynchronous, neighbours.indices.contains(where: isStale) { note(.modelStale) }
            if isAlone { note(.wentAlone) }
            settleAccounts(since: since, at: now)
            let lossProbe = function.lossProbe(
                halfStep.own, with: roundInputs.heard, among: neighbourhood, using: &workspace)
            if let lossProbe {
                phase = .probing(halfStep, roundInputs, lossProbe)
                note(.lossesAsked)
                return effects.append(.probeLosses(currentRound, lossProbe.models))
            }
        }
        finishRound(halfStep, with: roundInputs, at: now, using: &workspace, into: &effects)
    }

    /// Makes the next state of what the round has closed with, and goes on to the next round.
    mutating func finishRound(
        _ halfStep: HalfStep, with roundInputs: RoundInputs, _ probes: ProbedLosses? = nil, at now: Instant,
        using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        var state = function(
            halfStep, with: roundInputs, among: neighbourhood, probes: probes, using: &workspace)
        // A node can only go on from a finite model of its own; a hostile one from any, as it needs none to forge.
        let isFinite = state.underWay.map { allFinite($0.span) } ?? allFinite(state.shared.span)
        guard isFinite || isAttacking else { return diverge(into: &effects) }
        if exchanges { note(roundInputs, workspace) }
        let line = traceLine(halfStep.own, roundInputs, state)
        startDigest = exchanges || function.sendsModels ? line.result : state.digest
        effects.append(.trace(line))
        if exchanges {
            forge(in: halfStep, heard: roundInputs.heard, into: &effects)
            state.attackMemory = function.attackMemory
        }
        let next = nextRound()
        if next > round.next { note(.leftBehind) }
        advance(to: next)
        if configuration.cadence.trains(in: round) {
            keep(state, after: workspace.sample, into: &effects)
            if endsWithRound, round.number < configuration.steps {
                leave(checkpoint(of: state, rounds: currentRound.number), into: &effects)
                return end(.stopped(currentRound), saying: .stopping, into: &effects)
            }
            if !function.sendsModels, roundOfOthers != nil, mayEnterAgain(at: now) {
                return enterAgain(from: state, at: now, into: &effects)
            }
        }
        beginRound(state, at: now, into: &effects)
    }
}
