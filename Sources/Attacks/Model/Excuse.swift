// Excuse attack: `waiting` messages instead of models, to be waited for longer.
import Kernels
import Registry

/// Says in every round that it is held up, and sends nothing else.
public struct Excuse: ModelAttack {
    public static let name = "excuse"
    public static let aliases = ["waitingOnly"]
    public static let summary = "Says in every round that it is held up, and sends nothing else."
    public static let forgesModels = false

    public init(_ parameters: ParameterValues) {}

    public var needs: AttackNeeds { [] }

    public func plan(seeing view: borrowing AttackView) {}

    public func forge(
        for victim: NodeID, by plan: Void, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .excuse
    }
}
