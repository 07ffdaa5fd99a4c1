// Dissensus: sends each neighbour the forgery that undoes its gossip step, another one to each.
import Kernels
import Registry

/// To victim i: x_i − ε Σ_j w_ij (x_j − x_i) / Σ_s w_is, over its honest neighbours j and the hostile nodes s beside it
/// (He, Karimireddy, Jaggi 2022, arXiv 2202.01545). ε = 1 cancels plain gossip exactly, more drives the victim away.
///
/// The exact form needs every x_j, which eavesdropping links bring to a hostile node; where one is missing, the mean of
/// the honest models heard stands for all of them.
public struct Dissensus: ModelAttack {
    public static let name = "dissensus"
    public static let aliases = ["isolation"]
    public static let summary = "Tells each neighbour what undoes its gossip step, a different forgery to each."
    public static let parameters = [
        Parameter.number("epsilon", 0...1e3, default: 1.5, "ε: 1 cancels plain gossip, more reverses it")
    ]

    private let epsilon: Double

    public init(_ parameters: ParameterValues) { epsilon = parameters.number("epsilon") }

    public var needs: AttackNeeds { [.own, .heard, .victim] }

    /// What stands for the victim's neighbours that were not heard.
    public func plan(seeing view: borrowing AttackView) -> [Float] { view.meanOfHeard() }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        guard let facts = view.victim(victim), facts.hostileWeight > 0, let target = view.model(of: victim) else {
            return .model(view.own)
        }
        var forgery = target
        var span = forgery.mutableSpan
        let scale = -epsilon / facts.hostileWeight
        let overheard = facts.honestSenders.compactMap { sender in
            view.model(of: sender.node).map { (model: $0, weight: sender.weight) }
        }
        if overheard.count == facts.honestSenders.count {
            for (model, weight) in overheard {
                addScaledDifference(Float(scale * weight), model.span, minus: target.span, into: &span)
            }
        } else {
            let weight = facts.honestSenders.reduce(0) { $0 + $1.weight }
            addScaledDifference(Float(scale * weight), plan.span, minus: target.span, into: &span)
        }
        return .model(forgery)
    }
}
