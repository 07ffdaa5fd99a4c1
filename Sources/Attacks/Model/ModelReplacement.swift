// Model replacement: an update scaled up until it counts for all.
import Kernels
import Registry

/// To victim i: b + (x − b)/w, with x the own model, b that of the victim, and w the weight of all hostile nodes in its
/// mix, so that plain gossip with neighbours near b makes it x (Bagdasaryan et al., AISTATS 2020, arXiv 1807.00459).
/// With a second group of the same nodes that poisons their data, this is how a backdoor gets into a mean.
public struct ModelReplacement: ModelAttack {
    public static let name = "modelReplacement"
    public static let aliases = ["scaling", "boosting"]
    public static let summary = "Scales the way from the victim's model to its own up, until it counts for all."
    public static let parameters = [
        Parameter.number("limit", 0...1e30, default: 0, "greatest distance from the victim's model; 0: none")
    ]

    private let limit: Double

    public init(_ parameters: ParameterValues) { limit = parameters.number("limit") }

    public var needs: AttackNeeds { [.own, .heard, .victim] }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.meanOfHeard() }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        let base = view.model(of: victim) ?? plan
        let weight = view.victim(victim)?.hostileWeight ?? 1
        let way = view.own - base
        var factor = 1 / max(weight, 1e-9)
        if limit > 0 { factor *= clipFactor(norm: factor * way.norm, radius: limit) }
        return .model(base.moved(Float(factor), along: way))
    }
}
