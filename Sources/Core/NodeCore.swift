// The node, without sockets, clocks, files or threads: events in, effects out. Control flow only: what neighbours say
// is in NodeCore+Messages, waiting in NodeCore+Waiting, what a round comes to in NodeCore+Mixing, lying in
// NodeCore+Lying, coming back in NodeCore+Entering, the door in Admission.
//
//   joining ─links or deadline─▶ training ─trained─▶ gathering ─all in or patience over─▶ (mix) training … ─▶ ended
//
// A rule that goes by losses has them taken between gathering and mixing: trying ─tried out─▶ (mix).
//
// An asynchronous node gathers for no time at all: it mixes what it has.
import Aggregation
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
        /// The rule wants to know losses before it mixes what the round has closed with.
        indirect case trying(RoundInputs, Tryout)
        case ended
    }

    let configuration: NodeConfiguration
    var mixer: Mixer
    var behaviour: Behaviour
    /// What is asked of `behaviour` at every event.
    let isHostile: Bool
    let kin: Set<NodeID>

    var phase = Phase.idle
    /// The round the node is in, or the next one while joining.
    public internal(set) var round = Round(0)
    /// The model at the start of the round; empty while it is being trained or mixed.
    var model: [Float]
    var localState = LocalState()
    /// The model before this round's local step, where the rule needs it.
    var modelBefore: [Float] = []
    /// While a restarted node listens: the rounds of the checkpoint that it started from.
    var enteringFrom: Int?
    /// How many rounds it has published a model for, or may have.
    var publishedRounds = 0
    /// This round's model after the local step, as it is sent.
    var trained: ModelMessage?
    var neighbours: [NeighbourState]
    var saidWaiting = false
    var ledger: PatienceLedger
    /// Up to when this round's wait has been charged; when it had heard more than may be liars; when the round before
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
    var lossSum = 0.0
    var lossSamples = 0

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
        if case .hostile(let adversary) = behaviour {
            (isHostile, kin) = (true, adversary.kin)
        } else {
            (isHostile, kin) = (false, [])
        }
        model = initial
        neighbours = configuration.neighbours.map { NeighbourState($0) }
        ledger = PatienceLedger(
            neighbours: configuration.neighbours.count, suspects: configuration.suspects,
            limit: configuration.patience.deadline)
    }

    public var hasEnded: Bool { phase == .ended }

    /// For whoever drives it.
    public var patience: Patience { configuration.patience }

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
        // Whoever sends what is refused, and much of it, must not be able to make the node do anything else.
        if case .rejected(let rejection, let node, let times) = event {
            count(rejection, times: times)
            guard rejection == .flood, let slot = slot(of: node) else { return }
            neighbours[slot].isFlooding = true
        }
        let now = steadyTime.time(at: now, asked: askedToWakeAt, slack: configuration.patience.glance)
        chargeWait(until: now)
        askedToWakeAt = nil
        let before = effects.count
        take(event, at: now, using: &workspace, into: &effects)
        for index in before..<effects.count {
            guard case .wake(let moment) = effects[index] else { continue }
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
            }
        case .received(let message, let node):
            receive(message, from: node, at: now)
        case .rejected:
            break
        case .trained(let round, let parameters, let state, let report):
            guard round == self.round, case .training(let since) = phase else { return }
            localState = state
            finishTraining(parameters, report, since: since, at: now, into: &effects)
        case .triedOut(let round, let losses):
            guard round == self.round, case .trying(let roundInputs, let tryout) = phase else { return }
            finishRound(with: roundInputs, tryout.trials(losses), at: now, using: &workspace, into: &effects)
        case .timer:
            return proceed(isTimer: true, at: now, using: &workspace, into: &effects)
        case .stopRequested:
            return end(.stopped(round), saying: .stopping, into: &effects)
        case .traceLost:
            return end(.traceLost(round), saying: .failed, into: &effects)
        }
        proceed(at: now, using: &workspace, into: &effects)
    }

    func slot(of node: NodeID) -> Int? { configuration.slot(of: node) }

    // MARK: - Start and links

    mutating func begin(_ start: NodeStart, at now: Instant, into effects: inout [NodeEffect]) {
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

    mutating func restore(_ checkpoint: Checkpoint) {
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
            ledger.restore(credit, slot: slot)
            neighbours[slot].isGivenUp = credit.isGivenUp
        }
    }

    mutating func linkUp(_ node: NodeID, incarnation: UInt64, into effects: inout [NodeEffect]) {
        guard let slot = slot(of: node) else { return }
        neighbours[slot].linkUp(incarnation: incarnation)
        guard neighbours[slot].link == .up else { return }
        if enteringFrom != nil, neighbours[slot].receives {
            // It has nothing to tell a neighbour that may be listening as well.
            effects.append(.send(.waiting(round), to: node))
        }
        // A connection lost in the middle of a round may have swallowed this round's model.
        if !isLiar, let trained, neighbours[slot].receives {
            effects.append(.send(.model(trained), to: node))
        }
    }

    // MARK: - Rounds

    /// Goes as far as what is known allows, and asks to be woken when patience will allow more.
    mutating func proceed(
        isTimer: Bool = false, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        switch phase {
        case .joining(let since):
            join(since: since, at: now, using: &workspace, into: &effects)
        case .gathering(let since):
            noteEarning(at: now)
            if nextLie(since: since, at: now) != nil, let trained {
                lie(with: trained, heard: heardModels(), due: (since, now), into: &effects)
            }
            if let next = nextLook(since: since, at: now) {
                effects.append(.wake(at: next))
            } else if !isTimer, mightHearMore {
                // Nobody is waited for any more, but what arrives at this very moment is still taken.
                effects.append(.wake(at: now))
            } else {
                closeRound(since: since, at: now, using: &workspace, into: &effects)
            }
        case .idle, .training, .trying, .ended:
            break
        }
    }

    mutating func join(
        since: Instant, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
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

    mutating func beginRound(at now: Instant, into effects: inout [NodeEffect]) {
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

    mutating func finishTraining(
        _ parameters: [Float], _ report: StepReport, since: Instant, at now: Instant,
        into effects: inout [NodeEffect]
    ) {
        record.computeNanoseconds += now - since
        stepDurations.add(now - since)
        if report.samples > 0 {
            lossSum += report.loss * Double(report.samples)
            lossSamples += report.samples
        }
        guard isSound(parameters) else { return end(.diverged(round), saying: .failed, into: &effects) }
        let message = ModelMessage(round: round, values: parameters)
        trained = message
        publishedRounds = round.number + 1
        phase = .gathering(since: now)
        accountedUntil = now
        guard exchanges else { return }
        if !isLiar {
            for neighbour in neighbours where neighbour.receives && neighbour.link == .up {
                effects.append(.send(.model(message), to: neighbour.node))
            }
        }
    }

    /// Whether models are exchanged in this round.
    var exchanges: Bool { (round.number + 1) % configuration.mixEvery == 0 }

    mutating func closeRound(
        since: Instant, at now: Instant, using workspace: inout Workspace, into effects: inout [NodeEffect]
    ) {
        guard let trained else { preconditionFailure("a round closes after its local step") }
        record.waitNanoseconds += now - since
        let roundInputs = roundInputs()
        if exchanges {
            settleAccounts(at: now)
            if let tryout = mixer.tryout(trained, with: roundInputs.heard, in: round, using: &workspace) {
                phase = .trying(roundInputs, tryout)
                effects.append(.tryOut(round, tryout.models))
                return
            }
        }
        finishRound(with: roundInputs, at: now, using: &workspace, into: &effects)
    }

    /// Mixes what the round has closed with, and goes on to the next one.
    mutating func finishRound(
        with roundInputs: RoundInputs, _ trials: Trials? = nil, at now: Instant, using workspace: inout Workspace,
        into effects: inout [NodeEffect]
    ) {
        guard let trained else { preconditionFailure("a round closes after its local step") }
        if exchanges {
            guard let mixed = mix(trained, with: roundInputs, trials, using: &workspace, into: &effects) else {
                return end(.diverged(round), saying: .failed, into: &effects)
            }
            model = mixed
            lie(with: trained, heard: roundInputs.heard, into: &effects)
        } else {
            model = trained.values
            effects.append(
                .trace(
                    TraceLine(
                        round: round, inputs: [TraceLine.Input(own: trained, configuration)], next: nextRound(),
                        result: trained.digest)))
        }
        self.trained = nil
        advance(to: nextRound())
        keep(into: &effects)
        beginRound(at: now, into: &effects)
    }
}
