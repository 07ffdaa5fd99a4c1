// Trimmed means and medians down the columns of a batch, eight columns at a time.
//
// Batcher's odd-even merge (1968): sixteen rows are sorted, and two such blocks merged, by straight-line code on
// sixteen registers of eight columns each; more rows than thirty-two are merged by the same network from a table.
// Minimum and maximum are compare-and-select, which compiles to one instruction where pointwiseMin does not. Inputs are
// finite: admission let nothing else through.

/// Per column: the middle value, or the midpoint of the two middle ones.
public func columnMedians(_ rows: borrowing VectorBatch, into out: inout MutableSpan<Float>) {
    precondition(rows.rows > 0, "a median of nothing")
    sortColumns(rows, into: &out) { tile, _, _ in median(tile) }
}

/// Per column: the median of the rows and `own` together.
public func columnMedians(_ rows: borrowing VectorBatch, with own: Span<Float>, into out: inout MutableSpan<Float>) {
    sortColumns(rows, with: own, asRow: true, into: &out) { tile, _, _ in median(tile) }
}

/// Per column: the mean of what is left of the rows when the `count` smallest and the `count` largest are dropped,
/// and of `own`, which takes part in the trim if it counts `asRow`. Equal values have exactly their value as mean.
public func trimmedColumnMeans(
    _ rows: borrowing VectorBatch, with own: Span<Float>, asRow: Bool, dropping count: Int,
    into out: inout MutableSpan<Float>
) {
    let kept = rows.rows + (asRow ? 1 : 0) - 2 * count
    precondition(count >= 0 && kept > 0, "something is left after the trim")
    let share = 1 / Float(asRow ? kept : kept + 1)
    sortColumns(rows, with: own, asRow: asRow, into: &out) { tile, own, _ in
        // Of differences, each divided before it is added: values of up to half the greatest Float do not overflow.
        let centre = asRow ? tile[tile.count / 2] : own
        var mean = centre
        for row in count..<tile.count - count { mean += share * (tile[row] - centre) }
        return mean
    }
}

/// Per column: the mean of what is left when the `count` smallest and the `count` largest are dropped. Equal values
/// have exactly their value as mean.
public func trimmedColumnMeans(_ rows: borrowing VectorBatch, dropping count: Int, into out: inout MutableSpan<Float>) {
    precondition(count >= 0 && 2 * count < rows.rows, "something is left after the trim")
    let share = 1 / Float(rows.rows - 2 * count)
    sortColumns(rows, into: &out) { tile, _, _ in trimmedMean(tile, dropping: count, share) }
}

/// Per column: the mean of the `kept` values nearest to the median; of equally near ones, those of the first rows.
public func columnMeans(
    _ rows: borrowing VectorBatch, nearestToMedian kept: Int, into out: inout MutableSpan<Float>
) {
    columnMeans(rows, keeping: kept, into: &out) { median($0) }
}

/// Per column: the mean of the `kept` values nearest to the mean without the `count` smallest and the `count` largest;
/// of equally near ones, those of the first rows.
public func columnMeans(
    _ rows: borrowing VectorBatch, nearestToTrimmedMean kept: Int, dropping count: Int,
    into out: inout MutableSpan<Float>
) {
    let share = 1 / Float(rows.rows - 2 * count)
    columnMeans(rows, keeping: kept, into: &out) { trimmedMean($0, dropping: count, share) }
}

@inline(__always)
private func columnMeans(
    _ rows: borrowing VectorBatch, keeping kept: Int, into out: inout MutableSpan<Float>,
    centre: (Span<SIMD8<Float>>) -> SIMD8<Float>
) {
    let dropped = rows.rows - kept
    precondition(kept > 0 && dropped >= 0, "something is kept")
    let share = 1 / Float(kept)
    let elements = rows.elements
    sortColumns(rows, into: &out) { tile, _, start in
        let centre = centre(tile)
        var mean = centre
        var isTied = SIMDMask<SIMD8<Int32>>(repeating: false)
        for row in tile.indices {
            // The nearest are neighbours in the sorted column: value k gives way to value k + kept if that is nearer,
            // and once one does not, none after it does.
            var value = tile[row]
            if row < dropped {
                let (low, high) = (centre - tile[row], tile[row + kept] - centre)
                value.replace(with: centre, where: high .< low)
                isTied = isTied .| (high .== low .& tile[row] .!= tile[row + kept])
            }
            if row >= kept {
                value.replace(with: centre, where: tile[row] - centre .>= centre - tile[row - kept])
            }
            mean += share * (value - centre)
        }
        if any(isTied) {
            for lane in 0..<min(8, rows.columns) where isTied[lane] {
                mean[lane] = meanOfNearest(
                    elements, every: rows.columns, from: start + lane, keeping: kept, to: centre[lane])
            }
        }
        return mean
    }
}

