// One round as a function, without sockets, clocks or waiting: the node calls it when it has heard enough, and whoever
// recomputes a run calls it with what traces say was heard.
//
//   state ─begin─▶ local steps ─halfStep─▶ message out … heard in ─callAsFunction─▶ next state
public import Aggregation
import Attacks
public import Kernels
public import Learning
public import Wire

/// Models that a rule wants to try out on the node's data before it mixes.
public struct LossProbe: Sendable, Equatable {
    let rows: [Int]
    /// The own one, then those of the rows.
    public let models: [[Float]]

    /// - Parameter losses: one a model.
    func probes(_ losses: [Double]) -> ProbedLosses { ProbedLosses(rows, losses: losses) }
}

/// The rounds of one node: its exchange, its rule with its weights and its budget, and its forging if it is hostile.
///
/// What is remembered from round to round is in the `NodeState`; while a round is on, the rule and the attack hold
/// their memories themselves.
public struct RoundFunction: Sendable {
    let configuration: NodeConfiguration
    public let exchange: any Exchange
    /// The rule, with what it remembers of each channel.
    private(set) var rules: [any GossipRule]
    public internal(set) var behaviour: Behaviour
    /// What its attack draws by.
    var attackSeed: UInt64
    /// The node's training, for step sizes and for rules that try models out.
    private let trainer: (any LocalModel)?
    /// Asked for in every round.
    private let triesOut: Bool
    private let keepsStart: Bool
    private let takesOwnRow: Bool
    private let needsModelBefore: Bool
    /// Whether the exchange does.
    public let sendsModels: Bool

    public init(
        _ configuration: NodeConfiguration, exchange: any Exchange = ModelExchange(), rule: any GossipRule,
        behaviour: Behaviour = .honest, trainer: (any LocalModel)? = nil
    ) {
        self.configuration = configuration
        self.exchange = exchange
        let width = ChannelLayout(type(of: exchange).channels(configuration.dimension)).elementCount
        precondition(width == configuration.channels.elementCount, "the configuration is of this exchange")
        rules = configuration.channels.channels.map { _ in rule }
        self.behaviour = behaviour
        attackSeed = configuration.seed
        self.trainer = trainer
        triesOut = trainer != nil && rules.count == 1 && rule is any LossAwareRule
        sendsModels = exchange.sendsModels
        takesOwnRow = rule.takesOwnRow
        needsModelBefore = rule.needs.contains(.modelBefore)
        keepsStart =
            !sendsModels || needsModelBefore || configuration.output == .leastNorm
            || behaviour.needsStart || exchange.plausibility?.bound != nil
    }

    // MARK: - From a state to a message

    /// The state before the first round.
    public func firstState(_ parameters: [Float]) -> NodeState {
        let shared = configuration.shared
        var rest = [Float](repeating: 0, count: shared.elementCount - parameters.count)
        if configuration.carriesMass { rest[rest.count - 1] = 1 }
        return NodeState(shared.count == 1 ? parameters : parameters + rest, shared)
    }

    /// The parameters that the round must remember beside what it trains on: none where what is sent is all there is.
    public func start(of state: NodeState) -> [Float] { keepsStart ? state.shared : [] }

    /// The round after its local steps.
    ///
    /// - Parameters:
    ///   - start: as `start(of:)` told.
    ///   - sent: what training came to.
    public func halfStep(
        _ sent: consuming [Float], from start: [Float], kept: LocalState, in step: Round
    ) -> HalfStep {
        HalfStep(start: start, own: ModelMessage(round: step, values: sharingMass(sent, in: step)), kept: kept)
    }

    /// A gossip step that follows another one of the same round, without local steps.
    public func halfStep(continuing state: consuming NodeState, in step: Round) -> HalfStep {
        let own = ModelMessage(round: step, values: sharingMass(state.underWay ?? state.shared, in: step))
        return HalfStep(start: start(of: state), own: own, kept: state.kept)
    }

    /// Whether the node forges what it sends in this step.
    public func forges(in step: Round) -> Bool {
        guard case .hostile(let adversary) = behaviour else { return false }
        return adversary.attacks(in: step, node: configuration.node, seed: attackSeed)
    }

