// Not-finite attack: models of NaN or infinity. It tests admission, not the rule.
import Kernels
import Registry

/// Sends models with one element that is no number, NaN or an infinity, whichever the round and the victim draw; or
/// models of nothing but infinity, as ByzFL, or NaN.
public struct NotFinite: ModelAttack {
    public static let name = "notFinite"
    public static let summary = "Sends models with NaN or an infinity in them, which must be refused at the door."

    public static let parameters = [
        Parameter.choice("elements", ["one", "infinity", "nan"], default: "one", "one of the own model, or all")
    ]

    /// What all elements are; `nil`: one of them is drawn.
    private let all: Float?

    public init(_ parameters: ParameterValues) {
        all =
            switch parameters.text("elements") {
            case "infinity": .infinity
            case "nan": .nan
            default: nil
            }
    }

    public var needs: AttackNeeds { all == nil ? [.own, .draws] : [] }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.own }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        if let all { return .model([Float](repeating: all, count: plan.count)) }
        var model = plan
        let place = random.below(model.count)
        model[place] = [.nan, .infinity, -.infinity][random.below(3)]
        return .model(model)
    }
}
