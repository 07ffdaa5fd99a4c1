// The subtlest attack on patience: what it sends is honest, and as late as it dares.
import Kernels

/// Sends its true model just before the neighbours' deadline, round after round, until they stop waiting for it.
public struct Procrastinate: ModelAttack {
    public static let name = "procrastinate"
    public static let aliases = ["late", "delay"]
    public static let summary = "Sends its true model just before the deadline, and so spends its neighbours' patience."
    public static let forgesModels = false
    public static let parameters = [
        Parameter.number("share", 0.01...0.99, default: 0.95, "of the deadline after which it sends")
    ]

    public let holdBack: Double

    public init(_ parameters: ParameterValues) { holdBack = parameters.number("share") }

    public var needs: AttackNeeds { .own }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.own }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
