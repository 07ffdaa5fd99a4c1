// Not-finite attack: models of NaN or infinity. It tests admission, not the rule.
import Kernels
import Registry

/// Sends models with one element that is no number, NaN or an infinity, whichever the round and the victim draw.
public struct NotFinite: ModelAttack {
    public static let name = "notFinite"
    public static let aliases = ["inf", "nan"]
    public static let summary = "Sends models with NaN or an infinity in them, which must be refused at the door."

    public init(_ parameters: ParameterValues) {}

    public var needs: AttackNeeds { [.own, .draws] }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.own }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        var model = plan
        let place = random.below(model.count)
        model[place] = [.nan, .infinity, -.infinity][random.below(3)]
        return .model(model)
    }
}
