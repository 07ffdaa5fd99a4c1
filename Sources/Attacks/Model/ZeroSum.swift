// Zero sum: what a victim hears adds up to nothing.
import Kernels
import Registry

/// To victim i: m with Σ_j w_ij x_j + m Σ_s w_is = 0, over its honest neighbours j and the hostile nodes s beside it;
/// with equal weights the plain sum is zero. The mean of the models heard stands for those that were not.
public struct ZeroSum: ModelAttack {
    public static let name = "zeroSum"
    public static let aliases = ["zero-sum"]
    public static let summary = "Tells each neighbour what makes the weighted sum of all that it hears zero."

    public init(_ parameters: ParameterValues) {}

    public var needs: AttackNeeds { [.own, .heard, .victim] }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.meanOfHeard() }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        guard let facts = view.victim(victim), facts.hostileWeight > 0 else { return .model(plan * -1) }
        var forgery = [Float](repeating: 0, count: plan.count)
        for sender in facts.honestSenders {
            forgery.add(Float(-sender.weight / facts.hostileWeight), view.model(of: sender.node) ?? plan)
        }
        return .model(forgery)
    }
}
