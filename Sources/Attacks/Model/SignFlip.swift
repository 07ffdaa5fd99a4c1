// Sign flip in the two forms that ByzFL and epfml use under one name.
import Kernels
import Registry

/// Sends the negative of a model: −s · mean of the honest models heard (ByzFL), or −s · own model (epfml's bit flip).
public struct SignFlip: ModelAttack {
    public static let name = "signFlip"
    public static let aliases = ["signFlipping", "bitFlip"]
    public static let summary = "Sends the negative of the honest mean or of the own model."
    public static let parameters = [
        Parameter.choice(
            "of", ["heard", "own"], default: "heard", "what is negated: mean of the honest models heard, or own"),
        Parameter.number("scale", 0...1e6, default: 1, "s: factor on the negated model"),
    ]

    private let ofHeard: Bool
    private let scaleFactor: Float

    public init(_ parameters: ParameterValues) {
        ofHeard = parameters.text("of") == "heard"
        scaleFactor = Float(parameters.number("scale"))
    }

    public var needs: AttackNeeds { ofHeard ? .heard : .own }

    public func plan(seeing view: borrowing AttackView) -> [Float] {
        var forgery = ofHeard ? view.meanOfHeard() : view.own
        var span = forgery.mutableSpan
        scale(-scaleFactor, &span)
        return forgery
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
