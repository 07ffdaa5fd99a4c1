// Silence attack: it sends nothing. It tests who is waited for, not the rule.
import Kernels
import Registry

/// Sends nothing. Neighbours wait for it until their patience is used up, then go on without it.
public struct Silence: ModelAttack {
    public static let name = "silence"
    public static let aliases = ["crash", "silent"]
    public static let summary = "Sends nothing, and so uses up its neighbours' waiting budget."
    public static let forgesModels = false

    public init(_ parameters: ParameterValues) {}

    public var needs: AttackNeeds { [] }

    public func plan(seeing view: borrowing AttackView) {}

    public func forge(
        for victim: NodeID, by plan: Void, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .silence
    }
}
