// Trimmed sums and medians down the columns of a batch, eight columns at a time.
//
// Up to sixteen rows are sorted by a fixed compare-exchange network (Batcher's odd-even merge) whose registers hold
// eight columns each; min and max are compare-and-select, which compiles to one instruction where pointwiseMin does
// not. More rows are sorted per tile by insertion. Inputs are finite: admission let nothing else through.

/// Per column: the sum, ascending, of what is left when the `count` smallest and the `count` largest are dropped.
public func trimmedColumnSums(_ rows: borrowing VectorBatch, dropping count: Int, into out: inout MutableSpan<Float>) {
    precondition(count >= 0 && 2 * count < rows.rows, "something is left after the trim")
    sortColumns(rows, into: &out) { tile in
        var sum = SIMD8<Float>.zero
        for row in count..<tile.count - count { sum += tile[row] }
        return sum
    }
}

/// Per column: the middle value, or the midpoint of the two middle ones.
public func columnMedians(_ rows: borrowing VectorBatch, into out: inout MutableSpan<Float>) {
    precondition(rows.rows > 0, "a median of nothing")
    sortColumns(rows, into: &out) { tile in
        let middle = tile.count / 2
        return tile.count % 2 == 1 ? tile[middle] : 0.5 * tile[middle - 1] + 0.5 * tile[middle]
    }
}

/// Sorts tile after tile of eight columns and writes what `reduce` makes of each; it sees the least values first.
@inline(__always)
private func sortColumns(
    _ batch: borrowing VectorBatch, into out: inout MutableSpan<Float>, reduce: (Span<SIMD8<Float>>) -> SIMD8<Float>
) {
    let columns = batch.columns
    let rows = batch.rows
    precondition(out.count == columns, "one result a column")
    let network = rows <= 16 ? Network.all[rows] : []
    unsafe withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: rows) { tile in
        let base = unsafe tile.baseAddress.unsafelyUnwrapped
        let elements = batch.elements
        unsafe elements.withUnsafeBufferPointer { source in
            unsafe out.withUnsafeMutableBufferPointer { target in
                var column = 0
                while column < columns {
                    // The last, partial tile starts earlier and repeats columns; a batch narrower than a tile is padded.
                    let start = columns >= 8 ? min(column, columns - 8) : 0
                    for row in 0..<rows {
                        unsafe base[row] = load(source, at: row * columns + start, width: columns)
                    }
                    if rows <= 16 {
                        for exchange in network {
                            unsafe compareExchange(base, Int(exchange.low), Int(exchange.high))
                        }
                    } else {
                        unsafe insertionSort(base, rows)
                    }
                    let result = unsafe reduce(tile.span)
                    for lane in 0..<min(8, columns) { unsafe target[start + lane] = result[lane] }
                    column += 8
                }
            }
        }
    }
}

@inline(__always)
private func load(_ source: UnsafeBufferPointer<Float>, at index: Int, width: Int) -> SIMD8<Float> {
    let address = unsafe source.baseAddress.unsafelyUnwrapped + index
    if width >= 8 { return unsafe UnsafeRawPointer(address).loadUnaligned(as: SIMD8<Float>.self) }
    var lanes = SIMD8<Float>.zero
    for lane in 0..<width { unsafe lanes[lane] = address[lane] }
    return lanes
}

@inline(__always)
private func compareExchange(_ base: UnsafeMutablePointer<SIMD8<Float>>, _ low: Int, _ high: Int) {
    let (a, b) = unsafe (base[low], base[high])
    let swapped = b .< a
    unsafe base[low] = a.replacing(with: b, where: swapped)
    unsafe base[high] = b.replacing(with: a, where: swapped)
}

/// Sorts every lane by insertion: the exchanges of row i with all before it, from the nearest outwards.
private func insertionSort(_ base: UnsafeMutablePointer<SIMD8<Float>>, _ count: Int) {
    for row in 1..<count {
        for position in stride(from: row, to: 0, by: -1) { unsafe compareExchange(base, position - 1, position) }
    }
}

/// A sorting network: exchanges to be made in order.
enum Network {
    struct Exchange: Sendable {
        let low: UInt8
        let high: UInt8
    }

    /// For 0 ... 16 inputs.
    static let all: [[Exchange]] = (0...16).map(oddEvenMerge)

    /// Batcher's odd-even merge sort (1968) for any number of inputs.
    static func oddEvenMerge(_ count: Int) -> [Exchange] {
        var exchanges: [Exchange] = []
        var p = 1
        while p < count {
            var k = p
            while k >= 1 {
                for j in stride(from: k % p, through: count - 1 - k, by: 2 * k) {
                    for i in 0..<min(k, count - j - k) where (i + j) / (2 * p) == (i + j + k) / (2 * p) {
                        exchanges.append(Exchange(low: UInt8(i + j), high: UInt8(i + j + k)))
                    }
                }
                k /= 2
            }
            p *= 2
        }
        return exchanges
    }
}
