// The bluntest attack: it tests the door, not the rule.
import Kernels

/// Sends models that are no numbers: NaN in one element, infinity in another, or the greatest finite float everywhere,
/// whichever the round and the victim draw. The first two must be refused, the third must do no harm.
public struct NotFinite: ModelAttack {
    public static let name = "notFinite"
    public static let aliases = ["inf", "nan"]
    public static let summary = "Sends NaN, infinity or the greatest float: the first two must be refused at the door."

    public init(_ parameters: ParameterValues) {}

    public func forge(for victim: NodeID, seeing view: borrowing AttackView, random: inout RandomStream) -> Forgery {
        var model = view.own
        let place = random.below(model.count)
        switch random.below(4) {
        case 0: model[place] = .nan
        case 1: model[place] = .infinity
        case 2: model[place] = -.infinity
        default: model = model.map { _ in .greatestFiniteMagnitude }
        }
        return .model(model)
    }
}
