// Model attack on the common model of personalised learning: an own model of the attacker's choice.
import Kernels
import Learning
import Registry

/// Follows the protocol with θ♠ in the place of what its data would make its own model, whatever the others do
/// (Farhadkhani, Guerraoui, Hoang, Villemaud, ICML 2022, arXiv 2202.08578, section 4: model attack). No message of it
/// can be told for a lie.
///
/// To lead the common model to θ† under `squaredL2`, θ♠ is θ† + G / 2λ with the others' pull G there.
public struct CommonModelPlayer: CommonReport, TargetedAttack {
    public static let name = "ownModel"
    public static let aliases = ["modelAttack", "strategicModel"]
    public static let summary =
        "Personalised learning: follows the protocol with an own model of the attacker's choice, theta."
    public static let parameters = [TargetModel.parameter]

    /// θ♠.
    public var target: TargetModel
    public var copy = CommonCopy()

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) { target = try TargetModel(parameters) }

    public func check(dimension: Int) throws(ConfigurationFault) { try target.check(dimension: dimension) }

    public func report(at common: [Double], in round: Round, under coupling: any Coupling) -> [Double] {
        coupling.gradient(common.moved(-1, along: target.model(of: common.count).map { Double($0) }))
    }
}
