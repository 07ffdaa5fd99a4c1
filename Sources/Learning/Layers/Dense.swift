// The dense layer: W x + b. Few outputs are dot products on rows picked by index; many are a product of matrices.
import Kernels

/// Every output a weighted sum of all inputs, and a bias.
struct Dense: Layer {
    let inputCount: Int
    let outputCount: Int
    let initialisation: WeightInitialisation

    init(_ inputCount: Int, to outputCount: Int, _ initialisation: WeightInitialisation) {
        self.inputCount = inputCount
        self.outputCount = outputCount
        self.initialisation = initialisation
    }

    /// Up to so many outputs, packing the weights for a product would take longer than the product itself.
    private static let fewOutputs = 16
    private var isNarrow: Bool { outputCount <= Self.fewOutputs }
    private var weights: MatrixLayout { MatrixLayout(outputCount, by: inputCount) }

    var parameters: [ParameterShape] {
        [ParameterShape("weight", [outputCount, inputCount]), ParameterShape("bias", [outputCount])]
    }

    func initialise(random: inout RandomStream) -> [Float] {
        initialisation.draw(
            weights: outputCount * inputCount, biases: outputCount, inputs: inputCount, outputs: outputCount,
            random: &random)
    }

    func forward(
        _ input: Span<Float>, rows: Span<Int32>, parameters: Span<Float>, into output: inout MutableSpan<Float>,
        scratch: inout LayerScratch
    ) {
        guard !isNarrow else {
            denseForward(
                features: input, featureCount: inputCount, samples: rows, parameters: parameters,
                classCount: outputCount, into: &output)
            return
        }
        let biases = parameters.extracting(outputCount * inputCount..<parameters.count)
        for s in rows.indices {
            for o in 0..<outputCount { output[s * outputCount + o] = biases[o] }
        }
        scratch.withMatrix(of: rows, input, width: inputCount) { samples, layout, scratch in
            multiply(
                samples, layout, parameters, weights.transposed, into: &output,
                MatrixLayout(rows.count, by: outputCount), adding: true, scratch: &scratch)
        }
    }

    func backward(
        _ input: Span<Float>, rows: Span<Int32>, errors: Span<Float>, into gradient: inout MutableSpan<Float>,
        at start: Int, scratch: inout LayerScratch
    ) {
        guard !isNarrow else {
            denseBackward(
                features: input, featureCount: inputCount, samples: rows, errors: errors, classCount: outputCount,
                into: &gradient, at: start)
            return
        }
        let biases = start + outputCount * inputCount
        for o in 0..<outputCount { gradient[biases + o] = 0 }
        for s in rows.indices {
            for o in 0..<outputCount { gradient[biases + o] += errors[s * outputCount + o] }
        }
        scratch.withMatrix(of: rows, input, width: inputCount) { samples, layout, scratch in
            multiply(
                errors, MatrixLayout(rows.count, by: outputCount).transposed, samples, layout, into: &gradient,
                MatrixLayout(outputCount, by: inputCount, start: start), scratch: &scratch)
        }
    }

    /// |e xᵀ|² + |e|² = |e|² (|x|² + 1).
    func addSquaredNorms(
        _ input: Span<Float>, rows: Span<Int32>, errors: Span<Float>, to norms: inout [Double],
        scratch: inout LayerScratch
    ) {
        for s in rows.indices {
            let start = Int(rows[s]) * inputCount
            let x = squaredNorm(input.extracting(start..<start + inputCount))
            norms[s] += squaredNorm(errors.extracting(s * outputCount..<(s + 1) * outputCount)) * (x + 1)
        }
    }

    func inputErrors(
        _ input: Span<Float>, rows: Span<Int32>, output: Span<Float>, errors: Span<Float>, parameters: Span<Float>,
        into inputErrors: inout MutableSpan<Float>, scratch: inout LayerScratch
    ) {
        multiply(
            errors, MatrixLayout(rows.count, by: outputCount), parameters, weights, into: &inputErrors,
            MatrixLayout(rows.count, by: inputCount), scratch: &scratch.product)
    }
}

extension LayerScratch {
    /// Shows these rows of the input as a matrix: where they lie if they follow each other, else gathered.
    mutating func withMatrix(
        of rows: Span<Int32>, _ input: Span<Float>, width: Int,
        _ body: (_ matrix: Span<Float>, _ layout: MatrixLayout, _ scratch: inout ProductScratch) -> Void
    ) {
        guard let first = rows.indices.first.map({ Int(rows[$0]) }) else {
            body(input, MatrixLayout(0, by: width), &product)
            return
        }
        var follow = true
        for s in rows.indices where Int(rows[s]) != first + s { follow = false }
        guard !follow else {
            body(input, MatrixLayout(rows.count, by: width, start: first * width), &product)
            return
        }
        var copies = taken(from: &gathered, atLeast: rows.count * width)
        defer { gathered = copies }
        var span = copies.mutableSpan
        for s in rows.indices {
            let row = input.extracting(Int(rows[s]) * width..<(Int(rows[s]) + 1) * width)
            let start = s * width
            for j in row.indices { span[start + j] = row[j] }
        }
        body(copies.span, MatrixLayout(rows.count, by: width), &product)
    }
}