/// What the tiles do not know is which row a value came from. This is slow, and ties are rare.
@inline(never)
private func meanOfNearest(
    _ elements: [Float], every columns: Int, from first: Int, keeping kept: Int, to centre: Float
) -> Float {
    let values = stride(from: first, to: elements.count, by: columns).map { elements[$0] - centre }
    let cut = values.map(\.magnitude).sorted()[kept - 1]
    var atCut = kept - values.count { $0.magnitude < cut }
    var mean = centre
    for value in values where value.magnitude <= cut {
        if value.magnitude == cut {
            guard atCut > 0 else { continue }
            atCut -= 1
        }
        mean += value / Float(kept)
    }
    return mean
}

/// The mean of all but the first and the last `count` of a sorted tile, of which each is a `share`.
///
/// Differences are summed, each divided before it is added: values of up to half the greatest Float do not overflow.
@inline(__always)
private func trimmedMean(_ tile: Span<SIMD8<Float>>, dropping count: Int, _ share: Float) -> SIMD8<Float> {
    let centre = tile[tile.count / 2]
    var mean = centre
    for row in count..<tile.count - count { mean += share * (tile[row] - centre) }
    return mean
}

/// Per column: the mean of `own` and of what is left of the rows when the `count` largest of those above it and the
/// `count` smallest of those below it are dropped, all of them where there are fewer (LeBlanc et al., JSAC 2013).
public func nearbyColumnMeans(
    _ rows: borrowing VectorBatch, around own: Span<Float>, dropping count: Int, into out: inout MutableSpan<Float>
) {
    precondition(count >= 0, "a number of rows")
    sortColumns(rows, with: own, asRow: false, into: &out) { tile, own, _ in
        // Only the first and the last rows can be dropped.
        let (first, last) = (min(count, tile.count), max(count, tile.count - count))
        var kept = SIMD8<Float>(repeating: Float(1 + max(0, last - first)))
        for row in tile.indices where row < first || row >= last {
            kept.replace(with: kept + 1, where: isNearby(tile[row], own, row, of: tile.count, dropping: count))
        }
        let share = 1 / kept
        var mean = own
        for row in tile.indices {
            var next = mean + share * (tile[row] - own)
            if row < first || row >= last {
                next.replace(with: mean, where: .!isNearby(tile[row], own, row, of: tile.count, dropping: count))
            }
            mean = next
        }
        return mean
    }
}

/// Whether the value in this place of a sorted column stays: neither among the first and below, nor among the last and
/// above.
@inline(__always)
private func isNearby(
    _ value: SIMD8<Float>, _ own: SIMD8<Float>, _ row: Int, of rows: Int, dropping count: Int
) -> SIMDMask<SIMD8<Int32>> {
    var stays = SIMDMask<SIMD8<Int32>>(repeating: true)
    if row < count { stays = value .>= own }
    if row >= rows - count { stays = stays .& (value .<= own) }
    return stays
}

@inline(__always)
private func median(_ tile: Span<SIMD8<Float>>) -> SIMD8<Float> {
    let middle = tile.count / 2
    return tile.count % 2 == 1 ? tile[middle] : 0.5 * tile[middle - 1] + 0.5 * tile[middle]
}

@inline(__always)
private func sortColumns(
    _ batch: borrowing VectorBatch, into out: inout MutableSpan<Float>,
    reduce: (Span<SIMD8<Float>>, SIMD8<Float>, Int) -> SIMD8<Float>
) {
    let none: [Float] = []
    sortColumns(batch, with: none.span, asRow: false, into: &out, reduce: reduce)
}

