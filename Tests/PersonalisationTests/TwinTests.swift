// Couplings and whole problems against those of the nodes' own code, which were written apart.
import Kernels
import Learning
import Testing

@testable import Personalisation

@Suite("Twins in the nodes' code")
struct TwinTests {
    private static let scales = [0.7, 1.3, 2]

    static let pairs: [(coupling: any Coupling, term: any CouplingTerm)] =
        [
            (SquaredL2Coupling(strength: 0.8), squared(0.8, 3)),
            (L2Coupling(strength: 0.8), NormPower(weight: 0.8, power: 1, norm: 2, dimension: 3)),
            (SmoothL2Coupling(strength: 0.8), SmoothNorm(weight: 0.8)),
            (
                L1Coupling(strength: 0.8, diagonal: scales),
                NormPower(weight: 0.8, power: 1, norm: 1, scales: scales)
            ),
        ]
        + ([(2, 1), (1.5, 3), (3, 1.5), (2, .infinity), (2, 4)] as [(Double, Double)]).map { p, q in
            (
                PowerCoupling(strength: 0.8, p: p, q: q),
                NormPower(weight: 0.8, power: p, norm: q, dimension: 3)
            )
        }

    @Test("values and proximal steps of couplings agree", arguments: pairs.indices)
    func couplings(index: Int) {
        let (coupling, term) = Self.pairs[index]
        var random = RandomStream(seed: 4, purpose: .measurement)
        for _ in 0..<20 {
            let u = (0..<3).map { _ in 3 * random.gaussian() }
            #expect(abs(coupling.value(u) - term.value(at: u)) < 1e-12 * (1 + term.value(at: u)))
            expectNear(coupling.proximal(u, step: 0.7), term.proximal(u, step: 0.7), 1e-8, "\(coupling)")
        }
    }

    @Test("G of a common model agrees", arguments: 0..<4)
    func pulls(index: Int) {
        let (coupling, term) = Self.pairs[index]
        var random = RandomStream(seed: 7, purpose: .measurement)
        let data = (0..<3).map { _ in
            (0..<5).map { _ in ((0..<3).map { _ in random.gaussian() }, 2 * random.gaussian()) }
        }
        let common = [1.0, -2, 0.5]
        let game = CommonModelGame(
            data.map { .leastSquares($0.map { DataPoint($0.0, $0.1) }, ridge: 0.1) }, coupling)
        let problem = CommonModelProblem(
            dimension: 3,
            data.map {
                Participant(
                    .loss(ValueAnswers(queries: $0.map(\.0), answers: $0.map(\.1), ridge: 0.1)), term)
            })
        expectNear(problem.respond(to: common).pull, game.pull(at: common), 1e-6)
    }
}
