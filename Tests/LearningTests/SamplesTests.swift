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
}