/// Sorts tile after tile of eight columns and writes what `reduce` makes of each; it sees the least values first, the
/// part of `own`, if there is one, which is sorted along if it counts `asRow`, and the first column.
@inline(__always)
private func sortColumns(
    _ batch: borrowing VectorBatch, with own: Span<Float>, asRow: Bool, into out: inout MutableSpan<Float>,
    reduce: (Span<SIMD8<Float>>, SIMD8<Float>, Int) -> SIMD8<Float>
) {
    let columns = batch.columns
    let rows = batch.rows
    let values = rows + (asRow ? 1 : 0)
    precondition(out.count == columns, "one result a column")
    precondition(own.count == columns || own.count == 0 && !asRow, "one own value a column")
    // Whole blocks: the rows that fill the last one up are infinite, so they sort behind the batch's.
    let blockSize = values <= 16 ? 16 : 32
    let capacity = (values + blockSize - 1) / blockSize * blockSize
    let merges = OddEvenMerge.exchanges(rows: values, sortedBlocks: blockSize)
    let elements = batch.elements
    let isLong = elements.count > cachedFloats
    unsafe elements.withUnsafeBufferPointer { source in
        unsafe own.withUnsafeBufferPointer { own in
            unsafe out.withUnsafeMutableBufferPointer { target in
                batch.shareColumns(by: columnsOfPart) { part in
                    unsafe withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: capacity) { tile in
                        unsafe tile.initialize(repeating: SIMD8(repeating: .infinity))
                        let base = unsafe tile.baseAddress.unsafelyUnwrapped
                        var column = part.lowerBound
                        while column < part.upperBound {
                            // A partial last tile starts earlier and repeats columns; a batch narrower than a tile is
                            // padded.
                            let start = columns >= 8 ? min(column, columns - 8) : 0
                            if isLong, (column - part.lowerBound) % columnsAhead == 0 {
                                let ahead = min(columnsAhead, part.upperBound - column)
                                unsafe target[start] = oneOfEachLine(
                                    source, rows: rows, every: columns, from: start, ahead)
                            }
                            for row in 0..<rows {
                                unsafe base[row] = load(source, at: row * columns + start, width: columns)
                            }
                            let centre = own.count > 0 ? unsafe load(own, at: start, width: columns) : .zero
                            if asRow { unsafe base[rows] = centre }
                            switch values {
                            case ...4: unsafe sort4(base)
                            case ...8: unsafe sort8(base)
                            case ...16: unsafe sort16(base)
                            default:
                                for block in stride(from: 0, to: capacity, by: 32) { unsafe sort32(base + block) }
                                for exchange in merges { unsafe compareExchange(base, exchange.low, exchange.high) }
                            }
                            let sorted = unsafe UnsafeBufferPointer(start: base, count: values)
                            let result = unsafe reduce(sorted.span, centre, start)
                            unsafe store(result, into: target, at: start, width: columns)
                            column += 8
                        }
                    }
                }
            }
        }
    }
}

/// A part of the work on a batch has at least so many columns, in whole tiles.
private let columnsOfPart = 64

@inline(__always)
private func load(_ source: UnsafeBufferPointer<Float>, at index: Int, width: Int) -> SIMD8<Float> {
    let address = unsafe source.baseAddress.unsafelyUnwrapped + index
    if width >= 8 { return unsafe UnsafeRawPointer(address).loadUnaligned(as: SIMD8<Float>.self) }
    var lanes = SIMD8<Float>.zero
    for lane in 0..<width { unsafe lanes[lane] = address[lane] }
    return lanes
}

@inline(__always)
private func store(_ lanes: SIMD8<Float>, into target: UnsafeMutableBufferPointer<Float>, at index: Int, width: Int) {
    let address = unsafe target.baseAddress.unsafelyUnwrapped + index
    if width >= 8 { return unsafe UnsafeMutableRawPointer(address).storeBytes(of: lanes, as: SIMD8<Float>.self) }
    for lane in 0..<width { unsafe address[lane] = lanes[lane] }
}

@inline(__always)
private func compareExchange(_ base: UnsafeMutablePointer<SIMD8<Float>>, _ low: Int, _ high: Int) {
    let (a, b) = unsafe (base[low], base[high])
    let swapped = b .< a
    unsafe base[low] = a.replacing(with: b, where: swapped)
    unsafe base[high] = b.replacing(with: a, where: swapped)
}

