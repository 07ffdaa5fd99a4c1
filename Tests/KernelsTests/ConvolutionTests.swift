// Convolution, pooling and activations against their slow twins.
import Kernels
import TestSupport
import Testing

@Suite("Convolution and pooling")
struct ConvolutionTests {
    static let shapes = [
        ConvolutionShape(channels: 1, height: 1, width: 1, filters: 1, kernel: 1),
        ConvolutionShape(channels: 1, height: 5, width: 5, filters: 2, kernel: 5),
        ConvolutionShape(channels: 2, height: 7, width: 12, filters: 3, kernel: 3),
        ConvolutionShape(channels: 3, height: 6, width: 9, filters: 7, kernel: 5, padding: 2),
        ConvolutionShape(channels: 1, height: 3, width: 4, filters: 2, kernel: 4, padding: 3),
        ConvolutionShape(channels: 5, height: 12, width: 12, filters: 17, kernel: 5),
    ]

    /// Repeated and out of order, as mini-batches may be.
    private let rows: [Int32] = [2, 0, 2]

    private func images(_ count: Int) -> [[Float]] { (0..<3).map { seededValues(count, seed: 41, lane: $0) } }
    private func errors(_ count: Int) -> [[Float]] { rows.indices.map { seededValues(count, seed: 42, lane: $0) } }

    @Test("forward is every filter at every position", arguments: shapes)
    func forward(_ shape: ConvolutionShape) {
        let images = images(shape.inputCount)
        let parameters = seededValues(shape.parameterCount, seed: 43)
        var output = [Float](repeating: .nan, count: rows.count * shape.outputCount)
        var span = output.mutableSpan
        var scratch = ConvolutionScratch()
        let input = images.flatMap { $0 }
        convolve(
            input.span, rows: rows.span, shape, parameters: parameters.span, into: &span,
            scratch: &scratch)
        let slow = rows.flatMap { SlowConvolution(shape).forward(images[Int($0)], parameters: parameters) }
        expect(output, near: slow)
    }

    @Test("backward gives the gradients by filters, biases and images", arguments: shapes)
    func backward(_ shape: ConvolutionShape) {
        let (images, errors) = (images(shape.inputCount), errors(shape.outputCount))
        let parameters = seededValues(shape.parameterCount, seed: 43)
        let slow = SlowConvolution(shape)
        var scratch = ConvolutionScratch()
        var gradient = [Float](repeating: .nan, count: shape.parameterCount)
        var span = gradient.mutableSpan
        let (input, flatErrors) = (images.flatMap { $0 }, errors.flatMap { $0 })
        convolveBackward(
            input.span, rows: rows.span, shape, errors: flatErrors.span, into: &span,
            scratch: &scratch)
        var expected = [Double](repeating: 0, count: gradient.count)
        for (row, error) in zip(rows, errors) {
            for (place, value) in slow.gradient(images[Int(row)], errors: error).enumerated() {
                expected[place] += value
            }
        }
        expect(gradient, near: expected)
        var inputErrors = [Float](repeating: .nan, count: rows.count * shape.inputCount)
        var inputSpan = inputErrors.mutableSpan
        convolveInputBackward(
            count: rows.count, shape, parameters: parameters.span, errors: flatErrors.span,
            into: &inputSpan, scratch: &scratch)
        expect(inputErrors, near: errors.flatMap { slow.inputErrors(parameters: parameters, errors: $0) })
    }

    @Test(
        "pooling keeps the greatest of each square, and leads errors back to the first such",
        arguments: [
            PoolingShape(channels: 1, height: 2, width: 2), PoolingShape(channels: 3, height: 7, width: 10),
            PoolingShape(channels: 2, height: 4, width: 5),
        ])
    func pooling(_ shape: PoolingShape) {
        // Few values, so that there are ties.
        let images = images(shape.inputCount).map { $0.map { (3 * $0).rounded() } }
        let errors = errors(shape.outputCount)
        var output = [Float](repeating: .nan, count: rows.count * shape.outputCount)
        var span = output.mutableSpan
        let (input, flatErrors) = (images.flatMap { $0 }, errors.flatMap { $0 })
        poolMaxima(input.span, rows: rows.span, shape, into: &span)
        var inputErrors = [Float](repeating: .nan, count: rows.count * shape.inputCount)
        var inputSpan = inputErrors.mutableSpan
        poolMaximaBackward(
            input.span, rows: rows.span, shape, errors: flatErrors.span, into: &inputSpan)
        let maxima = rows.map { slowMaxima(images[Int($0)], shape) }
        #expect(output == maxima.flatMap { $0.map(\.value) })
        var expected = [Float](repeating: 0, count: inputErrors.count)
        for s in rows.indices {
            for (maximum, error) in zip(maxima[s], errors[s]) {
                expected[s * shape.inputCount + maximum.place] += error
            }
        }
        #expect(inputErrors == expected)
    }

    @Test("activations pass and stop errors as their slopes say", arguments: [1, 7, 8, 9, 40])
    func activations(_ width: Int) {
        let table = images(width).map { $0.map { 3 * $0 } }
        let (x, errors) = (rows.flatMap { table[Int($0)] }, errors(width).flatMap { $0 })
        func written(_ body: (inout MutableSpan<Float>) -> Void) -> [Float] {
            var values = [Float](repeating: .nan, count: x.count)
            var span = values.mutableSpan
            body(&span)
            return values
        }
        let input = table.flatMap { $0 }
        let rectified = written { rectify(input.span, rows: rows.span, width: width, into: &$0) }
        #expect(rectified == x.map { max(0, $0) })
        #expect(
            written { rectifyBackward(output: rectified.span, count: x.count, errors: errors.span, into: &$0) }
                == zip(x, errors).map { $0 > 0 ? $1 : 0 })
        let bent = written { hyperbolicTangent(input.span, rows: rows.span, width: width, into: &$0) }
        expect(bent, near: x.map { 1 - 2 / (Elementary.exp(2 * Double($0)) + 1) })
        expect(
            written {
                hyperbolicTangentBackward(output: bent.span, count: x.count, errors: errors.span, into: &$0)
            }, near: zip(bent, errors).map { (1 - Double($0) * Double($0)) * Double($1) })
    }

    private func expect(_ values: [Float], near expected: [Double]) {
        #expect(values.count == expected.count)
        let distance = zip(values, expected).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(distance < 2e-5)
    }
}
