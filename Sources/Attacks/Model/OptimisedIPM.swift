// Optimised IPM: the factor that harms the victim's rule most.
import Kernels
import Registry

/// b − τ (mean − b) as `InnerProductManipulation`, with the τ that drives the victim's mix farthest from what it would
/// come to among the honest alone, found by trying its rule 16 or 20 times a victim and round.
public struct OptimisedIPM: ModelAttack {
    public static let name = "optIPM"
    public static let aliases = ["Opt-IPM", "optFOE", "Optimal_InnerProductManipulation"]
    public static let summary = "IPM with the factor that harms each victim most, by trials of its rule."
    public static let parameters = [OptimisedALIE.search, InnerProductManipulation.around]

    private let search: FactorSearch
    private let isAroundVictim: Bool

    public init(_ parameters: ParameterValues) {
        search = FactorSearch(rawValue: parameters.text("search")) ?? .byzfl
        isAroundVictim = parameters.text("around") == "victim"
    }

    public var needs: AttackNeeds { [.own, .heard, .victim, .oracle] }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.meanOfHeard() }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        let base =
            isAroundVictim ? view.model(of: victim) ?? view.own : [Float](repeating: 0, count: plan.count)
        let direction = base - plan
        func forged(_ factor: Double) -> [Float] { base.moved(Float(factor), along: direction) }
        return .model(forged(search.best(against: victim, seeing: view, usual: 2, forged)))
    }
}