// One copy of each network: they take long to compile, and a call per tile costs nothing beside them.
@inline(never) private func sort4(_ base: UnsafeMutablePointer<SIMD8<Float>>) {
    unsafe inRegisters(base) { $0.sort4(0) }
}
@inline(never) private func sort8(_ base: UnsafeMutablePointer<SIMD8<Float>>) {
    unsafe inRegisters(base) { $0.sort8(0) }
}
@inline(never) private func sort16(_ base: UnsafeMutablePointer<SIMD8<Float>>) {
    unsafe inRegisters(base) { $0.sort16() }
}
@inline(never) private func mergeEverySecond(_ base: UnsafeMutablePointer<SIMD8<Float>>) {
    unsafe inRegisters(base, every: 2) { $0.merge16() }
}
/// Of the two sorted halves, the rows with even and those with odd numbers are merged by themselves, and then agree but
/// for neighbours.
@inline(__always) private func sort32(_ base: UnsafeMutablePointer<SIMD8<Float>>) {
    unsafe sort16(base)
    unsafe sort16(base + 16)
    unsafe mergeEverySecond(base)
    unsafe mergeEverySecond(base + 1)
    for row in 0..<15 { unsafe compareExchange(base, 2 * row + 1, 2 * row + 2) }
}

/// Runs `sort` on a copy of sixteen rows that never leaves the registers; rows it does not touch cost nothing.
@inline(__always)
private func inRegisters(
    _ base: UnsafeMutablePointer<SIMD8<Float>>, every step: Int = 1, _ sort: (inout SixteenRows) -> Void
) {
    var block = SixteenRows(rows: InlineArray { unsafe base[$0 * step] })
    sort(&block)
    for row in 0..<16 { unsafe base[row * step] = block.rows[row] }
}

/// Batcher's recursion with constant positions: everything is inlined, so that no loop or index is left.
private struct SixteenRows {
    var rows: InlineArray<16, SIMD8<Float>>

    @inline(__always)
    mutating func exchange(_ low: Int, _ high: Int) {
        let (a, b) = (rows[low], rows[high])
        let swapped = b .< a
        rows[low] = a.replacing(with: b, where: swapped)
        rows[high] = b.replacing(with: a, where: swapped)
    }

    /// Merges the sorted halves of the four rows first, first + step, …
    @inline(__always)
    mutating func merge4(_ first: Int, _ step: Int) {
        exchange(first, first + 2 * step)
        exchange(first + step, first + 3 * step)
        exchange(first + step, first + 2 * step)
    }

    @inline(__always)
    mutating func merge8(_ first: Int, _ step: Int) {
        merge4(first, 2 * step)
        merge4(first + step, 2 * step)
        exchange(first + step, first + 2 * step)
        exchange(first + 3 * step, first + 4 * step)
        exchange(first + 5 * step, first + 6 * step)
    }

    @inline(__always)
    mutating func sort4(_ first: Int) {
        exchange(first, first + 1)
        exchange(first + 2, first + 3)
        merge4(first, 1)
    }

    @inline(__always)
    mutating func sort8(_ first: Int) {
        sort4(first)
        sort4(first + 4)
        merge8(first, 1)
    }

    @inline(__always)
    mutating func sort16() {
        sort8(0)
        sort8(8)
        merge16()
    }

    /// Merges the sorted halves.
    @inline(__always)
    mutating func merge16() {
        merge8(0, 2)
        merge8(1, 2)
        exchange(1, 2)
        exchange(3, 4)
        exchange(5, 6)
        exchange(7, 8)
        exchange(9, 10)
        exchange(11, 12)
        exchange(13, 14)
    }
}

/// Batcher's network as a table, for any number of rows.
enum OddEvenMerge {
    /// The exchanges, in order, that sort `rows` rows whose blocks of `sortedBlocks` (a power of two) are sorted.
    static func exchanges(rows: Int, sortedBlocks: Int) -> [(low: Int, high: Int)] {
        var exchanges: [(low: Int, high: Int)] = []
        var sorted = sortedBlocks
        while sorted < rows {
            var distance = sorted
            while distance >= 1 {
                for first in stride(from: distance % sorted, to: rows - distance, by: 2 * distance) {
                    for low in first..<min(first + distance, rows - distance)
                    where low / (2 * sorted) == (low + distance) / (2 * sorted) {
                        exchanges.append((low, low + distance))
                    }
                }
                distance /= 2
            }
            sorted *= 2
        }
        return exchanges
    }
}
