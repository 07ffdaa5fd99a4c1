// The common model of personalised learning as its victims have it, for attackers that say of it what they like.
import Kernels
import Learning

/// What is public of personalised learning: how own models are held to the common one, and the step. A class, so that
/// views that have one are passed around as lightly as those without.
public final class CommonModelTraining: Sendable {
    public let coupling: any Coupling
    /// η of the round.
    public let stepSize: Double

    public init(coupling: any Coupling, stepSize: Double) {
        self.coupling = coupling
        self.stepSize = stepSize
    }
}

/// Follows the victims' common model ρ: the attacker's own copy is mixed with its own half-step where theirs are with
/// the forgery. Under plain averaging on a complete graph that is all the difference, by the hostile weight; under
/// other rules it is an estimate.
public struct CommonCopy: Sendable {
    /// What the last forgery adds to the attacker's own copy; no more exact than it is kept.
    private var lag: [Float]
    /// The round of that forgery.
    private var round: Int

    /// - Parameter floats: as left by `floats`; of no attack so far where there are none.
    init(_ floats: ArraySlice<Float> = []) {
        round = floats.first.map { Int($0) } ?? -1
        lag = Array(floats.dropFirst())
    }

    var floats: [Float] { lag.isEmpty ? [] : [Float(round)] + lag }

    /// Whether it forged in the round before this one.
    func goesOn(in view: borrowing AttackView) -> Bool { round == view.round.number - 1 && !lag.isEmpty }

    /// ρ as the victims have it.
    func common(seeing view: borrowing AttackView) -> [Double] {
        let isBehind = goesOn(in: view)
        let before = view.before
        return before.indices.map { Double(before[$0]) + (isBehind ? Double(lag[$0]) : 0) }
    }

    /// What an honest node sends whose model pulls ρ by `report`.
    mutating func message(
        pullingBy report: [Double], at common: [Double], seeing view: borrowing AttackView, _ stepSize: Double
    ) -> [Float] {
        let message = common.indices.map { Float(common[$0] - stepSize * report[$0]) }
        let weight = Self.hostileWeight(seeing: view)
        let own = view.own
        lag = message.indices.map { Float(weight * (Double(message[$0]) - Double(own[$0]))) }
        round = view.round.number
        return message
    }

    /// Mean weight of all hostile nodes together in the mixes of those attacked: so far does a forgery lead.
    static func hostileWeight(seeing view: borrowing AttackView) -> Double {
        let victims = view.victims
        guard !victims.isEmpty else { return 0 }
        return victims.reduce(0) { $0 + $1.hostileWeight } / Double(victims.count)
    }
}

/// Rounding in single precision must not make a gradient at the bound of its coupling one beyond it.
func withinBound(_ report: [Double], of coupling: any Coupling) -> [Double] {
    let projected = coupling.projected(report)
    return coupling.bound(dimension: report.count) == nil ? projected : projected.map { $0 * 0.999 }
}
