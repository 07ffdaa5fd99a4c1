// The hyperbolic tangent.
import Kernels

/// Bends every element into -1 to 1.
struct HyperbolicTangent: Layer {
    let inputCount: Int

    var outputCount: Int { inputCount }

    func forward(
        _ input: Span<Float>, rows: Span<Int32>, parameters: Span<Float>, into output: inout MutableSpan<Float>,
        scratch: inout LayerScratch
    ) {
        hyperbolicTangent(input, rows: rows, width: inputCount, into: &output)
    }

    func inputErrors(
        _ input: Span<Float>, rows: Span<Int32>, output: Span<Float>, errors: Span<Float>, parameters: Span<Float>,
        into inputErrors: inout MutableSpan<Float>, scratch: inout LayerScratch
    ) {
        hyperbolicTangentBackward(output: output, count: rows.count * outputCount, errors: errors, into: &inputErrors)
    }
}
