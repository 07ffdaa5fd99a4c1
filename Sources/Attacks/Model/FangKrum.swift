// Fang's attack on Krum: the farthest step against the true one that Krum still selects.
import Kernels
import Registry

/// b − λ s, with b the own model before the local steps and s the signs of the honest step: the greatest λ with which
/// the victim's Krum selects it, halved from the published bound until it does or is below 10⁻⁵ (Fang, Cao, Jia, Gong,
/// USENIX Security 2020, arXiv 1911.11815). `full` tries the victim's own rule; `partial` a Krum of what was heard, in
/// which as many copies as hostile nodes take part.
public struct FangKrum: ModelAttack {
    public static let name = "fangKrum"
    public static let aliases = ["krumAttack", "directedDeviationLambda"]
    public static let summary = "The farthest step against the true one that the victim's Krum still selects."
    public static let parameters = [
        Parameter.choice("rule", ["full", "partial"], default: "full", "the victim's own, or Krum of what was heard")
    ]

    public struct Plan: Sendable {
        let signs: [Float]
        /// |x_i − x_j|² of the models heard.
        let squares: [[Double]]
    }

    private let isFull: Bool

    public init(_ parameters: ParameterValues) { isFull = parameters.text("rule") == "full" }

    public var needs: AttackNeeds { AttackNeeds([.heard, .before]).union(isFull ? [.victim, .oracle] : []) }

    public func plan(seeing view: borrowing AttackView) -> Plan {
        let models = view.heard.map(\.model)
        return Plan(
            signs: (view.meanOfHeard() - view.before).map { $0 < 0 ? -1 : 1 },
            squares: models.map { one in models.map { squaredDistance(one.span, $0.span) } })
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        // Without a victim of its own, one stands for all.
        let hostile = (isFull ? view.victim(victim) : view.victims.first)?.hostileSenders ?? 1
        let neighbours = max(1, view.heard.count - 2)
        var factor = Self.bound(plan, view, neighbours: neighbours, hostile: hostile)
        while factor >= 1e-5 {
            let forgery = view.before.moved(Float(-factor), along: plan.signs)
            let isSelected =
                isFull && view.oracle != nil
                ? Self.isOutcome(forgery, of: victim, view)
                : Self.isBest(forgery, among: plan, view, neighbours: neighbours, hostile: hostile)
            if isSelected { break }
            factor /= 2
        }
        return .model(view.before.moved(Float(-factor), along: plan.signs))
    }

    /// √(min_i Σ of the nearest |x_i − x_j|² / (max(1, n − 2f − 1) d)) + max_i |x_i − b|/√d: beyond it no copy has the
    /// least score, since n − 2f − 1 of its nearest are honest, each at least λ√d − max_i |x_i − b| away.
    private static func bound(_ plan: Plan, _ view: borrowing AttackView, neighbours: Int, hostile: Int) -> Double {
        let dimension = Double(max(1, view.own.count))
        let least = plan.squares.map { $0.sorted().prefix(neighbours + 1).reduce(0, +) }.min() ?? 0
        let count = Double(max(1, view.heard.count - hostile - 1))
        let farthest = view.heard.reduce(0) { max($0, squaredDistance($1.model.span, view.before.span)) }
        return (least / (count * dimension)).squareRoot() + (farthest / dimension).squareRoot()
    }

    private static func isOutcome(_ forgery: [Float], of victim: NodeID, _ view: borrowing AttackView) -> Bool {
        guard let trial = view.oracle?.trial(of: victim, sent: forgery) else { return true }
        return squaredDistance(trial.model.span, forgery.span) <= 1e-12 * (1e-30 + squaredNorm(forgery.span))
    }

    /// Whether a copy of the forgery has the least Krum score, the sum of squared distances to the nearest others.
    private static func isBest(
        _ forgery: [Float], among plan: Plan, _ view: borrowing AttackView, neighbours: Int, hostile: Int
    ) -> Bool {
        let away = view.heard.map { squaredDistance($0.model.span, forgery.span) }
        let copies = [Double](repeating: 0, count: max(0, hostile - 1))
        let own = (copies + away.sorted()).prefix(neighbours).reduce(0, +)
        return plan.squares.indices.allSatisfy { row in
            let others = plan.squares[row].indices.filter { $0 != row }.map { plan.squares[row][$0] }
            let all = others + [Double](repeating: away[row], count: hostile)
            return own <= all.sorted().prefix(neighbours).reduce(0, +)
        }
    }
}
