// ALIE, "a little is enough": mean plus z standard deviations of the honest models, small enough to hide among them, in
// the same direction every round.
import Kernels
import Registry

/// Sends μ ± z σ, the coordinate mean and standard deviation (n − 1) of the honest models heard (Baruch, Baruch,
/// Goldberg, NeurIPS 2019, arXiv 1902.06156). z = 1.5 as in ByzFL; a negative z moves to the other side.
///
/// Two formulas make z of numbers that everyone knows, never less than 0: epfml's of all n nodes and the m that forge,
/// Φ⁻¹((n − m − q)/(n − m)) with q = ⌊n/2 + 1⌋ − m; ByrdLab's of each victim's degree D and hostile neighbours b,
/// Φ⁻¹((D − q)/D) with q = ⌊(D + 1)/2⌋ − b.
public struct ALittleIsEnough: ModelAttack {
    public static let name = "alie"
    public static let aliases = ["aLittleIsEnough", "little", "ALittleIsEnough"]
    public static let summary = "Sends mean + z deviations of the honest models heard."
    public static let parameters = [
        Parameter.number("z", -100...100, default: 1.5, "deviations from the mean, where factor is fixed")
            .known(as: "tau"),
        Parameter.choice("factor", ["fixed", "epfml", "byrdlab"], default: "fixed", "z as given, or by whose formula"),
        Parameter.choice("side", ["above", "below"], default: "above", "+ z or - z; epfml has it below"),
    ]

    public struct Plan: Sendable {
        let mean: [Float]
        let deviation: [Float]?
    }

    private enum Factor { case fixed(Double), ofAll, ofVictim }

    private let factor: Factor
    private let sign: Double

    public init(_ parameters: ParameterValues) {
        factor =
            switch parameters.text("factor") {
            case "epfml": .ofAll
            case "byrdlab": .ofVictim
            default: .fixed(parameters.number("z"))
            }
        sign = parameters.text("side") == "above" ? 1 : -1
    }

    public var needs: AttackNeeds { if case .ofVictim = factor { [.heard, .victim] } else { .heard } }

    public func plan(seeing view: borrowing AttackView) -> Plan {
        let mean = view.meanOfHeard()
        return Plan(mean: mean, deviation: view.deviationOfHeard(from: mean))
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        guard let deviation = plan.deviation else { return .model(plan.mean) }
        let z: Double =
            switch factor {
            case .fixed(let z): z
            case .ofAll: Self.factor(nodes: view.surroundings.nodes, hostile: view.surroundings.hostile)
            case .ofVictim: view.victim(victim).map { Self.factor(degree: $0.degree, hostile: $0.hostileSenders) } ?? 0
            }
        return .model(plan.mean.moved(Float(sign * z), along: deviation))
    }

    /// epfml's z.
    static func factor(nodes: Int, hostile: Int) -> Double {
        let honest = nodes - hostile
        return clamped(Double(honest - (nodes / 2 + 1 - hostile)) / Double(max(1, honest)))
    }

    /// ByrdLab's z.
    static func factor(degree: Int, hostile: Int) -> Double {
        clamped(Double(degree - ((degree + 1) / 2 - hostile)) / Double(max(1, degree)))
    }

    /// The quantile from 0 on; where nobody honest is left to hide among, that of a share near 1.
    private static func clamped(_ share: Double) -> Double {
        max(0, Elementary.normalQuantile(min(max(share, 0.5), 0.999)))
    }
}
