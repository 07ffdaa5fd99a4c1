// Claims: which verdict numbers give, and that no claim is judged by anything else.
import Metrics
import Platform
import Registry
import Testing

@testable import Harness

@Suite("Claims")
struct ClaimTests {
    /// Verdicts worked out by hand: the interval of 1, 2, 3 is 2 ± 4.3027 · 1 / √3 = 2 ± 2.4841.
    @Test(
        "the interval decides, not the mean",
        arguments: [
            ([1, 2, 3], Claim.Expectation.above(-0.5), 0, ClaimVerdict.holds),
            ([1, 2, 3], .above(-0.4), 0, .notDecided),
            ([1, 2, 3], .above(-0.4), 0.1, .holds),
            ([1, 2, 3], .above(4.4), 0, .notDecided),
            ([1, 2, 3], .above(4.5), 0, .fails),
            ([1, 2, 3], .below(4.5), 0, .holds),
            ([1, 2, 3], .below(-0.5), 0, .fails),
            ([1, 2, 3], .near(2), 2.5, .holds),
            ([1, 2, 3], .near(2), 2.4, .notDecided),
            ([1, 2, 3], .near(9), 4, .fails),
            ([2], .above(2), 0, .fails),
            ([2], .above(2), 1e-9, .holds),
            ([2], .below(2), 0, .fails),
            ([2], .above(2.1), 0, .fails),
            ([.infinity], .below(5), 0, .fails),
            ([.infinity, 1], .below(5), 0, .notDecided),
        ] as [([Double], Claim.Expectation, Double, ClaimVerdict)])
    func verdicts(values: [Double], expectation: Claim.Expectation, tolerance: Double, expected: ClaimVerdict) {
        let claim = Claim(
            "", published: "", quantity: "", expectation, tolerance: tolerance, over: nil
        ) { _ in 0 }
        #expect(JudgedClaim.verdict(Estimate(values), in: claim.judgedRange) == expected)
    }

    /// With mean 2 and deviation 1, t / √n is 1.05 of 6 values and 0.92 of 7.
    @Test("what is not decided says how many seeds would, where that can be known")
    func deciding() {
        let few = Estimate([1, 2, 3])
        #expect(JudgedClaim.decidingSeeds(few, in: 1...Double.infinity) == 7)
        #expect(JudgedClaim.decidingSeeds(few, in: -Double.infinity...3) == 7)
        // The smallest is 387; so many are counted in steps of a fiftieth.
        #expect((387..<396).contains(JudgedClaim.decidingSeeds(few, in: 1.9...Double.infinity) ?? 0))
        #expect(JudgedClaim.decidingSeeds(few, in: 2...Double.infinity) == nil)
        #expect(JudgedClaim.decidingSeeds(Estimate([1]), in: 1.9...2) == nil)
    }

    private static let table: CalculatedTable = {
        var table = CalculatedTable(rows: "rule", columns: ["error", "bound"])
        table.add("mean", [0.09, 0.1])
        table.add("median", [0.2, nil])
        return table
    }()

    private static var results: PackResults {
        var results = PackResults()
        results.add(table, for: Calculation("errors") { _ in table })
        return results
    }

    @Test("what is computed is exact; what is missing or not a number is not comparable, with the reason")
    func computed() {
        func judged(_ row: String, _ column: String, incomparable: String? = nil) -> JudgedClaim {
            let claim = Claim(
                "", published: "", quantity: "", .below(0.1), isShare: false, over: nil, incomparable: incomparable
            ) { evidence throws(MissingFigure) in try evidence.number("errors", row, column) }
            return JudgedClaim(claim, by: Self.results)
        }
        #expect(judged("mean", "error").verdict == .holds && judged("mean", "error").numbers == "0.0900")
        #expect(judged("median", "error").verdict == .fails)
        #expect(judged("median", "bound").verdict == .notComparable("errors has no number for median, bound"))
        #expect(judged("mode", "error").verdict == .notComparable("errors has no number for mode, error"))
        #expect(judged("mean", "error", incomparable: "other data").verdict == .notComparable("other data"))
        let undefined = Claim("", published: "", quantity: "", .below(0.1), over: nil) { _ in .nan }
        #expect(JudgedClaim(undefined, by: Self.results).verdict == .notComparable("the quantity is not a number"))
    }

    @Test("a difference of shares is in points, a share in percent, and every count has its verb")
    func words() {
        func claim(_ expectation: Claim.Expectation, isDifference: Bool = true, value: Double) -> JudgedClaim {
            JudgedClaim(
                Claim(
                    "", published: "", quantity: "", expectation, tolerance: 0.02, isDifference: isDifference,
                    over: nil
                ) { _ in value }, by: PackResults())
        }
        let difference = claim(.near(-0.1), value: -0.115)
        #expect(difference.numbers == "-11.5 points" && difference.claim.expected == "-10.0 ± 2.0 points")
        let share = claim(.above(0.5), isDifference: false, value: 0.56)
        #expect(share.numbers == "56.0 %" && share.claim.expected == "above 50.0 %, give or take 2.0 %")
        let fails = claim(.above(0.5), value: 0)
        #expect(PackReport.summary(of: [difference, share, fails]) == "3 claims: 1 fails, 2 hold")
        #expect(PackReport.summary(of: [share]) == "1 claim: 1 holds")
        #expect([difference, share, fails, fails].mostTellingFirst.map(\.verdict) == [.fails, .fails, .holds, .holds])
    }

    @Test("a part of a sweep is written I/N, and the parts together are all of it")
    func shards() throws {
        for count in [1, 3, 7] {
            let shards = try (1...count).map { try Shard("\($0)/\(count)") }
            for cell in 0..<20 { #expect(shards.count { $0.has(cell) } == 1) }
        }
        for text in ["", "1", "0/2", "3/2", "1/0", "a/2", "1/2/3", "-1/2", "1/100001", "9999999999999999999999/2"] {
            let fault = #expect(throws: ConfigurationFault.self) { try Shard(text) }
            #expect(fault?.description.contains("I/N") == true, "\(text)")
        }
        let launch = LaunchEnvironment(hostName: "") { $0 == "JOB_COMPLETION_INDEX" ? "7" : nil }
        #expect(try Shard("auto/8", in: launch) == Shard("8/8"))
        for text in ["auto", "auto/7", "auto/x", "auto/0", "auto/", "automatic"] {
            #expect(throws: ConfigurationFault.self) { try Shard(text, in: launch) }
        }
    }
}
