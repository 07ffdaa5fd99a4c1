// A slice of the pack mixing.
import Testing

@testable import Harness

@Suite("The pack mixing")
struct MixingPackTests {
    @Test("a slice: NNM repairs the median where data differ, redundancy bounds errors, a false claim fails")
    func slice() throws {
        let pack = Mixing(
            .slice, rounds: 60, seeds: 1, attacks: Mixing.attacks.filter { ["none", "ALIE"].contains($0.name) })
        let planted = Claim(
            "NNM ruins the median", published: "nowhere", quantity: "with NNM minus without, α = 0.1", .below(-0.1),
            over: Mixing.heterogeneity
        ) { evidence throws(MissingFigure) in
            func accuracy(_ rule: String) throws(MissingFigure) -> Double {
                try evidence.figure(
                    Mixing.heterogeneity,
                    [Mixing.splitAxis: "0.1", Mixing.attacksAxis: "none", Mixing.rulesAxis: rule])
            }
            return try accuracy(Mixing.afterNNM("median")) - accuracy("median")
        }
        let slice = try PackSlice(try pack.study(), planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.isDrawn)
        let computed = [
            "Where redundancy", "Where all honest optima", "Under (G, B)", "In the end ARC", "After ARC",
            "The instance",
        ]
        for words in computed {
            #expect(!slice.lines(words).isEmpty)
            for line in slice.lines(words) { #expect(line.hasPrefix("holds")) }
        }
    }
}
