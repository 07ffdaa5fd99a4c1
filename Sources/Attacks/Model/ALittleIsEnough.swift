// ALIE, "a little is enough": mean plus z standard deviations of the honest models, small enough to hide among them, in
// the same direction every round.
import Kernels
import Registry

/// Sends μ + z σ, the coordinate mean and standard deviation (n − 1) of the honest models heard (Baruch, Baruch,
/// Goldberg, NeurIPS 2019, arXiv 1902.06156). z = 1.5 as in ByzFL; a negative z moves to the other side.
public struct ALittleIsEnough: ModelAttack {
    public static let name = "alie"
    public static let aliases = ["aLittleIsEnough", "little"]
    public static let summary = "Sends mean + z deviations of the honest models heard."
    public static let parameters = [
        Parameter.number("z", -100...100, default: 1.5, "deviations from the mean")
    ]

    private let z: Float

    public init(_ parameters: ParameterValues) { z = Float(parameters.number("z")) }

    public var needs: AttackNeeds { .heard }

    public func plan(seeing view: borrowing AttackView) -> [Float] {
        var forgery = view.meanOfHeard()
        guard let deviation = view.deviationOfHeard(from: forgery) else { return forgery }
        for index in forgery.indices { forgery[index] += z * deviation[index] }
        return forgery
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