    /// What a hostile node sends to each of these in place of its own message; `nil` is silence.
    ///
    /// - Parameter heard: ascending by sender.
    public mutating func forge(for receivers: [NodeID], in halfStep: HalfStep, heard: [ReceivedModel]) -> [Message?] {
        guard case .hostile(var adversary) = behaviour else { return receivers.map { _ in nil } }
        let round = configuration.cadence.round(of: halfStep.own.round)
        let training = exchange.commonModelTraining(stepSize: trainer?.stepSize(in: round) ?? 0)
        let forgeries = adversary.forge(
            for: receivers, with: halfStep.own, from: sendsModels ? halfStep.start : [], heard: heard,
            node: configuration.node, seed: attackSeed, training: training)
        behaviour = .hostile(adversary)
        return forgeries
    }

    // MARK: - From messages to the next state

    /// Who sent what no node that does what it is to can have come to. They are never most of those heard: who finds so
    /// many is the one that has gone astray.
    public func judgement(of heard: [ReceivedModel], in halfStep: HalfStep) -> Judgement {
        let step = halfStep.own.round
        guard let bound = exchange.plausibility?.bound, configuration.trains(in: step) else { return Judgement() }
        let stepSize = trainer?.stepSize(in: configuration.cadence.round(of: step)) ?? 0
        let suspects = heard.filter {
            !exchange.isPlausible($0.message.values, from: halfStep.start, stepSize: stepSize)
        }.map(\.sender)
        return 2 * suspects.count <= heard.count
            ? Judgement(implausible: suspects) : Judgement(isAstray: bound == 0)
    }

    /// What the rule wants to try out before it mixes; `nil` where it mixes at once.
    public func lossProbe(
        _ own: ModelMessage, with heard: [ReceivedModel], among neighbourhood: RoundNeighbourhood,
        using workspace: inout Workspace
    ) -> LossProbe? {
        guard triesOut, let rule = rules[0] as? any LossAwareRule, own.isFinite else { return nil }
        prepare(0, heard, before: [], offenders: [], in: own.round, neighbourhood, &workspace)
        let rows = rule.probes(
            own: own.values.span, neighbours: workspace.batch, context: workspace.context, scratch: &workspace.scratch)
        guard !rows.isEmpty else { return nil }
        let mixed = heard.filter { configuration.slot(of: $0.sender).flatMap(neighbourhood.links.mixingWeight) != nil }
        return LossProbe(rows: rows, models: [own.values] + rows.map { mixed[$0].message.values })
    }

    /// Closes a round: mixes what was heard, and makes the next state of it. What the rule did is left in
    /// `workspace.report`, and the models that counted in `workspace.mixedSenders`.
    ///
    /// - Parameter probes: what came of the `lossProbe`; where there was none, models are tried out now.
    public mutating func callAsFunction(
        _ halfStep: consuming HalfStep, with inputs: RoundInputs, among neighbourhood: RoundNeighbourhood,
        probes: ProbedLosses? = nil, using workspace: inout Workspace
    ) -> NodeState {
        workspace.sample = nil
        let step = halfStep.own.round
        guard !configuration.rests(in: step) else {
            return NodeState(
                halfStep.own.values, configuration.shared, kept: halfStep.kept, ruleMemory: ruleMemory,
                attackMemory: behaviour.memory)
        }
        let isAstray = inputs.isAstray ?? judgement(of: inputs.heard, in: halfStep).isAstray
        let mixed =
            configuration.cadence.exchanges(in: step)
            ? mix(
                halfStep.own, with: inputs.heard, before: halfStep.start, offenders: inputs.offenders,
                among: isAstray ? neighbourhood.withoutOwn : neighbourhood,
                probes: probes, using: &workspace)
            : halfStep.own.values
        if configuration.handsOutMix(of: step), neighbourhood.countsOwn {
            workspace.sample = sample(halfStep.own, mixed, in: workspace)
        }
        var state = NodeState(
            [], configuration.shared, kept: halfStep.kept, ruleMemory: ruleMemory, attackMemory: behaviour.memory)
        if sendsModels {
            state.shared = mixed
        } else if configuration.cadence.trains(in: step.next) {
            let round = configuration.cadence.round(of: step)
            state.shared = exchange.next(mixed, from: halfStep.start, state: &state.kept, by: trainer, in: round)
        } else {
            state.shared = halfStep.start
            state.underWay = mixed
        }
        if configuration.output == .leastNorm, state.underWay == nil, configuration.cadence.exchanges(in: step) {
            let stepSize = trainer?.stepSize(in: configuration.cadence.round(of: step)) ?? 0
            state.kept.track(from: halfStep.start, to: state.parameters, stepSize: stepSize)
        }
        return state
    }

    /// The model that a node in this state comes out with, if it does so now.
    public func output(of state: NodeState) -> [Float] {
        switch configuration.output {
        case .last: state.parameters
        case .leastNorm: state.kept.leastNormModel ?? state.parameters
        }
    }

