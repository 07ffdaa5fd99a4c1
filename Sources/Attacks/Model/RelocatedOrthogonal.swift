// ROP: a step at a right angle to the true one, no longer than what clipping leaves whole.
import Kernels
import Registry

/// c + z (cos θ · r + sin θ · q): c the victim's model, r the direction from it to the mean heard, q one at a right
/// angle to it, the same in every round; z the radius of the victim's clipping where it is known, else the mean
/// distance of the models heard from c (Özfatura, Özfatura, Küpçü, Gündüz, arXiv 2208.09894). The angle is measured
/// from r, as in the authors' code, where q is made of a vector of ones, and r is a mean of the last step and this one.
public struct RelocatedOrthogonal: ModelAttack {
    public static let name = "rop"
    public static let aliases = ["relocatedOrthogonalPerturbation", "ROP"]
    public static let summary = "A step at a right angle to the true one, of a length that clipping leaves whole."
    public static let parameters = [
        Parameter.number("angle", 90...180, default: 90, "θ, in degrees"),
        Parameter.choice(
            "radius", ["heard", "rule"], default: "heard", "z: as the models heard, or as the rule clips"),
    ]

    public struct Plan: Sendable {
        let mean: [Float]
        let fixed: [Float]
    }

    private let angle: (sine: Float, cosine: Float)
    private let knowsRule: Bool

    public init(_ parameters: ParameterValues) {
        let (sine, cosine) = Elementary.sineCosine(ofTurns: parameters.number("angle") / 360)
        angle = (Float(sine), Float(cosine))
        knowsRule = parameters.text("radius") == "rule"
    }

    public var needs: AttackNeeds { AttackNeeds([.own, .heard, .victim]).union(knowsRule ? .oracle : []) }

    public func plan(seeing view: borrowing AttackView) -> Plan {
        var fixed = [Float](repeating: 0, count: view.own.count)
        var random = RandomStream(seed: 0, purpose: .attack)
        random.fillGaussian(&fixed, mean: 0, standardDeviation: 1)
        return Plan(mean: view.meanOfHeard(), fixed: fixed)
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        let centre = view.model(of: victim) ?? view.own
        let honest = (plan.mean - centre).unit
        let beside = plan.fixed.moved(-Float(dot(plan.fixed.span, honest.span)), along: honest).unit
        let others = view.heard.filter { $0.sender != victim }
        var radius =
            others.reduce(0) { $0 + squaredDistance($1.model.span, centre.span).squareRoot() }
            / Double(max(1, others.count))
        func forged() -> [Float] {
            centre.moved(Float(radius) * angle.cosine, along: honest).moved(Float(radius) * angle.sine, along: beside)
        }
        // A hair within it: rounding must not put it outside.
        if knowsRule, let threshold = view.oracle?.trial(of: victim, sent: forged())?.threshold {
            radius = 0.999 * threshold
        }
        return .model(forged())
    }
}
