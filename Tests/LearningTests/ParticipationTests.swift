// Who sits out when: pauses and turns that only one run in a million exceeds.
import Kernels
import Testing

@testable import Learning

@Suite("Participation")
struct ParticipationTests {
    @Test("a chance that no number tells from none is a pause of all rounds", arguments: [0, 1e-300, 1e-17])
    func never(chance: Double) {
        let participation = Participation(chance: chance, seed: 1)
        #expect(participation.longestPause(of: 5, rounds: 70) == 70)
        #expect((0...70).contains(participation.mostTurns(inPauseOf: 5, rounds: 70)))
    }

    @Test(
        "longer pauses, and more turns in them, are rarer than one run in a million", arguments: [0.01, 0.1, 0.5, 0.9])
    func rarity(chance: Double) {
        let (nodes, rounds) = (11, 10_000)
        let allowed = 1e-6 / Double(nodes * rounds)
        let participation = Participation(chance: chance, seed: 1)
        let pause = participation.longestPause(of: nodes, rounds: rounds)
        #expect(raised(1 - chance, to: pause) <= allowed * 1.000001 && raised(1 - chance, to: pause - 1) > allowed)
        // The binomial distribution, term after term.
        let most = participation.mostTurns(inPauseOf: nodes, rounds: rounds)
        #expect(most < pause || chance > 0.3)
        var term = raised(1 - chance, to: pause)
        var (tail, wrongTail) = (0.0, 0.0)
        for turns in 0...pause {
            if turns > most { tail += term }
            if turns > Int(chance * Double(pause)) { wrongTail += term }
            term *= Double(pause - turns) / Double(turns + 1) * chance / (1 - chance)
        }
        #expect(tail <= allowed && wrongTail > allowed)
    }

    private func raised(_ base: Double, to power: Int) -> Double {
        (0..<power).reduce(1) { product, _ in product * base }
    }
}
