// A gradient that never changes, reported of the common model of personalised learning.
import Kernels
import Learning
import Registry

/// Pulls the common model by one and the same vector in every round, or by the nearest that the coupling has: a
/// gradient attack that converges from the start, and so comes to a model attack (arXiv 2202.08578, theorem 1).
public struct ConstantReport: ModelAttack, TargetedAttack {
    public static let name = "constantPull"
    public static let summary = "Personalised learning: pulls the common model by the same vector in every round."
    public static let parameters = [TargetModel.parameter]
    public static let needsCommonModel = true

    /// The vector.
    public var target: TargetModel
    /// The copy of the common model.
    public var memory: [Float] = []

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) { target = try TargetModel(parameters) }

    public func check(dimension: Int) throws(ConfigurationFault) { try target.check(dimension: dimension) }

    public var needs: AttackNeeds { [.before, .past] }

    public mutating func plan(seeing view: borrowing AttackView) -> [Float] {
        guard let training = view.training else { return view.own }
        var copy = CommonCopy(memory[...])
        let common = copy.common(seeing: view)
        let pull = target.model(of: view.own.count).map { Double($0) }
        let message = copy.message(
            pullingBy: withinBound(pull, of: training.coupling), at: common, seeing: view, training.stepSize)
        memory = copy.floats
        return message
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery { .model(plan) }
}
