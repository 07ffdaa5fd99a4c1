// Convolution of images as a product of matrices: the patches that a filter sees are laid out as the columns of a
// matrix, one image at a time. Stride 1; zeros around the image where it is padded.
//
// Images are channel after channel, row after row; filters likewise, one for each channel of the output. A sum runs
// over channels, then rows, then columns of the filter; that of a filter's gradient over images, then positions.

/// What is convolved with what.
public struct ConvolutionShape: Sendable, Equatable {
    public let channels: Int
    public let height: Int
    public let width: Int
    public let filters: Int
    /// Rows and columns of a filter.
    public let kernel: Int
    /// Zeros on each side.
    public let padding: Int

    public init(channels: Int, height: Int, width: Int, filters: Int, kernel: Int, padding: Int = 0) {
        precondition(channels > 0 && filters > 0 && kernel > 0 && padding >= 0, "something to convolve")
        precondition(min(height, width) + 2 * padding >= kernel, "the filter is within the image")
        self.channels = channels
        self.height = height
        self.width = width
        self.filters = filters
        self.kernel = kernel
        self.padding = padding
    }

    public var outputHeight: Int { height + 2 * padding - kernel + 1 }
    public var outputWidth: Int { width + 2 * padding - kernel + 1 }
    public var inputCount: Int { channels * height * width }
    public var outputCount: Int { filters * positions }
    /// Weights of one filter.
    public var depth: Int { channels * kernel * kernel }
    /// Where a filter fits.
    public var positions: Int { outputHeight * outputWidth }

    /// Where the weights, a row a filter, and the biases after them lie among the parameters.
    public var parameterCount: Int { filters * (depth + 1) }
}

/// Memory that convolutions reuse; no value in it survives a call.
public struct ConvolutionScratch: Sendable {
    fileprivate var patches: [Float] = []
    /// The gradient of the weights, a column a filter.
    fileprivate var gradient: [Float] = []
    fileprivate var product = ProductScratch()

    public init() {}
}

/// output[s, f, y, x] = b[f] + Σ W[f, c, i, j] image[c, y + i − padding, x + j − padding], for the images `rows`.
///
/// - Parameters:
///   - images: of `shape.inputCount` elements each.
///   - parameters: `shape.parameterCount`.
///   - output: at least `rows.count` × `shape.outputCount`.
public func convolve(
    _ images: Span<Float>, rows: Span<Int32>, _ shape: ConvolutionShape, parameters: Span<Float>,
    into output: inout MutableSpan<Float>, scratch: inout ConvolutionScratch
) {
    precondition(parameters.count == shape.parameterCount, "weights and biases")
    precondition(output.count >= rows.count * shape.outputCount, "room for the output")
    var patches = taken(from: &scratch.patches, atLeast: shape.depth * shape.positions)
    defer { scratch.patches = patches }
    for s in rows.indices {
        layOutPatches(of: images, image: Int(rows[s]), shape, into: &patches)
        for f in 0..<shape.filters {
            let bias = parameters[shape.filters * shape.depth + f]
            let start = s * shape.outputCount + f * shape.positions
            for position in start..<start + shape.positions { output[position] = bias }
        }
        multiply(
            parameters, MatrixLayout(shape.filters, by: shape.depth), patches.span,
            MatrixLayout(shape.depth, by: shape.positions), into: &output,
            MatrixLayout(shape.filters, by: shape.positions, start: s * shape.outputCount), adding: true,
            scratch: &scratch.product)
    }
}

