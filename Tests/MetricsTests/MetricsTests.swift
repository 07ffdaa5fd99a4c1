// Consensus figures and spreads against their definition.
import Testing

@testable import Metrics

@Suite("Metrics")
struct MetricsTests {
    @Test("consensus distance is the root mean squared distance to the average")
    func consensus() {
        let consensus = Consensus([[0, 0], [2, 0], [1, 3]])
        #expect(consensus.average == [1, 1])
        #expect(abs(consensus.distance.rootMeanSquare - (8.0 / 3).squareRoot()) < 1e-12)
        #expect(abs((consensus.distance.relative ?? 0) - (4.0 / 3).squareRoot()) < 1e-12)
        // From (1, 0), the coordinate-wise median: 1, 1 and 3.
        #expect(consensus.distances == [1, 1, 3] && consensus.distance.median == 1)
        #expect(Consensus([[0, 0]]).distance.relative == nil)
        #expect(Consensus([[.infinity]]).distance.relative == nil)
    }

    @Test("a spread has the least, the mean and the greatest")
    func spread() {
        let spread = Spread([3, 1, 2])
        #expect(spread.least == 1 && spread.mean == 2 && spread.greatest == 3)
    }
}
