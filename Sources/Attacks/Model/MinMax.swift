// Min-max: as far from the honest mean as leaves it no farther from any honest model than two of them are apart.
import Kernels
import Registry

/// μ + γ u with the greatest γ for which max_j |m − x_j|² ≤ max_jk |x_j − x_k|² (Shejwalkar, Houmansadr, NDSS 2021).
public struct MinMax: ModelAttack {
    public static let name = "minMax"
    public static let aliases = ["min-max", "AGR-agnostic-max"]
    public static let summary = "Goes as far from the mean as no honest model tells from the honest ones' spread."
    public static let parameters = SpreadAttack.parameters

    private let spread: SpreadAttack

    public init(_ parameters: ParameterValues) { spread = SpreadAttack(parameters) }

    public var needs: AttackNeeds { spread.needs }

    public func plan(seeing view: borrowing AttackView) -> [Float] {
        spread.forge(view) { fromForgery, honest in
            (fromForgery.reduce(0, max), honest.joined().reduce(0, max))
        }
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