/// The gradient by weights and biases, overwritten from `start` on, from that by the output.
public func convolveBackward(
    _ images: Span<Float>, rows: Span<Int32>, _ shape: ConvolutionShape, errors: Span<Float>,
    into gradient: inout MutableSpan<Float>, at start: Int = 0, scratch: inout ConvolutionScratch
) {
    precondition(start >= 0 && gradient.count >= start + shape.parameterCount, "room for weights and biases")
    precondition(errors.count >= rows.count * shape.outputCount, "an error for each output")
    var patches = taken(from: &scratch.patches, atLeast: shape.depth * shape.positions)
    var turned = taken(from: &scratch.gradient, atLeast: shape.depth * shape.filters)
    defer { (scratch.patches, scratch.gradient) = (patches, turned) }
    let biases = start + shape.filters * shape.depth
    for f in 0..<shape.filters { gradient[biases + f] = 0 }
    for s in rows.indices {
        layOutPatches(of: images, image: Int(rows[s]), shape, into: &patches)
        let layout = MatrixLayout(shape.filters, by: shape.positions, start: s * shape.outputCount)
        for f in 0..<shape.filters {
            let first = layout.start + f * shape.positions
            gradient[biases + f] += Float(sum(errors.extracting(first..<first + shape.positions)))
        }
        // A column a filter, so that the patches, which are many, are read where they lie.
        var columns = turned.mutableSpan
        multiply(
            patches.span, MatrixLayout(shape.depth, by: shape.positions), errors, layout.transposed,
            into: &columns, MatrixLayout(shape.depth, by: shape.filters), adding: s > 0, scratch: &scratch.product)
    }
    for f in 0..<shape.filters {
        for k in 0..<shape.depth {
            gradient[start + f * shape.depth + k] = rows.isEmpty ? 0 : turned[k * shape.filters + f]
        }
    }
}

/// The gradient by the images, `count` × `shape.inputCount` elements overwritten, from that by the output.
public func convolveInputBackward(
    count: Int, _ shape: ConvolutionShape, parameters: Span<Float>, errors: Span<Float>,
    into inputErrors: inout MutableSpan<Float>, scratch: inout ConvolutionScratch
) {
    precondition(parameters.count == shape.parameterCount, "weights and biases")
    precondition(errors.count >= count * shape.outputCount, "an error for each output")
    precondition(inputErrors.count >= count * shape.inputCount, "room for the errors")
    var patches = taken(from: &scratch.patches, atLeast: shape.depth * shape.positions)
    defer { scratch.patches = patches }
    for position in 0..<count * shape.inputCount { inputErrors[position] = 0 }
    for s in 0..<count {
        var columns = patches.mutableSpan
        multiply(
            parameters, MatrixLayout(shape.filters, by: shape.depth).transposed, errors,
            MatrixLayout(shape.filters, by: shape.positions, start: s * shape.outputCount), into: &columns,
            MatrixLayout(shape.depth, by: shape.positions), scratch: &scratch.product)
        addPatches(patches.span, to: &inputErrors, image: s, shape)
    }
}

/// One row of patches for each weight of a filter: what it meets at each position.
private func layOutPatches(
    of images: Span<Float>, image: Int, _ shape: ConvolutionShape, into patches: inout [Float]
) {
    precondition(image >= 0 && (image + 1) * shape.inputCount <= images.count, "an image of the data")
    var target = patches.mutableSpan
    walk(shape) { start, row, inside, source in
        for x in start..<start + inside.lowerBound { target[x] = 0 }
        let offset = image * shape.inputCount + source - start
        for x in start + inside.lowerBound..<start + inside.upperBound { target[x] = images[offset + x] }
        for x in start + inside.upperBound..<start + row { target[x] = 0 }
    }
}

/// Adds what `layOutPatches` would have copied back to where it came from.
private func addPatches(
    _ patches: Span<Float>, to images: inout MutableSpan<Float>, image: Int, _ shape: ConvolutionShape
) {
    walk(shape) { start, _, inside, source in
        let offset = image * shape.inputCount + source - start
        for x in start + inside.lowerBound..<start + inside.upperBound { images[offset + x] += patches[x] }
    }
}

/// Shows each row of positions of each weight: where it starts among the patches, how long it is, which part of it is
/// within the image, and where in the image its first element would be.
@inline(__always)
private func walk(
    _ shape: ConvolutionShape, _ body: (_ start: Int, _ row: Int, _ inside: Range<Int>, _ source: Int) -> Void
) {
    let width = shape.outputWidth
    var start = 0
    for channel in 0..<shape.channels {
        for i in 0..<shape.kernel {
            for j in 0..<shape.kernel {
                let shift = j - shape.padding
                let first = min(max(0, -shift), width)
                let last = max(first, min(width, shape.width - shift))
                for y in 0..<shape.outputHeight {
                    let row = y + i - shape.padding
                    let isInside = row >= 0 && row < shape.height
                    body(
                        start, width, isInside ? first..<last : 0..<0,
                        (channel * shape.height + row) * shape.width + shift)
                    start += width
                }
            }
        }
    }
}
