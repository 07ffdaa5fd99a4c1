// A slice of the pack clipped-gossip.
import Testing

@testable import Harness

@Suite("The pack clipped-gossip")
struct ClippedGossipPackTests {
    @Test("a slice: the average model hides what the cliques lack, a false claim fails")
    func slice() throws {
        let planted = Claim(
            "The median agrees on the dumbbell", published: "nowhere",
            quantity: "accuracy of the average model minus mean accuracy", .near(0), tolerance: 0.02,
            over: ClippedGossipPack.dumbbell
        ) { evidence throws(MissingFigure) in
            let cell = [
                ClippedGossipPack.rulesAxis: "median", ClippedGossipPack.splitAxis: ClippedGossipPack.between,
            ]
            return try evidence.figure(ClippedGossipPack.dumbbell, cell, .averageModel)
                - evidence.figure(ClippedGossipPack.dumbbell, cell)
        }
        let slice = try PackSlice(try ClippedGossipPack(.slice, rounds: 100, seeds: 1).study(), planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.isDrawn)
        #expect(slice.lines("trimmed mean loses agreement").first?.hasPrefix("holds") == true)
    }
}
