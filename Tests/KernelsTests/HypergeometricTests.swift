// Drawing without replacement against the counting of all draws, and against exact values.
import Kernels
import Testing

@Suite("The hypergeometric tail")
struct HypergeometricTests {
    @Test("is the share of all draws with more marked ones", arguments: 0...7)
    func counting(marked: Int) {
        let population = 7
        for draws in 0...population {
            let sets = (0..<(1 << population)).filter { $0.nonzeroBitCount == draws }
            for bound in -1...population {
                let above = sets.count { ($0 & ((1 << marked) - 1)).nonzeroBitCount > bound }
                let tail = hypergeometricTail(above: bound, population: population, marked: marked, draws: draws)
                #expect((tail - Double(above) / Double(sets.count)).magnitude < 1e-14)
            }
        }
    }

    @Test("neither overflows nor vanishes where single probabilities do")
    func large() {
        // Half of half a million: the middle one of a symmetric distribution.
        let tail = hypergeometricTail(above: 50_000, population: 200_000, marked: 100_000, draws: 100_000)
        #expect(tail > 0.49 && tail < 0.5)
    }
}
