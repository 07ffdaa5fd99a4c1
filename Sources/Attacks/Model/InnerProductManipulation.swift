// Inner product manipulation, also "fall of empires": a step of the victim turned round.
import Kernels
import Registry

/// b − τ (mean of the honest models heard − b), so that the inner product with the true step is negative (Xie, Koyejo,
/// Gupta, UAI 2019, arXiv 1903.03936). b is the victim's own model where models travel; with b = 0 it is −τ · mean, as
/// in ByzFL (τ = 2), epfml (τ = 0.1), and RPEL, whose factor c is 1 + τ.
public struct InnerProductManipulation: ModelAttack {
    public static let name = "ipm"
    public static let aliases = ["foe", "fallOfEmpires", "innerProductManipulation", "InnerProductManipulation"]
    public static let summary = "Turns the step from the victim's model to the honest mean round."
    public static let parameters = [
        Parameter.number("tau", -1e6...1e6, default: 2, "τ: how far to the other side").known(as: "epsilon"),
        around,
    ]
    static let around = Parameter.choice(
        "around", ["victim", "zero"], default: "victim", "b: the victim's model, or zero as for gradients")

    private let factor: Float
    private let isAroundVictim: Bool

    public init(_ parameters: ParameterValues) {
        factor = Float(parameters.number("tau"))
        isAroundVictim = parameters.text("around") == "victim"
    }

    public var needs: AttackNeeds { isAroundVictim ? [.own, .heard, .victim] : .heard }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.meanOfHeard() }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        guard isAroundVictim else { return .model(plan * -factor) }
        let base = view.model(of: victim) ?? view.own
        return .model(base.moved(-factor, along: plan - base))
    }
}
