// Slow, obvious twins of what layers of neurons compute: one loop an index, convolutions and pooling in Double.
public import Kernels

/// C ← A·B or C + A·B in Float, every sum in the order of the depth: the very bits that a product has.
public func slowProduct(
    _ a: [Float], _ aLayout: MatrixLayout, _ b: [Float], _ bLayout: MatrixLayout, into c: [Float],
    _ cLayout: MatrixLayout, adding: Bool
) -> [Float] {
    func place(_ layout: MatrixLayout, _ row: Int, _ column: Int) -> Int {
        layout.start + row * layout.rowStride + column * layout.columnStride
    }
    var result = c
    for i in 0..<cLayout.rows {
        for j in 0..<cLayout.columns {
            var sum = adding ? c[place(cLayout, i, j)] : 0
            for k in 0..<aLayout.columns { sum += a[place(aLayout, i, k)] * b[place(bLayout, k, j)] }
            result[place(cLayout, i, j)] = sum
        }
    }
    return result
}

/// A convolution as its definition has it, and its gradients.
public struct SlowConvolution {
    public let shape: ConvolutionShape

    public init(_ shape: ConvolutionShape) { self.shape = shape }

    /// Shows every pair of an output and an input that meet: their places in output, weights and image.
    private func walk(_ body: (_ output: Int, _ weight: Int, _ input: Int) -> Void) {
        let (height, width) = (shape.outputHeight, shape.outputWidth)
        for f in 0..<shape.filters {
            for y in 0..<height {
                for x in 0..<width {
                    for c in 0..<shape.channels {
                        for i in 0..<shape.kernel {
                            for j in 0..<shape.kernel {
                                let (row, column) = (y + i - shape.padding, x + j - shape.padding)
                                guard (0..<shape.height).contains(row), (0..<shape.width).contains(column) else {
                                    continue
                                }
                                body(
                                    (f * height + y) * width + x,
                                    ((f * shape.channels + c) * shape.kernel + i) * shape.kernel + j,
                                    (c * shape.height + row) * shape.width + column)
                            }
                        }
                    }
                }
            }
        }
    }

    public func forward(_ image: [Float], parameters: [Float]) -> [Double] {
        let biases = parameters.suffix(shape.filters)
        var output = biases.flatMap { bias in (0..<shape.positions).map { _ in Double(bias) } }
        walk { output[$0] += Double(parameters[$1]) * Double(image[$2]) }
        return output
    }

    /// By weights, then biases.
    public func gradient(_ image: [Float], errors: [Float]) -> [Double] {
        var gradient = [Double](repeating: 0, count: shape.parameterCount)
        walk { gradient[$1] += Double(errors[$0]) * Double(image[$2]) }
        for (place, error) in errors.enumerated() {
            gradient[shape.filters * shape.depth + place / shape.positions] += Double(error)
        }
        return gradient
    }

    public func inputErrors(parameters: [Float], errors: [Float]) -> [Double] {
        var result = [Double](repeating: 0, count: shape.inputCount)
        walk { result[$2] += Double(parameters[$1]) * Double(errors[$0]) }
        return result
    }
}

/// The greatest element of each square of two by two of an image, and where it is.
public func slowMaxima(_ image: [Float], _ shape: PoolingShape) -> [(value: Float, place: Int)] {
    (0..<shape.channels).flatMap { c in
        (0..<shape.outputHeight).flatMap { y in
            (0..<shape.outputWidth).map { x in
                let places = [(0, 0), (0, 1), (1, 0), (1, 1)].map { row, column in
                    (c * shape.height + 2 * y + row) * shape.width + 2 * x + column
                }
                let greatest = places.map { image[$0] }.max()!
                return (greatest, places.first { image[$0] == greatest }!)
            }
        }
    }
}
