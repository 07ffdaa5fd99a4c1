// The convolutional layer: filters that are moved over an image, one step at a time.
import Kernels

/// Every output a filter's weighted sum of a patch of all channels, and a bias; He initialisation.
struct Convolution2D: Layer {
    let shape: ConvolutionShape

    var inputCount: Int { shape.inputCount }
    var outputCount: Int { shape.outputCount }

    var parameters: [ParameterShape] {
        [
            ParameterShape("weight", [shape.filters, shape.channels, shape.kernel, shape.kernel]),
            ParameterShape("bias", [shape.filters]),
        ]
    }

    func initialise(random: inout RandomStream) -> [Float] {
        WeightInitialisation.he.draw(
            weights: shape.filters * shape.depth, biases: shape.filters, inputs: shape.depth, outputs: shape.filters,
            random: &random)
    }

    func forward(
        _ input: Span<Float>, rows: Span<Int32>, parameters: Span<Float>, into output: inout MutableSpan<Float>,
        scratch: inout LayerScratch
    ) {
        convolve(input, rows: rows, shape, parameters: parameters, into: &output, scratch: &scratch.convolution)
    }

    func backward(
        _ input: Span<Float>, rows: Span<Int32>, errors: Span<Float>, into gradient: inout MutableSpan<Float>,
        at start: Int, scratch: inout LayerScratch
    ) {
        convolveBackward(
            input, rows: rows, shape, errors: errors, into: &gradient, at: start,
            scratch: &scratch.convolution)
    }

    func inputErrors(
        _ input: Span<Float>, rows: Span<Int32>, output: Span<Float>, errors: Span<Float>, parameters: Span<Float>,
        into inputErrors: inout MutableSpan<Float>, scratch: inout LayerScratch
    ) {
        convolveInputBackward(
            count: rows.count, shape, parameters: parameters, errors: errors, into: &inputErrors,
            scratch: &scratch.convolution)
    }
}
