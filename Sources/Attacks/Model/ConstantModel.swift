// Constant model: the same vector in every round, zeros unless another one is wanted.
import Kernels
import Registry

/// Sends one and the same vector in every round: zeros, or the model that the attacker wants all others to have.
public struct ConstantModel: ModelAttack, TargetedAttack {
    public static let name = "constant"
    public static let aliases = ["zero", "staticModel"]
    public static let summary = "Sends one and the same model in every round, zeros unless told otherwise."
    public static let parameters = [TargetModel.parameter]

    public var target: TargetModel

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) { target = try TargetModel(parameters) }

    public func check(dimension: Int) throws(ConfigurationFault) { try target.check(dimension: dimension) }

    public var needs: AttackNeeds { [] }

    public func plan(seeing view: borrowing AttackView) -> [Float] { target.model(of: view.own.count) }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
