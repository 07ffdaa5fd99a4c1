// A node's mix as a function of what it has heard. The node uses it, and so does whoever recomputes a run from traces.
public import Aggregation
public import Kernels
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

/// The rule of one node with its weights and its budget.
public struct Mixer: Sendable {
    private let configuration: NodeConfiguration
    public internal(set) var rule: any GossipRule

    public init(_ configuration: NodeConfiguration, rule: any GossipRule) {
        self.configuration = configuration
        self.rule = rule
    }

    /// Takes over what the rule remembered at a checkpoint.
    public mutating func restore(memory: [Float]) { rule.memory = memory }

    /// The mixed model.
    ///
    /// - Parameters:
    ///   - heard: ascending by sender; what taps overheard is passed over.
    ///   - offenders: neighbours that provably lied for this round: they leave the budget.
    public mutating func mix(
        _ own: ModelMessage, with heard: [HeardModel], offenders: [NodeID], in round: Round,
        using workspace: inout Workspace
    ) -> (model: [Float], report: MixReport) {
        workspace.gather(heard, weights: configuration)
        var budget = configuration.budget
        for weight in offenders.compactMap(configuration.mixingWeight(of:)) {
            budget.count = max(0, budget.count - 1)
            budget.weight = max(0, budget.weight - weight)
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
        return (next, report)
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
