// Quadratic consensus by hand.
import Kernels
import Testing

@testable import Learning

@Suite("Quadratic")
struct QuadraticTests {
    @Test("half the squared distance from the samples, whose mean is where the gradient is zero")
    func values() {
        let samples = Samples(features: [0, 0, 4, 2], targets: .none(2), axes: [2])
        let objective = Quadratic(.defaults(Quadratic.parameters)).makeObjective(for: samples.shape)
        var random = RandomStream(seed: 1, purpose: .initialisation)
        #expect(objective.initialise(random: &random) == [0, 0])
        var (scratch, gradient) = (ObjectiveScratch(), [Float](repeating: .nan, count: 2))
        var span = gradient.mutableSpan
        let loss = objective.lossAndGradient(
            at: ([2, 3] as [Float]).span, on: Batch(samples), gradient: &span, scratch: &scratch)
        #expect(loss == (13.0 / 2 + 5.0 / 2) / 2 && gradient == [0, 2])
        let evaluation = objective.evaluate(([2, 3] as [Float]).span, on: samples, scratch: &scratch)
        #expect(evaluation.meanLoss == loss && evaluation.accuracy == nil && evaluation.count == 2)
    }

    @Test("samples with classes are points like others")
    func classes() {
        let samples = Samples(features: [1, 3], labels: [0, 1], featureCount: 1, classCount: 2)
        let objective = Quadratic(.defaults(Quadratic.parameters)).makeObjective(for: samples.shape)
        var scratch = ObjectiveScratch()
        let evaluation = objective.evaluate(([2] as [Float]).span, on: samples, scratch: &scratch)
        #expect(evaluation.meanLoss == 0.5 && evaluation.accuracy == nil)
    }
}
