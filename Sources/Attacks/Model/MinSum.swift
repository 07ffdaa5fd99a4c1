// Min-sum: as far from the honest mean as keeps the sum of squared distances within that of an honest model.
import Kernels
import Registry

/// μ + γ u with the greatest γ for which Σ_j |m − x_j|² is no more than that of an honest model (Shejwalkar,
/// Houmansadr, NDSS 2021): of the one with the least sum, as in their code, or of the one with the greatest.
public struct MinSum: ModelAttack {
    public static let name = "minSum"
    public static let aliases = ["min-sum", "AGR-agnostic-sum"]
    public static let summary = "Goes as far from the mean as keeps its distances from all within an honest one's."
    public static let parameters =
        SpreadAttack.parameters + [
            Parameter.choice("bound", ["least", "greatest"], default: "least", "whose sum it stays within")
        ]

    private let spread: SpreadAttack
    private let isWithinLeast: Bool

    public init(_ parameters: ParameterValues) {
        spread = SpreadAttack(parameters)
        isWithinLeast = parameters.text("bound") == "least"
    }

    public var needs: AttackNeeds { spread.needs }

    public func plan(seeing view: borrowing AttackView) -> [Float] {
        spread.forge(view) { fromForgery, honest in
            let sums = honest.map { $0.reduce(0, +) }
            return (fromForgery.reduce(0, +), (isWithinLeast ? sums.min() : sums.max()) ?? 0)
        }
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
