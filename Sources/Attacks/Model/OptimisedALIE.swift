// Optimised ALIE: as many deviations as harm the victim's rule most.
import Kernels
import Registry

/// μ + z σ as `ALittleIsEnough`, with the z ≥ 0 that drives the victim's mix farthest from what it would come to among
/// the honest alone, found by trying its rule 16 or 20 times a victim and round.
public struct OptimisedALIE: ModelAttack {
    public static let name = "optALIE"
    public static let aliases = ["Opt-ALIE", "Optimal_ALittleIsEnough"]
    public static let summary = "ALIE with the factor that harms each victim most, by trials of its rule."
    public static let parameters = [search]
    static let search = Parameter.choice(
        "search", FactorSearch.allCases.map(\.rawValue), default: FactorSearch.byzfl.rawValue,
        "20 trials of ByzFL, or 16 of Garfield's search")

    public struct Plan: Sendable {
        let mean: [Float]
        let deviation: [Float]?
    }

    private let search: FactorSearch

    public init(_ parameters: ParameterValues) {
        search = FactorSearch(rawValue: parameters.text("search")) ?? .byzfl
    }

    public var needs: AttackNeeds { [.heard, .victim, .oracle] }

    public func plan(seeing view: borrowing AttackView) -> Plan {
        let mean = view.meanOfHeard()
        return Plan(mean: mean, deviation: view.deviationOfHeard(from: mean))
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        guard let deviation = plan.deviation else { return .model(plan.mean) }
        func forged(_ factor: Double) -> [Float] { plan.mean.moved(Float(factor), along: deviation) }
        return .model(forged(search.best(against: victim, seeing: view, usual: 1.5, forged)))
    }
}
