// CommonReport: attacks that say of the common model of personalised learning, in every round, what gradient they like.
import Kernels
import Learning

/// A gradient attack on the common model (Farhadkhani, Guerraoui, Hoang, Villemaud, ICML 2022, arXiv 2202.08578): it
/// sends its copy as a node would whose own model pulls it by the report, the nearest that the coupling has.
///
/// It knows nothing of others but the common model itself, which all have; `copy` is all it remembers.
public protocol CommonReport: ModelAttack where Plan == [Float] {
    /// The common model as its victims have it.
    var copy: CommonCopy { get set }

    /// The gradient at ρ, before it is brought to what the coupling has.
    func report(at common: [Double], in round: Round, under coupling: any Coupling) -> [Double]
}

extension CommonReport {
    public static var needsCommonModel: Bool { true }

    public var needs: AttackNeeds { [.before, .past] }

    public var memory: [Float] {
        get { copy.floats }
        set { copy = CommonCopy(newValue[...]) }
    }

    public mutating func plan(seeing view: borrowing AttackView) -> [Float] {
        guard let training = view.training else { return view.own }
        let common = copy.common(seeing: view)
        let report = report(at: common, in: view.round, under: training.coupling)
        return copy.message(
            pullingBy: withinBound(report, of: training.coupling), at: common, seeing: view, training.stepSize)
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery { .model(plan) }
}
