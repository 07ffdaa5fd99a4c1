// Means with intervals against textbook values.
import Metrics
import Testing

@Suite("Estimate")
struct EstimateTests {
    @Test(
        "critical values are those of the printed tables",
        arguments: [
            (0.95, 1, 12.7062), (0.95, 2, 4.3027), (0.95, 3, 3.1824), (0.95, 4, 2.7764), (0.95, 5, 2.5706),
            (0.95, 9, 2.2622), (0.95, 10, 2.2281), (0.95, 30, 2.0423), (0.95, 120, 1.9799), (0.99, 1, 63.6567),
            (0.99, 7, 3.4995), (0.9, 12, 1.7823), (0.5, 2, 0.8165),
        ])
    func tables(confidence: Double, freedom: Int, expected: Double) {
        let value = StudentT.criticalValue(confidence: confidence, degreesOfFreedom: freedom)
        #expect((value - expected).magnitude < 1e-4, "\(value)")
    }

    @Test("the closed forms of one and two degrees of freedom hold to many digits")
    func closedForms() {
        for confidence in [0.1, 0.5, 0.9, 0.95, 0.999] {
            let two = StudentT.criticalValue(confidence: confidence, degreesOfFreedom: 2)
            let exact = confidence * (2 / (1 - confidence * confidence)).squareRoot()
            #expect((two / exact - 1).magnitude < 1e-11)
        }
        let half = StudentT.criticalValue(confidence: 0.5, degreesOfFreedom: 1)
        #expect((half - 1).magnitude < 1e-14)
    }

    @Test("many degrees of freedom approach the normal distribution from above")
    func normal() {
        let value = StudentT.criticalValue(confidence: 0.95, degreesOfFreedom: 100_000)
        #expect(value > 1.959963 && value < 1.96001)
    }

    @Test("a mean has the interval of its spread, and a single value none")
    func interval() throws {
        let estimate = Estimate([1, 2, 3, 4, 5])
        #expect(estimate.count == 5 && estimate.mean == 3)
        // t₄ √(2.5 / 5)
        #expect((try #require(estimate.halfWidth) - 1.96324).magnitude < 1e-5)
        #expect(Estimate([7]).halfWidth == nil && Estimate([7]).mean == 7)
        #expect(Estimate([2, 2, 2]).halfWidth == 0)
    }
}
