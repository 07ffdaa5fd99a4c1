// A slice of the pack federated-averaging.
import Testing

@testable import Harness

@Suite("The pack federated-averaging")
struct FederatedAveragingTests {
    @Test(
        "a slice: gossip shrinks disagreement as its spectral gap says, excess loss goes as 1/(nT), a false claim fails"
    )
    func slice() throws {
        let planted = Claim(
            "Sixteen nodes are no better than four", published: "nowhere", quantity: "excess loss of 4 over that of 16",
            .near(1), tolerance: 0.5, isShare: false, over: FederatedAveraging.rate
        ) { evidence throws(MissingFigure) in
            func excess(_ size: Int) throws(MissingFigure) -> Double {
                try evidence.figure(
                    FederatedAveraging.rate, [FederatedAveraging.graphAxis: "n = \(size)"], .excessLoss)
            }
            return try excess(4) / excess(16)
        }
        let slice = try PackSlice(try FederatedAveraging(.slice, rounds: 20, seeds: 2).study(), planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.isDrawn)
        for words in ["Gossip at α", "On a complete graph", "On a strongly convex", "Everyone ends"] {
            #expect(!slice.lines(words).isEmpty)
            for line in slice.lines(words) { #expect(line.hasPrefix("holds")) }
        }
    }
}
