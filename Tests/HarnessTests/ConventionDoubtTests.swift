// When other codes' conventions make more of a run than its worst node does, and when that is only noise.
import Metrics
import Testing

@testable import Harness

@Suite("Conventions of other codes")
struct ConventionDoubtTests {
    private func spread(_ least: Double, _ mean: Double, _ averageModel: Double) -> Spread {
        Spread(least: least, mean: mean, greatest: mean, averageModel: averageModel)
    }

    @Test("a worst node that the average hides is told of in one line, with the numbers")
    func hidden() throws {
        let doubt = try #require(ConventionDoubt(spread(0.206, 0.78, 0.912), nodes: 13, samples: 355))
        #expect(!doubt.sentence.contains("\n"))
        for number in ["20.6 %", "78.0 %", "91.2 %", "355 test samples", "points"] {
            #expect(doubt.sentence.contains(number), "\(doubt.sentence)")
        }
    }

    @Test("the margin is a worked one")
    func margin() throws {
        // (51/102)(51/102)/102 twice; z of 0.975 for one pair of two nodes is that of 0.9875.
        let doubt = try #require(ConventionDoubt(spread(0.1, 0.5, 0.5), nodes: 2, samples: 100))
        let shares = (11.0 / 102, 51.0 / 102)
        let variance = shares.0 * (1 - shares.0) / 102 + shares.1 * (1 - shares.1) / 102
        #expect(abs(doubt.margin - 2.241402727604947 * variance.squareRoot()) < 1e-9)
    }

    @Test(
        "a difference that as few test samples explain is none, and more nodes have a worse worst one",
        arguments: [(0.86, 13, 355), (0.75, 13, 40), (0.8305, 1_000, 355), (0.92, 13, 1_000_000)])
    func noise(worst: Double, nodes: Int, samples: Int) {
        #expect(ConventionDoubt(spread(worst, 0.9, 0.92), nodes: nodes, samples: samples) == nil)
    }

    @Test("more samples, or fewer nodes, and the same difference is one")
    func difference() {
        #expect(ConventionDoubt(spread(0.86, 0.9, 0.92), nodes: 13, samples: 3_550) != nil)
        #expect(ConventionDoubt(spread(0.8305, 0.9, 0.92), nodes: 4, samples: 355) != nil)
        #expect(ConventionDoubt(spread(0.1, 0.9, 0.92), nodes: 1, samples: 355) == nil)
        #expect(ConventionDoubt(spread(0.1, 0.9, 0.92), nodes: 4, samples: 0) == nil)
    }
}
