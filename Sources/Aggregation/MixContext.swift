// What a rule is told of a round beside the models.
import Kernels

/// What a rule may know beside the vectors.
public struct MixContext: Sendable {
    public var round: Round
    /// How many rounds the experiment has.
    public var rounds: Int
    public var node: NodeID
    /// Of the experiment, for rules that draw.
    public var seed: UInt64
    /// Who sent each row, ascending.
    public var senders: [NodeID]
    /// w_ij of each row; those of neighbours that were not heard stay with the node itself.
    public var weights: [Double]
    /// Neighbours whose models are mixed where they are heard.
    public var degree: Int
    public var budget: Budget
    /// Where too few neighbours are heard for the budget, the node rather keeps its own model than withstands less.
    public var isStrict: Bool
    /// Whether the own vector is among those that count; otherwise it is nothing but a place to start from.
    public var countsOwn = true
    /// The row of the own model among those of the neighbours, for a rule that takes it there.
    public var ownRow: Int?
    /// Whether models are mixed, and not gradients or the like, which have an origin of their own.
    public var mixesModels = true
    /// η of this round; 0 where nothing is trained.
    public var stepSize: Double
    /// The node's model before the local step, for rules that need it; empty otherwise.
    public var modelBefore: [Float]

    public init(
        round: Round, rounds: Int, node: NodeID, seed: UInt64 = 0, senders: [NodeID], weights: [Double],
        degree: Int? = nil, budget: Budget, isStrict: Bool = false, stepSize: Double = 0, modelBefore: [Float] = []
    ) {
        self.round = round
        self.rounds = rounds
        self.node = node
        self.seed = seed
        self.senders = senders
        self.weights = weights
        self.degree = degree ?? senders.count
        self.budget = budget
        self.isStrict = isStrict
        self.stepSize = stepSize
        self.modelBefore = modelBefore
    }

    /// w_ii: what the neighbours that were heard leave to the node itself.
    var ownWeight: Double { 1 - weights.reduce(0, +) }

    /// The number of hostile nodes to withstand where no more than `limit` can be: less than declared, and noted as
    /// such, or `nil` for a strict node, which then keeps its own model.
    func hostileCount(atMost limit: Int, _ report: inout MixReport) -> Int? {
        guard budget.count > limit else { return budget.count }
        report.isDegraded = true
        return isStrict ? nil : max(0, limit)
    }
}
