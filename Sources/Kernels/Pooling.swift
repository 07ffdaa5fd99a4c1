// Pooling of images: of each square of two by two the greatest element. A last odd row or column is left out.

/// Images that are pooled.
public struct PoolingShape: Sendable, Equatable {
    public let channels: Int
    public let height: Int
    public let width: Int

    public init(channels: Int, height: Int, width: Int) {
        precondition(channels > 0 && height > 1 && width > 1, "at least one square")
        self.channels = channels
        self.height = height
        self.width = width
    }

    public var outputHeight: Int { height / 2 }
    public var outputWidth: Int { width / 2 }
    public var inputCount: Int { channels * height * width }
    public var outputCount: Int { channels * outputHeight * outputWidth }
}

/// The greatest of each square of each image.
public func poolMaxima(
    _ images: Span<Float>, rows: Span<Int32>, _ shape: PoolingShape, into output: inout MutableSpan<Float>
) {
    precondition(output.count >= rows.count * shape.outputCount, "room for the output")
    for s in rows.indices {
        let start = Int(rows[s]) * shape.inputCount
        precondition(start >= 0 && start + shape.inputCount <= images.count, "an image of the data")
        for row in 0..<shape.channels * shape.outputHeight {
            let above = start + shape.top(ofRow: row)
            let below = above + shape.width
            let target = s * shape.outputCount + row * shape.outputWidth
            for x in 0..<shape.outputWidth {
                let (a, b) = (images[above + 2 * x], images[above + 2 * x + 1])
                let (c, d) = (images[below + 2 * x], images[below + 2 * x + 1])
                let (upper, lower) = (b > a ? b : a, d > c ? d : c)
                output[target + x] = lower > upper ? lower : upper
            }
        }
    }
}

/// The gradient by the images, overwritten, from that by the output: it goes to the greatest element of each square,
/// the first such in reading order.
public func poolMaximaBackward(
    _ images: Span<Float>, rows: Span<Int32>, _ shape: PoolingShape, errors: Span<Float>,
    into inputErrors: inout MutableSpan<Float>
) {
    precondition(errors.count >= rows.count * shape.outputCount, "an error for each output")
    precondition(inputErrors.count >= rows.count * shape.inputCount, "room for the errors")
    for position in 0..<rows.count * shape.inputCount { inputErrors[position] = 0 }
    for s in rows.indices {
        let start = Int(rows[s]) * shape.inputCount
        precondition(start >= 0 && start + shape.inputCount <= images.count, "an image of the data")
        for row in 0..<shape.channels * shape.outputHeight {
            let top = shape.top(ofRow: row)
            let above = start + top
            for x in 0..<shape.outputWidth {
                var best = 2 * x
                if images[above + 2 * x + 1] > images[above + best] { best = 2 * x + 1 }
                for place in shape.width + 2 * x...shape.width + 2 * x + 1
                where images[above + place] > images[above + best] { best = place }
                inputErrors[s * shape.inputCount + top + best] =
                    errors[s * shape.outputCount + row * shape.outputWidth + x]
            }
        }
    }
}

extension PoolingShape {
    /// Where the squares of an output row, counted through all channels, start within an image.
    @inline(__always)
    fileprivate func top(ofRow row: Int) -> Int {
        let (channel, y) = row.quotientAndRemainder(dividingBy: outputHeight)
        return (channel * height + 2 * y) * width
    }
}
