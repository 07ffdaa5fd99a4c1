// UnboundedGain: the instance in which one user gains as much as one likes by lying under l1, since queries touch two
// coordinates (LICCHAVI, theorem 10; the printed instance does not do it, this one does).
import Kernels

/// d = 2, an honest node with L = ½(aθ₁ − θ₂)² + θ₂ + e‖θ‖² + 1/(4e), and a user who wishes (0, σ); λ = 1, p0 = 2.
public struct UnboundedGain: Sendable {
    /// a.
    public let slant: Double
    /// e.
    public let ridge: Double
    /// σ.
    public let wish: Double
    /// λ0.
    public let regularisation: Double

    public init(slant: Double, ridge: Double, wish: Double, regularisation: Double) {
        self.slant = slant
        self.ridge = ridge
        self.wish = wish
        self.regularisation = regularisation
    }

    public var target: [Double] { [0, wish] }

    /// Three samples.
    public var honestData: ValueAnswers {
        let root = (2 * ridge).squareRoot()
        return ValueAnswers(
            queries: [[slant, -1], [root, 0], [0, root]], answers: [0, 0, -1 / root])
    }

    /// - Parameter coupling: of both nodes.
    public func problem(report: [Double], coupling: any CouplingTerm) -> CommonModelProblem {
        CommonModelProblem(
            dimension: 2,
            [.init(.loss(honestData), coupling), .init(.fixed(report), coupling)],
            regulariser: NormPower(weight: regularisation, power: 2, norm: 2, dimension: 2))
    }

    /// ‖ρ − θ†‖ + ‖θ_1 − θ†‖.
    public func loss(of report: [Double], coupling: any CouplingTerm = NormPower.l1(1, dimension: 2)) -> Double {
        let solution = problem(report: report, coupling: coupling).solve()
        return (solution.common - target).norm + (solution.personal[0] - target).norm
    }

    /// w = ((σ + δ)/a, σ) with δ = 2σ(λ0 + e).
    public var report: [Double] { [(wish + 2 * wish * (regularisation + ridge)) / slant, wish] }

    /// The honest loss over that after the report.
    public var gain: Double { loss(of: target) / loss(of: report) }

    /// The greatest gain found where l1 is along the eigenvectors of the honest node's curvature (section 4.5).
    public func rotatedGain(tries: Int, random: inout RandomStream) -> Double {
        let axes = eigenvectors(of: honestData.curvature(at: target), size: 2)
        let coupling = RotatedTerm(NormPower.l1(1, dimension: 2), axes: axes)
        let search = ReportSearch(from: target, tries: tries)
        let best = search.best(random: &random) { loss(of: $0, coupling: coupling) }.loss
        // What is nearer than a millionth is there.
        return max(loss(of: target, coupling: coupling), 1e-6) / max(best, 1e-6)
    }

    /// a/(1 + 2(λ0 + e)).
    public var knownGain: Double { slant / (1 + 2 * (regularisation + ridge)) }
}
