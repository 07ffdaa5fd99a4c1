// Misdate attack: true models under wrong round numbers.
import Kernels
import Registry

/// Sends its true model under a round drawn from the one before to two after its own, so that it seems now behind and
/// now ahead, and is in time now and then.
public struct Misdate: ModelAttack {
    public static let name = "misdate"
    public static let aliases = ["randomRounds"]
    public static let summary = "Sends its true model under the number of another round, now behind and now ahead."
    public static let forgesModels = false

    public init(_ parameters: ParameterValues) {}

    public var needs: AttackNeeds { [.own, .draws] }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.own }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .misdated(plan, by: random.below(4) - 1)
    }
}
