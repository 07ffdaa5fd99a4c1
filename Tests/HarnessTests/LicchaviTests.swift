// A slice of the pack licchavi: small searches hold to the theorems, and a false claim fails.
import Testing

@testable import Harness

@Suite("The pack licchavi")
struct LicchaviTests {
    private static let study = Licchavi(
        theory: LicchaviTheory(searches: 60, draws: 6, tries: 20, mostSamples: 1_000),
        nodes: LicchaviNodes(rounds: 150, rules: ["weightedMean", "trimmedMean"], seeds: 2)
    ).study()

    @Test("a slice: what is proved holds, the printed instance does not, a false claim fails")
    func slice() throws {
        let planted = Claim(
            "Under squared l2 nobody moves the common model beyond what anybody has", published: "nowhere",
            quantity: "ρ*(15.05)", .below(2), isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            try evidence.number(LicchaviTheory.bounds, LicchaviTheory.hitRow, LicchaviTheory.greatest)
        }
        let slice = try PackSlice(Self.study, planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.isDrawn)
        // Ideas, and what so few draws need not find.
        let open = [
            "as printed", "Rotated, less", "Nor from two", "sparse graph", "The same searches", "few answers",
            "With others fixed", "With hostile others",
        ]
        #expect(open.map { slice.lines($0).count } == [1, 2, 1, 1, 1, 1, 2, 2])
        #expect(slice.claims.count > 30 && slice.claims.allSatisfy { $0.estimate != nil })
        for judged in slice.claims where !open.contains(where: { judged.claim.statement.contains($0) }) {
            #expect(judged.verdict == .holds, "\(judged.claim.statement): \(judged.numbers)")
        }
        #expect(slice.lines("as printed").allSatisfy { $0.hasPrefix("fails") })
        // Which theorems claims name, and which the setting says have none.
        let named = slice.claims.flatMap { judged in
            judged.claim.published.matches(of: #/theorems? (\d+)(?: and (\d+))?/#)
                .flatMap { [Int($0.1), $0.2.flatMap { Int($0) }].compactMap(\.self) }
        }
        #expect(Set(named) == [4, 5, 7, 8, 9, 10, 11, 12])
        #expect(Self.study.setting.contains { $0.contains("1 to 3 and 6 have no claim") })
    }
}
