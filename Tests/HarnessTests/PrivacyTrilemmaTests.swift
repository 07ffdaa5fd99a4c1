// A slice of the pack privacy-trilemma: the mean whose error is known, in small; a planted claim fails.
import Testing

@testable import Harness

@Suite("The pack privacy-trilemma")
struct PrivacyTrilemmaTests {
    @Test("a slice: without momentum the error grows with T, with it not; the gap grows with d; a false claim fails")
    func slice() throws {
        let pack = PrivacyTrilemma(.slice, lengths: [25, 50, 400], dimensions: [4, 100], seeds: 1, fewerSeeds: 1)
        let planted = Claim(
            "The trimmed mean is better off without momentum", published: "nowhere",
            quantity: "error with minus without",
            .above(0), isShare: false, over: PrivacyTrilemma.rounds
        ) { evidence throws(MissingFigure) in
            func distance(_ momentum: String) throws(MissingFigure) -> Double {
                try evidence.figure(
                    PrivacyTrilemma.rounds,
                    [
                        PrivacyTrilemma.rulesAxis: "trimmed mean",
                        PrivacyTrilemma.trainingAxis: "T = 400, \(momentum)",
                    ], .optimumDistance)
            }
            return try distance("β = 1 − 10/T") - distance("none")
        }
        let whole = try pack.study()
        let (sweeps, names) = (Array(whole.sweeps[..<2]), [PrivacyTrilemma.rounds, PrivacyTrilemma.dimension])
        let study = PackStudy(
            setting: whole.setting, sweeps: sweeps, calculations: whole.calculations,
            claims: whole.claims.filter { $0.sweep.map(names.contains) ?? true },
            figures: whole.figures.filter { $0.title.hasPrefix("Distance") || $0.title.hasPrefix("Lower bound") })
        let slice = try PackSlice(study, planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.isDrawn)
        let lines =
            slice.lines("Without momentum the error of the trimmed mean")
            + slice.lines("error of the trimmed mean does not grow with T") + slice.lines("momentum none")
        let bound = slice.lines("below the lower bound")
        let refusals = slice.lines("Rules that try models out on private data")
        #expect(lines.count == 3 && bound.count == 1 && refusals.count == 1)
        for line in lines + bound + refusals { #expect(line.hasPrefix("holds"), "\(line)") }
    }

    @Test("the lower bound is d/(nε²m²) + (f/n)/(ε²m²)")
    func bound() {
        let bound = PrivacyTrilemma.lowerBound(dimension: 64, epsilon: 1)
        #expect(isNear(bound, (64.0 / 8 + 0.25) / 1.6e7, within: 1e-12))
        #expect(isNear(PrivacyTrilemma.lowerBound(dimension: 64, epsilon: 3), bound / 9, within: 1e-12))
    }
}
