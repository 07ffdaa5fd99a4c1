// Sign flip in the forms that ByzFL and epfml use under one name, and in the one that makes sense for models.
import Kernels
import Registry

/// Sends the negative of a model: −s · mean of the honest models heard (ByzFL), or of those that each victim mixes, its
/// own among them (Wu, Chen, Ling 2023), or −s · own model (epfml's bit flip); or its own step turned round,
/// x − s (x½ − x).
public struct SignFlip: ModelAttack {
    public static let name = "signFlip"
    public static let aliases = ["signFlipping", "SignFlipping"]
    public static let summary = "Sends the negative of the honest mean, of the own model or of the own step."
    public static let parameters = [
        Parameter.choice(
            "of", ["heard", "victims", "own", "step"], default: "heard",
            "what is negated: mean of the honest models heard, mean of those of them that the victim mixes (its own, "
                + "too), own model, or own step"),
        Parameter.number("scale", 0...1e6, default: 1, "s: factor on the negated model"),
    ]

    private enum Negated { case heard, victims, own, step }

    private let negated: Negated
    private let scaleFactor: Float

    public init(_ parameters: ParameterValues) {
        negated =
            switch parameters.text("of") {
            case "victims": .victims
            case "own": .own
            case "step": .step
            default: .heard
            }
        scaleFactor = Float(parameters.number("scale"))
    }

    public var needs: AttackNeeds {
        switch negated {
        case .heard: .heard
        case .victims: [.heard, .victim]
        case .own: .own
        case .step: [.own, .before]
        }
    }

    public func plan(seeing view: borrowing AttackView) -> [Float] {
        switch negated {
        case .heard, .victims: view.meanOfHeard() * -scaleFactor
        case .own: view.own * -scaleFactor
        case .step: view.before.moved(-scaleFactor, along: view.own - view.before)
        }
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        guard negated == .victims, let facts = view.victim(victim) else { return .model(plan) }
        let mixed = (facts.honestSenders.map(\.node) + [victim]).compactMap { view.model(of: $0) }
        return .model(mean(mixed).map { $0 * -scaleFactor } ?? plan)
    }
}
