// StrategicModel: what a strategic player can reach, and the model by which it does.
import Kernels

/// What one strategic player comes to against the pull G of all others under a coupling (arXiv 2202.08578, theorem 1,
/// propositions 3 and 4).
public enum StrategicModel {
    /// How far −G(θ†), which is what the player would have to add, is from the gradients that the coupling has: 0 where
    /// θ† can be reached. `smoothL2` reaches its bound in the limit alone.
    public static func shortfall(of pull: [Double], under coupling: any Coupling) -> Double {
        coupling.distance(ofGradient: pull.scaled(by: -1))
    }

    /// The model whose pull on ρ is `report`: θ with ∇R(ρ − θ) = g.
    ///
    /// - Returns: for `l2` and `l1`, whose gradients say no distance, a model at distance 1 in each direction that is
    ///   pulled at full strength, and ρ itself in the others; `nil` where no model has this gradient.
    public static func model(
        pullingBy report: [Double], at common: [Double], under coupling: any Coupling
    ) -> [Double]? {
        let length = report.norm
        let λ = coupling.strength
        switch coupling {
        case is SquaredL2Coupling: return common.moved(-1 / (2 * λ), along: report)
        case is SmoothL2Coupling:
            guard length < λ else { return nil }
            return common.moved(-1 / ((λ - length) * (λ + length)).squareRoot(), along: report)
        case is L2Coupling:
            guard length <= λ * (1 + slack) else { return nil }
            return length < λ * (1 - slack) ? common : common.moved(-1 / length, along: report)
        case let coupling as L1Coupling:
            guard coupling.isAdmissible(report, within: slack * λ) else { return nil }
            let outside = coupling.projected(report.map { $0 * (1 + 2 * slack) })
            return common.indices.map { j in
                // At its bound in this coordinate, what is longer is cut.
                abs(outside[j]) < abs(report[j]) * (1 + 1.5 * slack) && report[j] != 0
                    ? common[j] - (report[j] < 0 ? -1 : 1) : common[j]
            }
        default: return nil
        }
    }

    /// How far from its bound a report still counts as at it.
    private static let slack = 1e-9
}
