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
        let spread = Spread([3, 1, 2], averageModel: 0.5)
        #expect(spread.least == 1 && spread.mean == 2 && spread.greatest == 3 && spread.averageModel == 0.5)
    }

    @Test("the worst is the least accuracy, or the greatest loss where nothing is classified")
    func worst() {
        let loss = Spread([3, 1, 2], averageModel: 1.5)
        let regression = Scores(accuracy: nil, loss: loss)
        #expect(regression.measure == .loss && regression.worst == 3 && regression.best == 1)
        #expect(regression.spread == loss)
        let classes = Scores(accuracy: Spread([0.7, 0.9], averageModel: 0.8), loss: loss)
        #expect(classes.measure == .accuracy && classes.worst == 0.7 && classes.best == 0.9)
        #expect(TaskMeasure.accuracy.isWorse(0.1, than: 0.2) && TaskMeasure.loss.isWorse(0.2, than: 0.1))
    }

    @Test("where nothing is classified, the bar is the loss of the first model")
    func bar() {
        let bar = Bar.start(2)
        #expect(bar.measure == .loss && bar.isBeaten(by: 1.9) && !bar.isBeaten(by: 2) && bar.canBeBeaten)
        #expect(bar.worth(of: 0.5) == 1.5 && bar.chance == nil && !Bar.start(0).canBeBeaten)
        let chance = Chance(classes: [500, 500])
        #expect(Bar.chance(chance).isBeaten(by: 0.9) && Bar.chance(chance).worth(of: 0.9) == 0.9)
    }
}