    /// The model of its own that a node in this state has beside what it shares; `nil` where nodes have none.
    public func ownModel(of state: NodeState) -> [Float]? {
        guard type(of: exchange).keepsOwnModel else { return nil }
        return exchange.ownModel(in: state.kept) ?? state.parameters
    }

    /// The first channel of what was just mixed.
    private func sample(_ own: ModelMessage, _ mixed: [Float], in workspace: Workspace) -> MixSample {
        let (context, range) = (workspace.context, configuration.channels.ranges[0])
        return MixSample(
            step: own.round,
            inputs: zip(context.senders, context.weights).map { MixSample.Input(sender: $0, weight: $1) },
            budget: context.budget.weight, own: Array(own.values[range]), mixed: Array(mixed[range]))
    }

    /// The rule's output, which it makes of each channel by itself: whom it trusts in one, it need not in another. No
    /// rule has to do with a vector of one's own that is not finite, which only a hostile node goes on from: nothing is
    /// mixed into it.
    ///
    /// - Parameters:
    ///   - heard: ascending by sender; what was only overheard is passed over.
    ///   - before: the state before the local steps, for a rule that needs it.
    ///   - offenders: neighbours that provably forged for this round: they leave the budget.
    mutating func mix(
        _ own: ModelMessage, with heard: [ReceivedModel], before: [Float] = [], offenders: [NodeID],
        among neighbourhood: RoundNeighbourhood, probes: ProbedLosses? = nil, using workspace: inout Workspace
    ) -> [Float] {
        let probes = probes ?? probeLossesNow(own, with: heard, among: neighbourhood, using: &workspace)
        let isFinite = own.isFinite
        var next: [Float] = []
        var mass: Float = 0
        for (channel, range) in configuration.channels.ranges.enumerated() {
            guard range.lowerBound != massPlace else {
                workspace.report.ownWeight = nil
                return next + [mass]
            }
            let takesOwn = takesOwnRow && neighbourhood.countsOwn
            prepare(
                channel, heard, own: takesOwn ? own.values : nil, before: before, offenders: offenders, in: own.round,
                neighbourhood, &workspace)
            if let massPlace { mass = workspace.weighByMass(own: own.values[massPlace]) }
            let earlier = channel > 0 ? workspace.report : nil
            workspace.report.begin(rows: workspace.context.senders.count)
            guard isFinite else { return own.values }
            let mixed = mix(channel, own.values.span.extracting(range), probes, &workspace)
            next = channel == 0 ? mixed : next + mixed
            if let earlier { workspace.report.join(earlier) }
        }
        return next
    }

    private mutating func mix(
        _ channel: Int, _ own: Span<Float>, _ probes: ProbedLosses?, _ workspace: inout Workspace
    ) -> [Float] {
        var next = [Float](repeating: 0, count: own.count)
        var span = next.mutableSpan
        if let probes, var rule = rules[channel] as? any LossAwareRule {
            rule.mix(
                own: own, neighbours: workspace.batch, context: workspace.context, probes: probes, into: &span,
                report: &workspace.report, scratch: &workspace.scratch)
            rules[channel] = rule
        } else {
            rules[channel].mix(
                own: own, neighbours: workspace.batch, context: workspace.context, into: &span,
                report: &workspace.report, scratch: &workspace.scratch)
        }
        return next
    }

    private func probeLossesNow(
        _ own: ModelMessage, with heard: [ReceivedModel], among neighbourhood: RoundNeighbourhood,
        using workspace: inout Workspace
    ) -> ProbedLosses? {
        guard let trainer, let lossProbe = lossProbe(own, with: heard, among: neighbourhood, using: &workspace) else {
            return nil
        }
        let round = configuration.cadence.round(of: own.round)
        return lossProbe.probes(trainer.batchLosses(of: lossProbe.models, round: round, scratch: &workspace.training))
    }

