// Model attack on the common model of personalised learning: an own model of the attacker's choice.
import Kernels
import Learning
import Registry

/// Follows the protocol with θ♠ in the place of what its data would make its own model, whatever the others do
/// (Farhadkhani, Guerraoui, Hoang, Villemaud, ICML 2022, arXiv 2202.08578, section 4: model attack). No message of it
/// can be told for a lie.
///
/// To lead the common model to θ† under `squaredL2`, θ♠ is θ† + G / 2λ with the others' pull G there.
public struct CommonModelPlayer: ModelAttack, TargetedAttack {
    public static let name = "ownModel"
    public static let aliases = ["modelAttack", "strategicModel"]
    public static let summary =
        "Personalised learning: follows the protocol with an own model of the attacker's choice, theta."
    public static let parameters = [TargetModel.parameter]
    public static let needsCommonModel = true

    /// θ♠.
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
        let model = target.model(of: view.own.count).map { Double($0) }
        let message = copy.message(
            pullingBy: withinBound(training.coupling.gradient(common.moved(-1, along: model)), of: training.coupling),
            at: common, seeing: view, training.stepSize)
        memory = copy.floats
        return message
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery { .model(plan) }
}
