// Activation functions of neurons, element by element, and the gradients through them.

/// output = max(0, input) at these rows of the input; NaN stays NaN.
public func rectify(_ input: Span<Float>, rows: Span<Int32>, width: Int, into output: inout MutableSpan<Float>) {
    precondition(output.count >= rows.count * width, "room for the output")
    for s in rows.indices {
        let (source, target) = (Int(rows[s]) * width, s * width)
        for j in 0..<width {
            let value = input[source + j]
            output[target + j] = value < 0 ? 0 : value
        }
    }
}

/// The gradient by the input, from that by the output, of which there are `count` elements: it passes where the output
/// is positive.
public func rectifyBackward(
    output: Span<Float>, count: Int, errors: Span<Float>, into inputErrors: inout MutableSpan<Float>
) {
    precondition(min(output.count, errors.count, inputErrors.count) >= count, "an error for each output")
    for i in 0..<count {
        let error = errors[i]
        inputErrors[i] = output[i] > 0 ? error : 0
    }
}

/// output = tanh(input) at these rows of the input.
public func hyperbolicTangent(
    _ input: Span<Float>, rows: Span<Int32>, width: Int, into output: inout MutableSpan<Float>
) {
    precondition(output.count >= rows.count * width, "room for the output")
    for s in rows.indices {
        let (source, target) = (Int(rows[s]) * width, s * width)
        for start in stride(from: 0, to: width, by: 8) {
            var lanes = SIMD8<Float>.zero
            let count = min(8, width - start)
            for lane in 0..<count { lanes[lane] = input[source + start + lane] }
            lanes = Elementary.tanh(lanes)
            for lane in 0..<count { output[target + start + lane] = lanes[lane] }
        }
    }
}

/// The gradient by the input, from that by the output y, of which there are `count` elements: 1 − y² of it.
public func hyperbolicTangentBackward(
    output: Span<Float>, count: Int, errors: Span<Float>, into inputErrors: inout MutableSpan<Float>
) {
    precondition(min(output.count, errors.count, inputErrors.count) >= count, "an error for each output")
    for i in 0..<count { inputErrors[i] = (1 - output[i] * output[i]) * errors[i] }
}