    private func prepare(
        _ channel: Int, _ heard: [ReceivedModel], own: [Float]? = nil, before: [Float], offenders: [NodeID],
        in step: Round, _ neighbourhood: RoundNeighbourhood, _ workspace: inout Workspace
    ) {
        let range = configuration.channels.ranges[channel]
        workspace.gather(heard, range, own: own, self, neighbourhood)
        var budget = neighbourhood.budget
        for offender in offenders {
            guard let weight = configuration.slot(of: offender).flatMap(neighbourhood.links.mixingWeight) else {
                continue
            }
            budget.takeOff(offender, weight: weight)
        }
        workspace.context.round = step
        workspace.context.rounds = configuration.steps
        workspace.context.node = configuration.node
        workspace.context.seed = configuration.seed
        workspace.context.degree = neighbourhood.links.mixedCount
        workspace.context.budget = budget
        workspace.context.isStrict = configuration.isStrict
        workspace.context.countsOwn = neighbourhood.countsOwn
        // Only the first channel can be of models.
        let mixesModels = sendsModels && channel == 0
        workspace.context.mixesModels = mixesModels
        workspace.context.stepSize = trainer?.stepSize(in: configuration.cadence.round(of: step)) ?? 0
        guard needsModelBefore else {
            workspace.context.modelBefore = before
            return
        }
        // What is no model is a way from where the round began.
        workspace.context.modelBefore =
            !mixesModels
            ? [Float](repeating: 0, count: range.count)
            : rules.count == 1 || before.isEmpty ? before : Array(before[range])
    }

    // MARK: - Coming back

    /// What the attack remembers; the rule's memory is in every state already.
    public var attackMemory: [Float] { behaviour.memory }

    private var ruleMemory: [NamedVector] {
        zip(configuration.channels.channels, rules).compactMap { channel, rule in
            rule.memory.isEmpty ? nil : NamedVector(channel.name, rule.memory)
        }
    }

    /// What is left in a round of the state that it began with: enough to go on in that round.
    func state(in halfStep: HalfStep) -> NodeState {
        NodeState(
            halfStep.start.isEmpty ? halfStep.own.values : halfStep.start, configuration.shared, kept: halfStep.kept,
            ruleMemory: ruleMemory, attackMemory: attackMemory)
    }

    /// The round where it was left.
    func halfStep(goingOnFrom state: NodeState, own: ModelMessage) -> HalfStep {
        HalfStep(start: start(of: state), own: own, kept: state.kept)
    }

    /// Takes over what rule and attack remembered.
    public mutating func restore(_ state: NodeState) {
        for (place, channel) in configuration.channels.channels.enumerated() {
            rules[place].memory = state.ruleMemory.first { $0.name == channel.name }?.values ?? []
        }
        behaviour.memory = state.attackMemory
    }

    /// The parameters, and what else travels with them, with which a restarted node enters: per coordinate the mean of
    /// what its neighbours sent, without the f least and greatest values. So it trusts no f of them, and its own old
    /// parameters no more than they do.
    ///
    /// - Parameters:
    ///   - heard: ascending by sender.
    ///   - state: what the node has from before: its mass, if any, is its own affair.
    /// - Returns: `nil` where fewer than 2f + 1 were heard.
    public func entryParameters(
        _ heard: [ReceivedModel], instead state: NodeState, using workspace: inout Workspace
    ) -> [Float]? {
        workspace.gather(
            heard, 0..<configuration.shared.elementCount, self, configuration.wholeNeighbourhood)
        let rows = workspace.batch.rows
        let hostile = configuration.budget.count
        guard rows > 2 * hostile else { return nil }
        var entered = [Float](repeating: 0, count: configuration.shared.elementCount)
        var span = entered.mutableSpan
        trimmedColumnMeans(workspace.batch, dropping: hostile, into: &span)
        if let massPlace { entered[massPlace] = state.shared[massPlace] }
        return entered
    }
}

extension Workspace {
    /// Takes one channel of the messages that count in a mix, with their weights: the one copy of each between its
    /// message and the rule.
    ///
    /// - Parameter own: is put in its place among them, for a rule that judges all alike.
    fileprivate mutating func gather(
        _ heard: [ReceivedModel], _ range: Range<Int>, own: [Float]? = nil, _ function: RoundFunction,
        _ neighbourhood: RoundNeighbourhood
    ) {
        batch.begin(columns: range.count)
        context.senders.removeAll(keepingCapacity: true)
        context.weights.removeAll(keepingCapacity: true)
        context.ownRow = nil
        for one in heard {
            guard let slot = function.configuration.slot(of: one.sender),
                let weight = neighbourhood.links.mixingWeight(at: slot)
            else { continue }
            let share = function.massPlace == nil ? weight : function.massShare(of: one.message.values)
            guard let share else { continue }
            if let own, context.ownRow == nil, one.sender > function.configuration.node { appendOwn(own, range) }
            batch.append(one.message.values.span.extracting(range))
            context.senders.append(one.sender)
            context.weights.append(share)
        }
        if let own, context.ownRow == nil { appendOwn(own, range) }
    }

    private mutating func appendOwn(_ own: [Float], _ range: Range<Int>) {
        context.ownRow = batch.rows
        batch.append(own.span.extracting(range))
    }
}
