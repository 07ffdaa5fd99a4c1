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
public func squaredNorm(_ x: Span<Float>) -> Double {
    let sum = dot(x, x)
    return sum.isFinite ? sum : wideSum(x.count) { Double(x[$0]) }
}

/// Σ (x_i − y_i)², from differences: near consensus the identity |x|² + |y|² − 2xy cancels.
public func squaredDistance(_ x: Span<Float>, _ y: Span<Float>) -> Double {
    precondition(x.count == y.count, "spans of one length")
    let sum = reduce(x.count) { block in
        unsafe x.withUnsafeBufferPointer { x in
            unsafe y.withUnsafeBufferPointer { y in
                lanes(block, { unsafe square(load(x, $0) - load(y, $0)) }, { unsafe square(x[$0] - y[$0]) })
            }
        }
    }
    return sum.isFinite ? sum : wideSum(x.count) { Double(x[$0]) - Double(y[$0]) }
}

/// Σ value², of values whose squares no Float holds.
@inline(__always)
private func wideSum(_ count: Int, _ value: (Int) -> Double) -> Double {
    var sum = 0.0
    for i in 0..<count { sum += value(i) * value(i) }
    return sum
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
    return horizontalSum((sums[0] + sums[1]) + (sums[2] + sums[3]), plus: tail)
}

