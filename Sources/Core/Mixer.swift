// A node's mix as a function of what it has heard. The node uses it, and so does whoever recomputes a run from traces.
public import Aggregation
import Kernels
public import Learning
public import Wire

/// A model that a node has from one of its neighbours.
public struct HeardModel: Sendable, Equatable {
    public let sender: NodeID
    public let message: ModelMessage

    public init(sender: NodeID, message: ModelMessage) {
        self.sender = sender
        self.message = message
    }
}

/// Models that a rule wants to try out on the node's data before it mixes.
public struct Tryout: Sendable, Equatable {
    let rows: [Int]
    /// The own one, then those of the rows.
    public let models: [[Float]]

    /// - Parameter losses: one a model.
    func trials(_ losses: [Double]) -> Trials { Trials(rows, losses: losses) }
}

/// The rule of one node with its weights and its budget.
public struct Mixer: Sendable {
    private let configuration: NodeConfiguration
    public internal(set) var rule: any GossipRule
    /// The node's training, for rules that try models out or go by its step size.
    private let trainer: (any LocalModel)?
    /// Asked for in every round.
    private let triesOut: Bool

    public init(_ configuration: NodeConfiguration, rule: any GossipRule, trainer: (any LocalModel)? = nil) {
        self.configuration = configuration
        self.rule = rule
        self.trainer = trainer
        triesOut = trainer != nil && rule is any LossAwareRule
    }

    /// Takes over what the rule remembered at a checkpoint.
    public mutating func restore(memory: [Float]) { rule.memory = memory }

    /// What the rule wants to try out before it mixes; `nil` where it mixes at once.
    ///
    /// - Parameter heard: ascending by sender; what taps overheard is passed over.
    public func tryout(
        _ own: ModelMessage, with heard: [HeardModel], in round: Round, using workspace: inout Workspace
    ) -> Tryout? {
        guard triesOut, let rule = rule as? any LossAwareRule, allFinite(own.values.span) else { return nil }
        prepare(heard, before: [], offenders: [], in: round, &workspace)
        let rows = rule.trials(
            own: own.values.span, neighbours: workspace.batch, context: workspace.context, scratch: &workspace.scratch)
        guard !rows.isEmpty else { return nil }
        let mixed = heard.filter { configuration.mixingWeight(of: $0.sender) != nil }
        return Tryout(rows: rows, models: [own.values] + rows.map { mixed[$0].message.values })
    }

    /// The mixed model; what the rule did is left in `workspace.report`. No rule has to do with a model of one's own
    /// that is not finite, which only a liar goes on from: nothing is mixed into it.
    ///
    /// - Parameters:
    ///   - heard: ascending by sender; what taps overheard is passed over.
    ///   - before: the node's model before its local step, for a rule that needs it.
    ///   - offenders: neighbours that provably lied for this round: they leave the budget.
    ///   - trials: what came of the `tryout`; where there was none, models are tried out now.
    public mutating func mix(
        _ own: ModelMessage, with heard: [HeardModel], before: [Float] = [], offenders: [NodeID], in round: Round,
        trials: Trials? = nil, using workspace: inout Workspace
    ) -> [Float] {
        let trials = trials ?? tryOutNow(own, with: heard, in: round, using: &workspace)
        prepare(heard, before: before, offenders: offenders, in: round, &workspace)
        workspace.report.begin(rows: workspace.batch.rows)
        guard allFinite(own.values.span) else { return own.values }

        var next = [Float](repeating: 0, count: configuration.dimension)
        var span = next.mutableSpan
        if let trials, var rule = rule as? any LossAwareRule {
            rule.mix(
                own: own.values.span, neighbours: workspace.batch, context: workspace.context, trials: trials,
                into: &span, report: &workspace.report, scratch: &workspace.scratch)
            self.rule = rule
        } else {
            rule.mix(
                own: own.values.span, neighbours: workspace.batch, context: workspace.context, into: &span,
                report: &workspace.report, scratch: &workspace.scratch)
        }
        return next
    }

    private func tryOutNow(
        _ own: ModelMessage, with heard: [HeardModel], in round: Round, using workspace: inout Workspace
    ) -> Trials? {
        guard let trainer, let tryout = tryout(own, with: heard, in: round, using: &workspace) else { return nil }
        return tryout.trials(trainer.batchLosses(of: tryout.models, round: round, scratch: &workspace.training))
    }

    private func prepare(
        _ heard: [HeardModel], before: [Float], offenders: [NodeID], in round: Round, _ workspace: inout Workspace
    ) {
        workspace.gather(heard, weights: configuration)
        var budget = configuration.budget
        for offender in offenders {
            guard let weight = configuration.mixingWeight(of: offender) else { continue }
            budget.takeOff(offender, weight: weight)
        }
        workspace.context.round = round
        workspace.context.rounds = configuration.rounds
        workspace.context.node = configuration.node
        workspace.context.seed = configuration.seed
        workspace.context.degree = configuration.mixedNeighbours
        workspace.context.budget = budget
        workspace.context.isStrict = configuration.isStrict
        workspace.context.stepSize = trainer?.stepSize(in: round) ?? 0
        workspace.context.modelBefore = before
    }

    /// The model with which a restarted node enters: per coordinate the mean of what its neighbours sent, without the
    /// f least and greatest values. So it trusts no f of them, and its own old model no more than they do.
    ///
    /// - Parameter heard: ascending by sender.
    /// - Returns: `nil` where fewer than 2f + 1 were heard.
    public func entryModel(_ heard: [HeardModel], using workspace: inout Workspace) -> [Float]? {
        workspace.gather(heard, weights: configuration)
        let rows = workspace.batch.rows
        let liars = configuration.budget.count
        guard rows > 2 * liars else { return nil }
        var model = [Float](repeating: 0, count: configuration.dimension)
        var span = model.mutableSpan
        trimmedColumnSums(workspace.batch, dropping: liars, into: &span)
        scale(1 / Float(rows - 2 * liars), &span)
        return model
    }
}

extension Workspace {
    /// Takes the models that count in a mix, with their weights.
    fileprivate mutating func gather(_ heard: [HeardModel], weights configuration: NodeConfiguration) {
        batch.removeAll()
        context.senders.removeAll(keepingCapacity: true)
        context.weights.removeAll(keepingCapacity: true)
        for one in heard {
            guard let weight = configuration.mixingWeight(of: one.sender) else { continue }
            batch.append(one.message.values)
            context.senders.append(one.sender)
            context.weights.append(weight)
        }
    }
}
