// BudgetProbe: a rule whose result is the budget that it was told.
import Aggregation
import Kernels
import Registry

/// Its output is the budget's count in every element.
struct BudgetProbe: GossipRule {
    static let name = "budgetProbe"
    static let summary = "for tests"
    static let guarantee = Guarantee.none
    static let cost = "none"
    static let source = "none"

    init() {}
    init(_ parameters: ParameterValues) {}

    func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        for index in next.indices { next[index] = Float(context.budget.count) }
    }

    /// Whether the node's third round started from a model of zeros: its local step adds one.
    static func isTracedAsZero(_ node: HandledNode) -> Bool {
        guard case .model(let message)? = node.sent.last?.message else { return false }
        return message.round == Round(2) && message.values == [1, 1]
    }
}
