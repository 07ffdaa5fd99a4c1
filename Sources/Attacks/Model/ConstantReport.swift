// A gradient that never changes, reported of the common model of personalised learning.
import Kernels
import Learning
import Registry

/// Pulls the common model by one and the same vector in every round, or by the nearest that the coupling has: a
/// gradient attack that converges from the start, and so comes to a model attack (arXiv 2202.08578, theorem 1).
public struct ConstantReport: CommonReport, TargetedAttack {
    public static let name = "constantPull"
    public static let summary = "Personalised learning: pulls the common model by the same vector in every round."
    public static let parameters = [TargetModel.parameter]

    /// The vector.
    public var target: TargetModel
    public var copy = CommonCopy()

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) { target = try TargetModel(parameters) }

    public func check(dimension: Int) throws(ConfigurationFault) { try target.check(dimension: dimension) }

    public func report(at common: [Double], in round: Round, under coupling: any Coupling) -> [Double] {
        target.model(of: common.count).map { Double($0) }
    }
}
