// The dense layer against its slow twin, at sizes on either side of every group of lanes and classes.
import Kernels
import TestSupport
import Testing

@Suite("Dense layer")
struct DenseLayerTests {
    struct Size: Sendable { let rows, features, classes: Int }

    static let sizes = [1, 2, 5, 6, 10, 11].flatMap { classes in
        [1, 7, 8, 9, 31].map { Size(rows: 6, features: $0, classes: classes) }
    }

    /// Repeated and out of order, as mini-batches may be.
    private let samples: [Int32] = [4, 0, 4, 5]

    private func table(_ size: Size) -> [[Float]] {
        (0..<size.rows).map { seededValues(size.features, seed: 11, lane: $0) }
    }

    @Test("forward gives every class's weighted sum and bias", arguments: sizes)
    func forward(_ size: Size) {
        let table = table(size)
        let features = table.flatMap { $0 }
        let parameters = seededValues(size.classes * (size.features + 1), seed: 12)
        var logits = [Float](repeating: .nan, count: samples.count * size.classes)
        var span = logits.mutableSpan
        denseForward(
            features: features.span, featureCount: size.features, samples: samples.span,
            parameters: parameters.span, classCount: size.classes, into: &span)
        let expected = slowDenseForward(
            samples.map { table[Int($0)] }, parameters: parameters, classes: size.classes)
        for (logit, slow) in zip(logits, expected.joined()) { #expect(abs(Double(logit) - slow) < 1e-5) }
    }

    /// Rows of much data are asked for before they are needed, which is no matter of what comes out.
    @Test("forward gives the same bits of rows far apart in much data", arguments: [1, 2, 77])
    func much(count: Int) {
        let size = Size(rows: 300, features: 8_000, classes: 3)
        let values = seededValues(size.features, seed: 14)
        let features = (0..<size.rows).flatMap { values[($0 * 7)...] + values[..<($0 * 7)] }
        let parameters = seededValues(size.classes * (size.features + 1), seed: 15)
        let rows = (0..<Int32(count)).map { $0 * 131 % Int32(size.rows) }
        func logits(_ features: [Float], _ rows: [Int32]) -> [Float] {
            var logits = [Float](repeating: .nan, count: rows.count * size.classes)
            var span = logits.mutableSpan
            denseForward(
                features: features.span, featureCount: size.features, samples: rows.span,
                parameters: parameters.span, classCount: size.classes, into: &span)
            return logits
        }
        let own = rows.flatMap { features[Int($0) * size.features..<(Int($0) + 1) * size.features] }
        #expect(logits(features, rows) == logits(own, rows.indices.map { Int32($0) }))
    }

    @Test("backward overwrites the gradient of weights and biases", arguments: sizes)
    func backward(_ size: Size) {
        let table = table(size)
        let errors = samples.indices.map { seededValues(size.classes, seed: 13, lane: $0) }
        let (features, flatErrors) = (table.flatMap { $0 }, errors.flatMap { $0 })
        var gradient = [Float](repeating: .nan, count: size.classes * (size.features + 1))
        var span = gradient.mutableSpan
        denseBackward(
            features: features.span, featureCount: size.features, samples: samples.span,
            errors: flatErrors.span, classCount: size.classes, into: &span)
        let expected = slowDenseBackward(samples.map { table[Int($0)] }, errors: errors)
        #expect(expected.count == gradient.count)
        for (value, slow) in zip(gradient, expected) { #expect(abs(Double(value) - slow) < 1e-5) }
    }

    /// A batch that does not stay in the cache is taken in blocks of columns, which is no matter of what comes out.
    @Test("backward gives the same bits of a batch too large for the cache")
    func farBackward() {
        let size = Size(rows: 6, features: 70_001, classes: 6)
        let features = table(size).flatMap { $0 }
        let errors = seededValues(samples.count * size.classes, seed: 16)
        var gradient = [Float](repeating: .nan, count: size.classes * (size.features + 1))
        var span = gradient.mutableSpan
        denseBackward(
            features: features.span, featureCount: size.features, samples: samples.span, errors: errors.span,
            classCount: size.classes, into: &span)
        var expected: [Float] = []
        for c in 0..<size.classes {
            for j in 0..<size.features {
                var sum: Float = 0
                for (s, row) in samples.enumerated() {
                    sum += errors[s * size.classes + c] * features[Int(row) * size.features + j]
                }
                expected.append(sum)
            }
        }
        #expect(Array(gradient.prefix(expected.count)) == expected)
    }
}