@inline(__always)
private func horizontalSum(_ eight: SIMD8<Float>, plus tail: Float = 0) -> Double {
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

/// out[i] = |x_i − c|² of every row, from differences.
///
/// - Parameter block: columns of a block, for which the centre stays in the cache; by default all.
public func squaredDistances(
    of rows: borrowing VectorBatch, from centre: Span<Float>, inBlocksOf block: Int = .max, into out: inout [Double]
) {
    precondition(centre.count == rows.columns, "a centre of the rows' length")
    out.removeAll(keepingCapacity: true)
    out.append(contentsOf: repeatElement(0, count: rows.rows))
    let (count, elements) = (rows.rows, rows.elements.span)
    unsafe out.withUnsafeMutableBufferPointer { out in
        rows.share(atMost: count) { part, parts in
            let block = min(block, max(1, centre.count))
            for start in stride(from: 0, to: centre.count, by: block) {
                let end = min(start + block, centre.count)
                for row in count * part / parts..<count * (part + 1) / parts {
                    let first = rows.range(ofRow: row).lowerBound
                    unsafe out[row] += squaredDistance(
                        elements.extracting(first + start..<first + end), centre.extracting(start..<end))
                }
            }
        }
    }
}

/// out[i n + j] = |x_i − x_j|² for every two of the n rows, from differences; squares that no Float holds are summed
/// again in Double.
public func squaredDistances(among rows: borrowing VectorBatch, into out: inout [Double]) {
    let (count, elements) = (rows.rows, rows.elements)
    unsafe sumPairs(of: rows, into: &out) { source, a, b, others, _, width in
        unsafe twoAgainstFour(source, a, b, others, width: width)
    }
    for i in 0..<count {
        out[i * count + i] = 0
        for j in i + 1..<max(count, i + 1) {
            if !out[i * count + j].isFinite {
                let span = elements.span
                out[i * count + j] = squaredDistance(
                    span.extracting(rows.range(ofRow: i)), span.extracting(rows.range(ofRow: j)))
            }
            out[j * count + i] = out[i * count + j]
        }
    }
}

/// out[i n + j] = (x_i − c)ᵀ(x_j − c) for every two different ones of the n rows; products that no Float holds are
/// summed again in Double. What is on the diagonal is left to the caller.
public func centredProducts(among rows: borrowing VectorBatch, around centre: Span<Float>, into out: inout [Double]) {
    precondition(centre.count == rows.columns, "a centre of the rows' length")
    let (count, elements) = (rows.rows, rows.elements)
    unsafe centre.withUnsafeBufferPointer { centre in
        unsafe sumPairs(of: rows, into: &out) { source, a, b, others, start, width in
            unsafe twoAgainstFour(source, around: centre, start, a, b, others, width: width)
        }
    }
    for i in 0..<count {
        for j in i + 1..<max(count, i + 1) {
            if !out[i * count + j].isFinite {
                let (x, y) = (rows.range(ofRow: i).lowerBound, rows.range(ofRow: j).lowerBound)
                out[i * count + j] = (0..<centre.count).reduce(0) { sum, k in
                    let middle = Double(centre[k])
                    return sum + (Double(elements[x + k]) - middle) * (Double(elements[y + k]) - middle)
                }
            }
            out[j * count + i] = out[i * count + j]
        }
    }
}

/// out[i n + j] = what `sums` gives for i < j, block by block of columns.
///
/// Two rows are held against four at a time, so that each value loaded serves several pairs, and a block of columns
/// stays in the cache until all pairs have seen it.
///
/// - Parameter sums: lanes of row a with each of four others, then of row b, from column `start` on.
@inline(__always)
private func sumPairs(
    of rows: borrowing VectorBatch, into out: inout [Double],
    sums: (
        _ source: UnsafeBufferPointer<Float>, _ a: Int, _ b: Int, _ others: InlineArray<4, Int>, _ start: Int,
        _ width: Int
    ) -> InlineArray<8, SIMD8<Float>>
) {
    let (count, columns) = (rows.rows, rows.columns)
    out.removeAll(keepingCapacity: true)
    out.append(contentsOf: repeatElement(0, count: count * count))
    guard count > 0 else { return }
    let elements = rows.elements
    let isLong = elements.count > cachedFloats
    unsafe elements.withUnsafeBufferPointer { source in
        unsafe out.withUnsafeMutableBufferPointer { out in
            // Threads take turns at pairs of rows, each of which is held against all that follow.
            rows.share(atMost: count / 4) { part, parts in
                for start in stride(from: 0, to: columns, by: pairBlockSize) {
                    let width = min(pairBlockSize, columns - start)
                    if isLong {
                        unsafe out[2 * part * (count + 1)] = Double(
                            oneOfEachLine(source, rows: count, every: columns, from: start, width))
                    }
                    for first in stride(from: 2 * part, to: count - 1, by: 2 * parts) {
                        for other in stride(from: first + 1, to: count, by: 4) {
                            // Rows beyond the last are stood in for by it; what comes of them is not used.
                            let places = InlineArray<4, Int> { min(other + $0, count - 1) * columns + start }
                            let sums = unsafe sums(
                                source, first * columns + start, (first + 1) * columns + start, places, start, width)
                            for k in 0..<min(4, count - other) {
                                unsafe out[first * count + other + k] += horizontalSum(sums[k])
                                unsafe out[(first + 1) * count + other + k] += horizontalSum(sums[4 + k])
                            }
                        }
                    }
                }
                unsafe out[2 * part * (count + 1)] = 0
            }
        }
    }
}

/// Columns that thirty-two rows keep in the second cache.
private let pairBlockSize = 512

/// Lanes of |a − c|² and |b − c|² for four c, summed over `width` columns.
@inline(__always)
private func twoAgainstFour(
    _ x: UnsafeBufferPointer<Float>, _ a: Int, _ b: Int, _ others: InlineArray<4, Int>, width: Int
) -> InlineArray<8, SIMD8<Float>> {
    var sums = InlineArray<8, SIMD8<Float>>(repeating: .zero)
    var i = 0
    while i + 8 <= width {
        let (a, b) = unsafe (load(x, a + i), load(x, b + i))
        for k in 0..<4 {
            let c = unsafe load(x, others[k] + i)
            sums[k] += square(a - c)
            sums[4 + k] += square(b - c)
        }
        i += 8
    }
    while i < width {
        let (a, b) = unsafe (x[a + i], x[b + i])
        for k in 0..<4 {
            let c = unsafe x[others[k] + i]
            sums[k][0] += square(a - c)
            sums[4 + k][0] += square(b - c)
        }
        i += 1
    }
    return sums
}

/// Lanes of the products of a and b with each of four c, all of them minus the centre, whose column `start` is theirs.
@inline(__always)
private func twoAgainstFour(
    _ x: UnsafeBufferPointer<Float>, around centre: UnsafeBufferPointer<Float>, _ start: Int, _ a: Int, _ b: Int,
    _ others: InlineArray<4, Int>, width: Int
) -> InlineArray<8, SIMD8<Float>> {
    var sums = InlineArray<8, SIMD8<Float>>(repeating: .zero)
    var i = 0
    while i + 8 <= width {
        let middle = unsafe load(centre, start + i)
        let (a, b) = unsafe (load(x, a + i) - middle, load(x, b + i) - middle)
        for k in 0..<4 {
            let c = unsafe load(x, others[k] + i) - middle
            sums[k] += a * c
            sums[4 + k] += b * c
        }
        i += 8
    }
    while i < width {
        let middle = unsafe centre[start + i]
        let (a, b) = unsafe (x[a + i] - middle, x[b + i] - middle)
        for k in 0..<4 {
            let c = unsafe x[others[k] + i] - middle
            sums[k][0] += a * c
            sums[4 + k][0] += b * c
        }
        i += 1
    }
    return sums
}
