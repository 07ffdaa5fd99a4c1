// Random features, which are fixed: a model whose last layer alone is trained is linear in them, and so convex.
import Kernels

/// √(2/D) max(0, W x), or √(2/D) cos(W x + b), with W and b drawn once from a seed; D features of p elements.
///
/// Rows of W are normal. Rectified, of variance 1/p, so that features have the mean square of x. The cosines of Rahimi
/// and Recht (2007), of variance 1/(p s²) and b uniform, have as products the Gaussian kernel of width s √p.
struct RandomFeatures: Layer {
    enum Map: Sendable { case rectified, fourier }

    let inputCount: Int
    let outputCount: Int
    private let map: Map
    /// A row a feature; those of cosines in turns.
    private let weights: [Float]
    private let shifts: [Float]
    private let scale: Float

    init(_ map: Map, of inputCount: Int, count: Int, width: Double = 1, seed: UInt64) {
        self.map = map
        self.inputCount = inputCount
        outputCount = count
        scale = Float((2 / Double(count)).squareRoot())
        var random = RandomStream(seed: seed, purpose: .initialisation, lane: 1)
        var weights = [Float](repeating: 0, count: count * inputCount)
        let deviation = 1 / Double(inputCount).squareRoot()
        switch map {
        case .rectified:
            random.fillGaussian(&weights, mean: 0, standardDeviation: deviation)
            shifts = [Float](repeating: 0, count: count)
        case .fourier:
            random.fillGaussian(&weights, mean: 0, standardDeviation: deviation / (2 * Double.pi * width))
            shifts = (0..<count).map { _ in Float(random.uniform()) }
        }
        self.weights = weights
    }

    var heldFloats: Int { weights.count + shifts.count }

    private var layout: MatrixLayout { MatrixLayout(outputCount, by: inputCount) }

    /// W x + b, the latter in turns.
    private func arguments(
        _ input: Span<Float>, rows: Span<Int32>, into output: inout MutableSpan<Float>, _ scratch: inout LayerScratch
    ) {
        for s in rows.indices {
            for o in 0..<outputCount { output[s * outputCount + o] = shifts[o] }
        }
        scratch.withMatrix(of: rows, input, width: inputCount) { samples, matrix, scratch in
            multiply(
                samples, matrix, weights.span, layout.transposed, into: &output,
                MatrixLayout(rows.count, by: outputCount), adding: true, scratch: &scratch)
        }
    }

    func forward(
        _ input: Span<Float>, rows: Span<Int32>, parameters: Span<Float>, into output: inout MutableSpan<Float>,
        scratch: inout LayerScratch
    ) {
        arguments(input, rows: rows, into: &output, &scratch)
        for i in 0..<rows.count * outputCount {
            switch map {
            case .rectified: output[i] = scale * max(0, output[i])
            case .fourier: output[i] = scale * Float(Elementary.sineCosine(ofTurns: Double(output[i])).cosine)
            }
        }
    }

    func inputErrors(
        _ input: Span<Float>, rows: Span<Int32>, output: Span<Float>, errors: Span<Float>, parameters: Span<Float>,
        into inputErrors: inout MutableSpan<Float>, scratch: inout LayerScratch
    ) {
        var slopes = [Float](repeating: 0, count: rows.count * outputCount)
        var span = slopes.mutableSpan
        arguments(input, rows: rows, into: &span, &scratch)
        for i in span.indices {
            switch map {
            case .rectified: span[i] = span[i] > 0 ? scale * errors[i] : 0
            case .fourier:
                let sine = Elementary.sineCosine(ofTurns: Double(span[i])).sine
                span[i] = -2 * Float.pi * scale * Float(sine) * errors[i]
            }
        }
        multiply(
            slopes.span, MatrixLayout(rows.count, by: outputCount), weights.span, layout, into: &inputErrors,
            MatrixLayout(rows.count, by: inputCount), scratch: &scratch.product)
    }
}
