// A slice of the pack robust-averaging, and the search against worst cases that are known.
import Testing

@testable import Harness

@Suite("The pack robust-averaging")
struct RobustAveragingTests {
    @Test("a slice: no printed coefficient is refuted, none is below the general bound, a false claim fails")
    func slice() throws {
        let planted = Claim(
            "The trimmed mean is twice as good as any rule can be", published: "nowhere",
            quantity: "κ found over f/(n−2f)", .below(0.5), isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            let row = RobustAveraging.row("trimmed mean", 7, 3)
            return try evidence.number(RobustAveraging.coefficients, row, RobustAveraging.found)
                / evidence.number(RobustAveraging.coefficients, row, RobustAveraging.least)
        }
        let slice = try PackSlice(RobustAveraging(sizes: [7, 9], budget: 60).study(), planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.isDrawn)
        #expect(slice.claims.count > 10)
        for judged in slice.claims { #expect(judged.verdict == .holds, "\(judged.claim.statement): \(judged.numbers)") }
    }

    private func found(_ rule: String, _ count: Int, _ hostile: Int, spectral: Bool = false) throws -> Double {
        let search = CoefficientSearch(
            rule: try RuleTrial(rule), count: count, hostile: hostile, isSpectral: spectral, budget: 300)
        return try #require(try search.worst(seed: 1) { false })
    }

    /// With k of the n − f honest on 1, the rest on 0 and all hostile on 1 the median is 1 once k + f is the majority:
    /// (1 − p)/p with p = k/(n − f).
    @Test(
        "the median's worst case on two points is found", arguments: [(9, 4, 4.0), (9, 2, 4.0 / 3), (15, 5, 7.0 / 3)])
    func median(count: Int, hostile: Int, known: Double) throws {
        #expect(try found("median", count, hostile) >= known - 1e-4)
    }

    /// The closed form of SMEA on the line: 4/9 and 4 for n = 15 (n − f even), and n = 9, f = 3.
    @Test("the worst case of SMEA that is known is found")
    func smallestEigenvalue() throws {
        #expect(try found("smea", 9, 3, spectral: true) >= 3.98)
    }

    @Test("a rule that withstands nothing is found out")
    func mean() throws {
        #expect(try found("mean", 9, 2) > 1_000)
        #expect(try CoefficientSearch.breakdown(try RuleTrial("mean"), count: 9, hostile: 4) == 1)
        #expect(try CoefficientSearch.breakdown(try RuleTrial("trimmedMean"), count: 9, hostile: 2) == 3)
    }
}
