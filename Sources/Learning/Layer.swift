// Layer: one step of a network, from the numbers of each sample to others. Layers hold no parameters: these are part of
// the network's vector. What is in common to all: rows, and gradients that are overwritten.
import Kernels

/// A differentiable map of each sample.
protocol Layer: Sendable {
    /// Elements of a sample before and after it.
    var inputCount: Int { get }
    var outputCount: Int { get }
    /// The parts of its parameters, in their order.
    var parameters: [ParameterShape] { get }
    /// Floats that it keeps beside them.
    var heldFloats: Int { get }

    /// Parameters to begin with.
    func initialise(random: inout RandomStream) -> [Float]

    /// Maps the samples at these rows of the input.
    func forward(
        _ input: Span<Float>, rows: Span<Int32>, parameters: Span<Float>, into output: inout MutableSpan<Float>,
        scratch: inout LayerScratch)

    /// The gradient by the parameters, overwritten from `start` on, from `errors`, that by the output.
    func backward(
        _ input: Span<Float>, rows: Span<Int32>, errors: Span<Float>, into gradient: inout MutableSpan<Float>,
        at start: Int, scratch: inout LayerScratch)

    /// Adds to `norms`, one a sample, the squared norm of the gradient by the parameters of each of them alone.
    func addSquaredNorms(
        _ input: Span<Float>, rows: Span<Int32>, errors: Span<Float>, to norms: inout [Double],
        scratch: inout LayerScratch)

    /// The gradient by the input at these rows, overwritten, from that by the output.
    func inputErrors(
        _ input: Span<Float>, rows: Span<Int32>, output: Span<Float>, errors: Span<Float>, parameters: Span<Float>,
        into inputErrors: inout MutableSpan<Float>, scratch: inout LayerScratch)
}

extension Layer {
    var heldFloats: Int { 0 }

    /// From the gradients themselves, one after the other.
    func addSquaredNorms(
        _ input: Span<Float>, rows: Span<Int32>, errors: Span<Float>, to norms: inout [Double],
        scratch: inout LayerScratch
    ) {
        var gradient = [Float](repeating: 0, count: parameters.reduce(0) { $0 + $1.count })
        for s in rows.indices {
            var span = gradient.mutableSpan
            backward(
                input, rows: rows.extracting(s..<s + 1),
                errors: errors.extracting(s * outputCount..<(s + 1) * outputCount), into: &span, at: 0,
                scratch: &scratch)
            norms[s] += squaredNorm(gradient.span)
        }
    }
}

/// A layer without parameters.
extension Layer {
    var parameters: [ParameterShape] { [] }

    func initialise(random: inout RandomStream) -> [Float] { [] }

    func backward(
        _ input: Span<Float>, rows: Span<Int32>, errors: Span<Float>, into gradient: inout MutableSpan<Float>,
        at start: Int, scratch: inout LayerScratch
    ) {}
}

/// Memory that layers reuse; no value in it survives a call.
struct LayerScratch: Sendable {
    /// Rows of an input, one after the other.
    var gathered: [Float] = []
    var product = ProductScratch()
    var convolution = ConvolutionScratch()
}

/// How weights begin; all are drawn from a normal distribution around 0.
enum WeightInitialisation: Sendable {
    /// Weights and biases of this standard deviation.
    case normal(Double)
    /// Weights of variance 2 / inputs, which keeps the scale through rectifiers (He et al. 2015); biases 0.
    case he
    /// Weights of variance 2 / (inputs + outputs), for all others (Glorot and Bengio 2010); biases 0.
    case glorot

    /// Weights, then biases.
    func draw(weights: Int, biases: Int, inputs: Int, outputs: Int, random: inout RandomStream) -> [Float] {
        let (deviation, drawn) =
            switch self {
            case .normal(let deviation): (deviation, weights + biases)
            case .he: ((2 / Double(inputs)).squareRoot(), weights)
            case .glorot: ((2 / Double(inputs + outputs)).squareRoot(), weights)
            }
        var parameters = [Float](repeating: 0, count: drawn)
        random.fillGaussian(&parameters, mean: 0, standardDeviation: deviation)
        return parameters + [Float](repeating: 0, count: weights + biases - drawn)
    }
}
