// The rectifier, ReLU: max(0, x).
import Kernels

/// Lets what is positive pass.
struct Rectifier: Layer {
    let inputCount: Int

    var outputCount: Int { inputCount }

    func forward(
        _ input: Span<Float>, rows: Span<Int32>, parameters: Span<Float>, into output: inout MutableSpan<Float>,
        scratch: inout LayerScratch
    ) {
        rectify(input, rows: rows, width: inputCount, into: &output)
    }

    func inputErrors(
        _ input: Span<Float>, rows: Span<Int32>, output: Span<Float>, errors: Span<Float>, parameters: Span<Float>,
        into inputErrors: inout MutableSpan<Float>, scratch: inout LayerScratch
    ) {
        rectifyBackward(output: output, count: rows.count * outputCount, errors: errors, into: &inputErrors)
    }
}
