// Directed deviation: two of the three attacks that go by that name; the third is Fang's on Krum.
import Kernels
import Registry

/// Sends the honest mean − strength · sign(honest mean), coordinate by coordinate, or −strength · own model; each under
/// its own name, since the literature has one for both.
public struct DirectedDeviation: ModelAttack {
    public static let name = "directedDeviation"
    public static let summary = "Sends the honest mean less a constant in its direction, or a multiple against the own."
    public static let parameters = [
        Parameter.choice(
            "form", ["signOfMean", "ownTimes"], default: "signOfMean", "of the mean, or of the own model"),
        Parameter.number("strength", 0...1e6, default: 5, "how far"),
    ]

    private let isOfMean: Bool
    private let strength: Float

    public init(_ parameters: ParameterValues) {
        isOfMean = parameters.text("form") == "signOfMean"
        strength = Float(parameters.number("strength"))
    }

    public var needs: AttackNeeds { isOfMean ? .heard : .own }

    public func plan(seeing view: borrowing AttackView) -> [Float] {
        guard isOfMean else { return view.own * -strength }
        let mean = view.meanOfHeard()
        return mean.moved(-strength, along: mean.signs)
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
