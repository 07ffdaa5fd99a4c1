// Softmax regression against its slow twin in Double, whose own gradient is checked by central differences.
import Kernels
import Learning
import TestSupport
import Testing

@Suite("Softmax regression")
struct SoftmaxRegressionTests {
    private func lossAndGradient(
        _ parameters: [Float], _ batch: Batch
    ) -> (loss: Double, gradient: [Float]) {
        var gradient = [Float](repeating: .nan, count: parameters.count)
        var span = gradient.mutableSpan
        var scratch = ObjectiveScratch()
        let loss = softmax(on: batch.samples).lossAndGradient(
            at: parameters.span, on: batch, gradient: &span, scratch: &scratch)
        return (loss, gradient)
    }

    @Test("the slow twin's gradient is that of its loss")
    func slowTwin() {
        let data = seededData(samples: 6, features: 4, classes: 3)
        let twin = SlowSoftmax(data, samples: [5, 0, 0, 3])
        let point = seededValues(15, seed: 22).map(Double.init)
        for (value, difference) in zip(twin.gradient(point), centralDifferences(of: twin.loss, at: point)) {
            #expect(abs(value - difference) < 1e-9)
        }
    }

    @Test("loss and gradient are the slow twin's for every shape and batch", arguments: 2...11)
    func shapes(_ classes: Int) {
        for features in 1...40 {
            let data = seededData(samples: 40, features: features, classes: classes, seed: UInt64(features))
            let parameters = seededValues(classes * (features + 1), seed: 22)
            // Every batch size from 1 to 40 is met, with repeated samples out of order.
            let batch = (0..<(features * 3 + classes) % 40 + 1).map { Int32($0 * 17 % 23) }
            let (loss, gradient) = lossAndGradient(parameters, Batch(data, rows: batch))
            let twin = SlowSoftmax(data, samples: batch)
            let point = parameters.map(Double.init)
            #expect(abs(loss - twin.loss(point)) < 1e-5)
            let errors = zip(gradient, twin.gradient(point)).map { abs(Double($0) - $1) }
            #expect(errors.max()! < 1e-6, "\(features) features, batch \(batch.count)")
        }
    }

    @Test("great scores neither overflow nor vanish")
    func greatScores() {
        let data = seededData(samples: 8, features: 5, classes: 4)
        let parameters = seededValues(24, seed: 22).map { 10_000 * $0 }
        let (loss, gradient) = lossAndGradient(parameters, Batch(data))
        let expected = SlowSoftmax(data).loss(parameters.map(Double.init))
        #expect(abs(loss / expected - 1) < 1e-5)
        #expect(allFinite(gradient.span) as Bool)
    }

    @Test("evaluation counts what the slow twin would")
    func evaluation() {
        let data = seededData(samples: 100, features: 9, classes: 5)
        let parameters = seededValues(50, seed: 22)
        let twin = SlowSoftmax(data)
        let point = parameters.map(Double.init)
        let correct = data.labels.indices.filter { sample in
            let scores = twin.scores(point, Int32(sample))
            return scores.firstIndex(of: scores.max()!)! == data.labels[sample]
        }
        var scratch = ObjectiveScratch()
        let found = softmax(on: data).evaluate(parameters.span, on: data, scratch: &scratch)
        #expect(abs(found.meanLoss - twin.loss(point)) < 1e-6)
        #expect(found.correct == correct.count && found.count == 100)
        #expect(found.accuracy == Double(correct.count) / 100)
    }

    @Test("a tie goes to the lowest class, and no samples are no fault")
    func ties() {
        var scratch = ObjectiveScratch()
        let parameters = [Float](repeating: 0, count: 6)
        let data = Samples(features: [1, 2, 3, 4], labels: [0, 1, 0, 0], featureCount: 1, classCount: 3)
        #expect(softmax(on: data).evaluate(parameters.span, on: data, scratch: &scratch).correct == 3)
        let nothing = Samples(features: [], labels: [], featureCount: 1, classCount: 3)
        let found = softmax(on: nothing).evaluate(parameters.span, on: nothing, scratch: &scratch)
        #expect(found.count == 0 && found.accuracy == 0 && found.meanLoss == 0)
    }

    @Test("what an earlier call left in the scratch changes nothing")
    func scratch() {
        let parameters = seededValues(50, seed: 22)
        var scratch = ObjectiveScratch()
        let large = seededData(samples: 60, features: 9, classes: 5)
        _ = softmax(on: large).evaluate(parameters.span, on: large, scratch: &scratch)
        let small = seededData(samples: 7, features: 9, classes: 5, seed: 5)
        var fresh = ObjectiveScratch()
        #expect(
            softmax(on: small).evaluate(parameters.span, on: small, scratch: &scratch)
                == softmax(on: small).evaluate(parameters.span, on: small, scratch: &fresh))
    }
}
