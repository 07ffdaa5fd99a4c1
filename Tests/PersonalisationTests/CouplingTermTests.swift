// Proximal steps of couplings: what a search finds, and their derivatives by differences.
import Kernels
import TestSupport
import Testing

@testable import Personalisation

/// A coupling with a place to try it.
struct CouplingCase: Sendable {
    let name: String
    let term: any CouplingTerm
}

/// Too far by a hundredth.
private struct Overshooting: CouplingTerm {
    let term: any CouplingTerm
    func value(at difference: [Double]) -> Double { term.value(at: difference) }
    func proximal(_ v: [Double], step: Double) -> [Double] { 1.01 * term.proximal(v, step: step) }
    func proximalDerivative(_ v: [Double], _ z: [Double], step: Double) -> [Double] {
        0.9 * term.proximalDerivative(v, 1 / 1.01 * z, step: step)
    }
}

@Suite("Couplings with kinks")
struct CouplingTermTests {
    static let cases: [CouplingCase] = {
        let scales = [0.7, 1.3, 2]
        var cases = [
            CouplingCase(name: "smooth l2", term: SmoothNorm(weight: 1.4)),
            CouplingCase(
                name: "rotated l1",
                term: RotatedTerm(
                    NormPower(weight: 0.8, power: 1, norm: 1, scales: scales),
                    axes: [[0.6, 0.8, 0], [-0.8, 0.6, 0], [0, 0, 1]])),
        ]
        for (p, q) in [
            (1, 1), (1, 2), (1, 3), (1, .infinity), (2, 2), (2, 1), (2, .infinity), (1.5, 1.5), (1.5, 3), (3, 1.5),
            (2, 4), (3, 3), (1.2, .infinity), (3, 1), (1.5, 2),
        ] as [(Double, Double)] {
            cases.append(
                CouplingCase(
                    name: "p = \(p), q = \(q)", term: NormPower(weight: 0.9, power: p, norm: q, scales: scales)))
        }
        cases.append(CouplingCase(name: "l2", term: NormPower(weight: 0.9, power: 1, norm: 2, dimension: 3)))
        return cases
    }()

    private static func points(_ count: Int) -> [[Double]] {
        var random = RandomStream(seed: 3, purpose: .measurement)
        return (0..<count).map { _ in
            let size = Elementary.exp(2 * random.gaussian())
            return (0..<3).map { _ in size * random.gaussian() }
        }
    }

    /// (v − z)/τ is a subgradient at z: R(y) ≥ R(z) + ⟨(v − z)/τ, y − z⟩ for every y.
    private static let subgradient = Law<CouplingCase>(
        "the step gives a subgradient", brokenBy: CouplingCase(name: "too far", term: Overshooting(term: cases[4].term))
    ) { subject, verdict in
        for (v, step) in zip(points(20), [0.3, 1, 5, 0.01] + [Double](repeating: 0.7, count: 16)) {
            let z = subject.term.proximal(v, step: step)
            let pull = 1 / step * (v - z)
            let here = subject.term.value(at: z)
            for other in points(30) + points(10).map({ z .+ 1e-3 * $0 }) + [z.map { _ in 0 }, 2 * z] {
                let slack = subject.term.value(at: other) - here - pull.dot(other - z)
                verdict.expect(slack >= -1e-11 * (1 + here + pull.norm * (other - z).norm), "\(v), \(slack)")
            }
        }
    }

    private static let derivative = Law<CouplingCase>(
        "the derivative is that of the step", brokenBy: CouplingCase(name: "", term: Overshooting(term: cases[6].term))
    ) { subject, verdict in
        for v in points(12) {
            let (z, step, h) = (subject.term.proximal(v, step: 0.6), 0.6, 1e-6 * v.norm)
            let told = subject.term.proximalDerivative(v, z, step: step)
            for j in 0..<3 {
                var unit = [0.0, 0, 0]
                unit[j] = h
                let (after, before) = (
                    subject.term.proximal(v .+ unit, step: step), subject.term.proximal(v - unit, step: step)
                )
                for i in 0..<3 {
                    let slope = (after[i] - before[i]) / (2 * h)
                    verdict.expect(abs(slope - told[i * 3 + j]) < 1e-5, "\(v) \(i) \(j): \(slope) \(told)")
                }
            }
        }
    }

    @Test("proximal steps and their derivatives", arguments: cases.indices)
    func laws(index: Int) throws {
        let subject = Self.cases[index]
        #expect(try Self.subgradient.violations(of: subject) == [], "\(subject.name)")
        #expect(try Self.derivative.violations(of: subject) == [], "\(subject.name)")
    }

    @Test("a wrong step and a wrong derivative are found out")
    func wrong() throws {
        #expect(try !Self.subgradient.violationsOfCounterexample.isEmpty)
        #expect(try !Self.derivative.violationsOfCounterexample.isEmpty)
    }

    /// u with the gradient g: R(y) ≥ R(u) + ⟨g, y − u⟩.
    @Test(
        "the difference that has a gradient, for every p > 1",
        arguments: [
            (2, 2), (2, 1), (2, .infinity), (1.5, 3), (3, 1.5), (3, 1), (1.2, .infinity), (2, 4),
        ] as [(Double, Double)])
    func inverse(p: Double, q: Double) {
        let term = NormPower(weight: 1.7, power: p, norm: q, scales: [0.5, 1, 3])
        for gradient in Self.points(10) {
            let u = term.difference(withGradient: gradient)
            let here = term.value(at: u)
            for other in Self.points(20) + Self.points(10).map({ u .+ 1e-3 * u.norm * $0 }) {
                let slack = term.value(at: other) - here - gradient.dot(other - u)
                #expect(slack >= -1e-12 * (1 + here + gradient.norm * (other - u).norm))
            }
        }
    }
}
