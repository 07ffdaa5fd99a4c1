// Sums over spans, the one place where the compiler does not vectorise by itself. Lanes and blocks are fixed here, so
// the same bits come out on every machine: 32 Float lanes within a block of 1,024 elements, block sums in Double.

/// Σ x_i.
public func sum(_ x: Span<Float>) -> Double {
    reduce(x.count) { block in
        unsafe x.withUnsafeBufferPointer { x in
            lanes(block, { unsafe load(x, $0) }, { unsafe x[$0] })
        }
    }
}

/// Σ x_i y_i.
public func dot(_ x: Span<Float>, _ y: Span<Float>) -> Double {
    precondition(x.count == y.count, "spans of one length")
    return reduce(x.count) { block in
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                lanes(block, { unsafe load(x, $0) * load(y, $0) }, { unsafe x[$0] * y[$0] })
            }
        }
    }
}

/// Σ x_i².
public func squaredNorm(_ x: Span<Float>) -> Double { dot(x, x) }

/// Σ (x_i − y_i)², from differences: near consensus the identity |x|² + |y|² − 2xy cancels.
public func squaredDistance(_ x: Span<Float>, _ y: Span<Float>) -> Double {
    precondition(x.count == y.count, "spans of one length")
    return reduce(x.count) { block in
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                lanes(block, { unsafe square(load(x, $0) - load(y, $0)) }, { unsafe square(x[$0] - y[$0]) })
            }
        }
    }
}

private let blockSize = 1024

@inline(__always)
private func reduce(_ count: Int, _ block: (Range<Int>) -> Double) -> Double {
    var total = 0.0
    var start = 0
    while start < count {
        let end = min(start + blockSize, count)
        total += block(start..<end)
        start = end
    }
    return total
}

/// Sums one block in four accumulators of eight lanes; the remainder, fewer than 32, follows one by one.
@inline(__always)
private func lanes(_ range: Range<Int>, _ vector: (Int) -> SIMD8<Float>, _ scalar: (Int) -> Float) -> Double {
    var sums = InlineArray<4, SIMD8<Float>>(repeating: .zero)
    var i = range.lowerBound
    while i + 32 <= range.upperBound {
        // One call site, so that `vector` is inlined; the loop is unrolled.
        for k in 0..<4 { sums[k] += vector(i + 8 * k) }
        i += 32
    }
    var tail: Float = 0
    while i < range.upperBound {
        tail += scalar(i)
        i += 1
    }
    let eight = (sums[0] + sums[1]) + (sums[2] + sums[3])
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return Double(two[0] + two[1] + tail)
}

@inline(__always) private func square(_ x: SIMD8<Float>) -> SIMD8<Float> { x * x }
@inline(__always) private func square(_ x: Float) -> Float { x * x }

@inline(__always)
private func load(_ x: UnsafeBufferPointer<Float>, _ i: Int) -> SIMD8<Float> {
    unsafe UnsafeRawPointer(x.baseAddress.unsafelyUnwrapped + i).loadUnaligned(as: SIMD8<Float>.self)
}
