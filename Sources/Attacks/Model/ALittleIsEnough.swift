// ALIE: a lie small enough to hide in the honest spread, and the same one every round.
import Kernels

/// Sends μ + z σ, the coordinate mean and standard deviation (n − 1) of the honest models heard (Baruch, Baruch,
/// Goldberg, NeurIPS 2019, arXiv 1902.06156). z = 1.5 as in ByzFL; a negative z lies to the other side.
public struct ALittleIsEnough: ModelAttack {
    public static let name = "alie"
    public static let aliases = ["aLittleIsEnough", "little"]
    public static let summary = "Sends mean + z deviations of the honest models heard."
    public static let parameters = [
        Parameter.number("z", -100...100, default: 1.5, "deviations from the mean")
    ]

    private let z: Float

    public init(_ parameters: ParameterValues) { z = Float(parameters.number("z")) }

    public func forge(for victim: NodeID, seeing view: borrowing AttackView, random: inout RandomStream) -> Forgery {
        var lie = view.meanOfHeard()
        guard view.heard.count >= 2 else { return .model(lie) }
        var squares = [Float](repeating: 0, count: lie.count)
        for one in view.heard {
            for index in lie.indices {
                let difference = one.model[index] - lie[index]
                squares[index] += difference * difference
            }
        }
        let share = 1 / Float(view.heard.count - 1)
        for index in lie.indices { lie[index] += z * (squares[index] * share).squareRoot() }
        return .model(lie)
    }
}
