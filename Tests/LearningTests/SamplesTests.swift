// Batches cut into chunks.
import Learning
import Testing
import TestSupport

@Suite("Samples")
struct SamplesTests {
    @Test("chunks are the batch's rows in their order, none larger than asked for", arguments: [1, 3, 7, 8, 100])
    func chunks(size: Int) {
        let batch = Batch(seededData(samples: 10, features: 2, classes: 2), rows: [3, 1, 1, 9, 0, 5, 7])
        let chunks = batch.chunks(of: size)
        #expect(chunks.flatMap(\.rows) == batch.rows)
        #expect(chunks.allSatisfy { (1...size).contains($0.count) && $0.samples == batch.samples })
        #expect(chunks.dropLast().allSatisfy { $0.count == size })
    }

    @Test("weights go with their samples wherever these go, and those that are all 1 are none")
    func weights() {
        let plain = seededData(samples: 4, features: 2, classes: 2)
        #expect(plain.weighted(by: 1) == plain && plain.weighted(by: 1).weights.isEmpty)
        let samples = Samples(
            features: plain.features, targets: plain.targets, axes: plain.axes, weights: [1, 2, 0.5, 40])
        #expect(samples != plain && samples.unweighted == plain)
        let batch = Batch(samples, rows: [3, 0, 3])
        #expect(batch.weight == 81 && batch.picked.weights == [40, 1, 40] && batch.unweighted.weight == 3)
        #expect(Batch(samples, rows: [0, 0]).picked.weights.isEmpty)
        #expect(samples.with(.classes([1, 1, 1, 1], of: 2)).weights == samples.weights)
        #expect(samples.with(features: samples.features.reversed()).weights == samples.weights)
        #expect(samples.replacing(3, with: Batch(plain, rows: [0]).picked).weights == samples.weights)
    }
}
