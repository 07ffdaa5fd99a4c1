// A rule that mixes nothing and tells what it was told.
import Aggregation
import Kernels

/// Its output is the budget's count in every element.
struct BudgetProbe: GossipRule {
    static let name = "budgetProbe"
    static let summary = "for tests"
    static let guarantee = Guarantee.none

    init() {}
    init(_ parameters: ParameterValues) {}

    func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, scratch: inout Scratch
    ) -> MixReport {
        for index in next.indices { next[index] = Float(context.budget.count) }
        return MixReport(kept: 0)
    }

    /// Whether the node's third round started from a model of zeros: its local step adds one.
    static func isTracedAsZero(_ node: HandledNode) -> Bool {
        guard case .model(let message)? = node.sent.last?.message else { return false }
        return message.round == Round(2) && message.values == [1, 1]
    }
}
