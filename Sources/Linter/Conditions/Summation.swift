// Robust summation: 2ρb < μ₂ of the honest nodes' weighted Laplacian (Gaucher, Dieuleveut, Hendrikx, ICML 2025).
import Aggregation
import Graphs
import Kernels

extension Checker {
    func summation(_ coefficient: Double) -> Check {
        let code = "summation"
        let factor = "\(brief(2 * coefficient))b"
        guard subject.graphs.isConstant, let spectrum = facts.weighted else {
            return Check(
                code, .unknown, isEnough: true, saying: "\(factor) < μ2 is of undirected graphs that do not change")
        }
        let told = facts.told.map(\.weight).max() ?? 0
        let weight = max(told, facts.worst?.weight ?? 0)
        let (need, have) = (2 * coefficient * weight, spectrum.connectivity)
        let demand = have > 0 ? need / have : weight > 0 ? 1e9 : 0
        // The bound is for steps of at most 1/μmax, and the rule takes steps of 1.
        let contraction = 1 - (have - need)
        let numbers = [
            ("b", weight), ("rho", coefficient), ("mu2", have), ("muMax", spectrum.largest), ("need", need),
        ]
        guard need < have else {
            return Check(
                code, .fails, numbers: numbers, isEnough: true, demand: max(demand, 1 + 1e-9),
                saying:
                    "needs \(factor) < μ2 \(spectrum.isExact ? "=" : "≤") \(brief(have)), and "
                    + "\(factor) is \(brief(need))"
            )
        }
        guard spectrum.isExact else {
            return Check(
                code, .unknown, numbers: numbers, isEnough: true, demand: demand,
                saying:
                    "needs \(factor) = \(brief(need)) < μ2, of which only is known that it is at most \(brief(have))")
        }
        guard spectrum.largest <= 1 + 1e-9 else {
            return Check(
                code, .unknown, numbers: numbers, isEnough: true, demand: demand,
                saying: "\(factor) = \(brief(need)) < μ2 = \(brief(have)), but proved for steps of 1/μmax = "
                    + "\(brief(1 / spectrum.largest)), and steps are 1")
        }
        let speed = GossipSpeed.halving(have - need)
        return Check(
            code, .holds, numbers: numbers + [("alpha", contraction)], isEnough: true, demand: demand,
            saying: "\(factor) = \(brief(need)) < μ2 = \(brief(have))"
                + (speed.map { ": disagreement halves in \(counted(max(1, Int($0.rounded(.up))), "round")) or fewer" }
                    ?? ""))
    }
}
