// The pooling layer: of each square of two by two of each channel the greatest element.
import Kernels

/// Images of half the height and width.
struct MaxPooling: Layer {
    let shape: PoolingShape

    var inputCount: Int { shape.inputCount }
    var outputCount: Int { shape.outputCount }

    func forward(
        _ input: Span<Float>, rows: Span<Int32>, parameters: Span<Float>, into output: inout MutableSpan<Float>,
        scratch: inout LayerScratch
    ) {
        poolMaxima(input, rows: rows, shape, into: &output)
    }

    func inputErrors(
        _ input: Span<Float>, rows: Span<Int32>, output: Span<Float>, errors: Span<Float>, parameters: Span<Float>,
        into inputErrors: inout MutableSpan<Float>, scratch: inout LayerScratch
    ) {
        poolMaximaBackward(input, rows: rows, shape, errors: errors, into: &inputErrors)
    }
}
