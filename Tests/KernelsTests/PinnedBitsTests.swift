// Pinned bits: one digest over what every kernel computes. It may change only together with a kernel, and must be the
// same in the AVX2 and the portable build: GOSSIPNODE_PORTABLE=1 swift test --filter PinnedBits
import Kernels
import TestSupport
import Testing

@Suite("Pinned bits")
struct PinnedBitsTests {
    @Test("every kernel gives the same bits in every build")
    func digest() {
        var results: [UInt64] = []
        func add(_ values: [Double]) { results += values.map(\.bitPattern) }
        func add(_ values: [Float]) { results += values.map { UInt64($0.bitPattern) } }
        func written(_ count: Int, _ body: (inout MutableSpan<Float>) -> Void) -> [Float] {
            var values = seededValues(count, lane: 9)
            var span = values.mutableSpan
            body(&span)
            return values
        }

        var stream = RandomStream(seed: 42, purpose: .measurement, node: NodeID(1), round: Round(2), lane: 3)
        results += (0..<9).map { _ in stream.next() } + (1..<9).map { UInt64(stream.below($0)) }
        add((0..<9).flatMap { _ in [stream.uniform(), stream.uniformOpen(), stream.gaussian()] })
        add([0.001, 0.5, 2, 90].map { stream.logGamma(shape: $0) } + stream.dirichlet(0.1, count: 7))

        let reals = seededValues(99).map(Double.init)
        add(reals.map { Elementary.exp(600 * $0) } + reals.map { Elementary.log($0.magnitude) })
        add(reals.flatMap { [Elementary.sineCosine(ofTurns: $0).sine, Elementary.sineCosine(ofTurns: $0).cosine] })
        add(reals.map { Elementary.normalQuantile($0.magnitude) })
        add(seededValues(99).map { Elementary.exp(90 * $0) })

        for count in [31, 1_024, 2_083] {
            let (x, y) = (seededValues(count), seededValues(count, lane: 1))
            add([sum(x.span), dot(x.span, y.span), squaredNorm(x.span), squaredDistance(x.span, y.span)])
            add(written(count) { axpy(0.3, x.span, into: &$0) })
            add(written(count) { scale(0.3, &$0) })
            add(written(count) { addScaledDifference(0.3, x.span, minus: y.span, into: &$0) })
        }
        for count in [2, 5, 8, 13, 16, 17, 40] {
            let rows = batch((0..<count).map { seededValues(37, lane: $0) })
            add(written(37) { trimmedColumnMeans(rows, dropping: (count - 1) / 3, into: &$0) })
            add(written(37) { columnMedians(rows, into: &$0) })
        }

        let features = seededValues(4 * 29)
        let samples: [Int32] = [3, 1, 2]
        let parameters = seededValues(7 * 30)
        let errors = seededValues(3 * 7)
        add(
            written(3 * 7) {
                denseForward(
                    features: features.span, featureCount: 29, samples: samples.span, parameters: parameters.span,
                    classCount: 7, into: &$0)
            })
        add(
            written(7 * 30) {
                denseBackward(
                    features: features.span, featureCount: 29, samples: samples.span, errors: errors.span,
                    classCount: 7, into: &$0)
            })

        add(seededValues(96).flatMap { tanh(8 * $0) })
        add(written(13 * 21) { product(seededValues(13 * 500), seededValues(500 * 21), 13, 21, into: &$0) })
        let shape = ConvolutionShape(channels: 2, height: 9, width: 11, filters: 3, kernel: 4, padding: 1)
        let images = seededValues(4 * shape.inputCount)
        let filters = seededValues(shape.parameterCount)
        let outputErrors = seededValues(3 * shape.outputCount, lane: 2)
        var scratch = ConvolutionScratch()
        add(
            written(3 * shape.outputCount) {
                convolve(
                    images.span, rows: samples.span, shape, parameters: filters.span, into: &$0, scratch: &scratch)
            })
        add(
            written(shape.parameterCount) {
                convolveBackward(
                    images.span, rows: samples.span, shape, errors: outputErrors.span, into: &$0, scratch: &scratch)
            })
        add(
            written(3 * shape.inputCount) {
                convolveInputBackward(
                    count: 3, shape, parameters: filters.span, errors: outputErrors.span, into: &$0,
                    scratch: &scratch)
            })

        let bytes = results.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
        #expect(XXH64.hash(bytes) == 0x1DF9_28C8_2A18_5CEB)
    }

    private func tanh(_ x: Float) -> [Float] {
        let lanes = Elementary.tanh(SIMD8<Float>(repeating: x))
        return lanes.indices.map { lanes[$0] }
    }

    private func product(
        _ a: [Float], _ b: [Float], _ rows: Int, _ columns: Int, into c: inout MutableSpan<Float>
    ) {
        let depth = a.count / rows
        var scratch = ProductScratch()
        multiply(
            a.span, MatrixLayout(rows, by: depth), b.span, MatrixLayout(columns, by: depth).transposed, into: &c,
            MatrixLayout(rows, by: columns), scratch: &scratch)
    }
}
