// A slice of the pack generalization-gap, with a false claim planted.
import Testing

@testable import Harness

@Suite("The pack generalization-gap")
struct GeneralizationGapTests {
    @Test("a slice: worst cases come to their closed forms, bounds hold, a false claim fails")
    func slice() throws {
        let pack = GeneralizationGap(
            .slice, rounds: 6, seeds: 2, twins: 1,
            rules: GeneralizationGap.rules.filter { $0.name.hasPrefix("trimmed") },
            variants: GeneralizationGap.variants.filter { $0.name == GeneralizationGap.plain },
            instances: WorstCaseInstances(hostile: [1, 2, 3], rounds: 2, seeds: 8))
        let planted = Claim(
            "Poisoning harms the worst cases more than the tailored attack", published: "nowhere",
            quantity: "least ratio of errors, poisoning over Byzantine", .above(1), isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            try evidence.number(
                WorstCaseInstances.figure1, WorstCaseInstances.row(2), WorstCaseInstances.poisoningError)
                / evidence.number(
                    WorstCaseInstances.figure1, WorstCaseInstances.row(2), WorstCaseInstances.byzantineError)
        }
        let slice = try PackSlice(pack.study(), planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.isDrawn)
        let computed = slice.claims.filter { $0.claim.sweep == nil }
        #expect(computed.count == 18)
        for claim in computed { #expect(claim.verdict == .holds, "\(claim.claim.statement): \(claim.numbers)") }
        // On images either may come out; there are figures for it.
        let images = slice.claims.filter { $0.claim.sweep == GeneralizationGap.images }
        #expect(images.count == 6 && images.allSatisfy { $0.estimate != nil && $0.missing == 0 })
    }
}
