// Linear combinations of the rows of a batch: every mean, and every step towards a weighted mean. Sums are in Double,
// in ascending order of rows, so that equal rows combine to exactly their value and no finite input overflows.

/// Columns of one block: its sums and the part of a row that is added to them stay in the first cache.
private let blockSize = 1024
private typealias BlockSums = InlineArray<1024, Double>

/// out = c₀ base + Σ c_i x_i. Rows whose coefficient is 0 are not read.
///
/// - Parameter base: as long as a row; empty stands for zeros.
public func combine(
    _ rows: borrowing VectorBatch, _ coefficients: [Double], base: Span<Float>, _ baseCoefficient: Double,
    into out: inout MutableSpan<Float>
) {
    precondition(base.count == rows.columns || base.isEmpty, "a base as long as a row")
    rows.shareColumns(by: blockSize, into: &out) { columns, out in
        combineBlocks(rows, coefficients, base: base, baseCoefficient, columns, into: &out) { _, _ in }
    }
}

/// out = Σ c_i x_i.
public func combine(_ rows: borrowing VectorBatch, _ coefficients: [Double], into out: inout MutableSpan<Float>) {
    let zeros: [Float] = []
    combine(rows, coefficients, base: zeros.span, 0, into: &out)
}

/// Appends Σ c_i x_i to `out`.
public func combine(_ rows: borrowing VectorBatch, _ coefficients: [Double], onto out: inout VectorBatch) {
    let first = out.elements.count
    out.elements.append(contentsOf: repeatElement(0, count: out.columns))
    let zeros: [Float] = []
    let none = zeros.span
    var elements = out.elements.mutableSpan
    rows.shareColumns(by: blockSize, into: &elements, at: first) { columns, out in
        combineBlocks(rows, coefficients, base: none, 0, columns, into: &out) { _, _ in }
    }
}

/// The same in one pass with the squared distances of all rows from the result: a block is measured while it is in the
/// cache.
public func combine(
    _ rows: borrowing VectorBatch, _ coefficients: [Double], base: Span<Float>, _ baseCoefficient: Double,
    into out: inout MutableSpan<Float>, squaredDistances: inout [Double]
) {
    squaredDistances.removeAll(keepingCapacity: true)
    squaredDistances.append(contentsOf: repeatElement(0, count: rows.rows))
    let elements = rows.elements.span
    combineBlocks(rows, coefficients, base: base, baseCoefficient, 0..<rows.columns, into: &out) { start, block in
        for row in 0..<rows.rows {
            let first = row * rows.columns + start
            squaredDistances[row] += squaredDistance(elements.extracting(first..<first + block.count), block)
        }
    }
}

/// - Parameters:
///   - range: of columns.
///   - out: one element for each of them.
@inline(__always)
private func combineBlocks(
    _ rows: borrowing VectorBatch, _ coefficients: [Double], base: Span<Float>, _ baseCoefficient: Double,
    _ range: Range<Int>, into out: inout MutableSpan<Float>, whenDone: (Int, Span<Float>) -> Void
) {
    let columns = rows.columns
    precondition(coefficients.count == rows.rows, "a coefficient a row")
    precondition(out.count == range.count, "a result a column")
    precondition(base.count == columns || base.isEmpty, "a base as long as a row")
    let elements = rows.elements.span
    let isLong = elements.count > cachedFloats
    var sums = BlockSums(repeating: 0)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: blockSize) {
        let width = min(blockSize, range.upperBound - start)
        let target = start - range.lowerBound
        if isLong {
            out[target] = 0
            for row in 0..<rows.rows where coefficients[row] != 0 {
                let first = row * columns + start
                unsafe elements.extracting(first..<first + width).withUnsafeBufferPointer {
                    unsafe out[target] += oneOfEachLine($0.baseAddress.unsafelyUnwrapped, width)
                }
            }
        }
        var block = sums.mutableSpan
        if base.isEmpty {
            for i in 0..<width { block[i] = 0 }
        } else {
            let part = base.extracting(start..<start + width)
            for i in 0..<width { block[i] = baseCoefficient * Double(part[i]) }
        }
        var row = 0
        while let first = nextRow(of: coefficients, from: row) {
            row = first + 1
            // Four rows at a time where there are four: the sums are read and written once for all of them.
            guard let second = nextRow(of: coefficients, from: row),
                let third = nextRow(of: coefficients, from: second + 1),
                let fourth = nextRow(of: coefficients, from: third + 1)
            else {
                let coefficient = coefficients[first]
                let part = elements.extracting(first * columns + start..<first * columns + start + width)
                for i in 0..<width { block[i] += coefficient * Double(part[i]) }
                continue
            }
            row = fourth + 1
            let (a, b) = (coefficients[first], coefficients[second])
            let (c, d) = (coefficients[third], coefficients[fourth])
            let x = elements.extracting(first * columns + start..<first * columns + start + width)
            let y = elements.extracting(second * columns + start..<second * columns + start + width)
            let z = elements.extracting(third * columns + start..<third * columns + start + width)
            let w = elements.extracting(fourth * columns + start..<fourth * columns + start + width)
            for i in 0..<width {
                block[i] = ((block[i] + a * Double(x[i])) + b * Double(y[i]) + c * Double(z[i])) + d * Double(w[i])
            }
        }
        for i in 0..<width { out[target + i] = Float(block[i]) }
        whenDone(start, out.span.extracting(target..<target + width))
    }
}

/// The first row from `row` on whose coefficient is not 0.
private func nextRow(of coefficients: [Double], from row: Int) -> Int? {
    coefficients[row...].firstIndex { $0 != 0 }
}

/// `out` becomes, for every `size` of the members, the mean of the rows that they name.
///
/// A block of columns is turned into Doubles once and then read by every subset that a row is in.
public func averageSubsets(of rows: borrowing VectorBatch, members: [Int], size: Int, into out: inout VectorBatch) {
    out.begin(columns: rows.columns, rows: members.count / size)
    unsafe out.elements.withUnsafeMutableBufferPointer { elements in
        rows.shareColumns(by: columnsOfPart) { columns in
            unsafe averageSubsets(
                of: rows, columns, members: members, size: size,
                into: elements, every: rows.columns, from: columns.lowerBound)
        }
    }
}

/// The same of some columns, which become all of those of `out`.
public func averageSubsets(
    of rows: borrowing VectorBatch, columns: Range<Int>, members: [Int], size: Int, into out: inout VectorBatch
) {
    out.begin(columns: columns.count, rows: members.count / size)
    unsafe out.elements.withUnsafeMutableBufferPointer { elements in
        unsafe averageSubsets(
            of: rows, columns, members: members, size: size, into: elements, every: columns.count, from: 0)
    }
}

/// A part of the work on a batch has at least so many columns, in whole tiles.
private let columnsOfPart = 8 * tileVectors

/// - Parameters:
///   - pitch: elements from one mean to the next.
///   - first: of the first mean.
private func averageSubsets(
    of rows: borrowing VectorBatch, _ columns: Range<Int>, members: [Int], size: Int,
    into out: UnsafeMutableBufferPointer<Float>, every pitch: Int, from first: Int
) {
    let subsets = members.count / size
    precondition(size > 0 && subsets * size == members.count, "whole subsets of rows")
    precondition(members.allSatisfy { (0..<rows.rows).contains($0) }, "members are rows")
    precondition(columns.lowerBound >= 0 && columns.upperBound <= rows.columns, "columns of the rows")
    precondition(subsets == 0 || out.count >= (subsets - 1) * pitch + first + columns.count, "room for the means")
    let share = SIMD8(repeating: 1 / Double(size))
    let elements = rows.elements
    let isLong = elements.count > cachedFloats
    unsafe withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: rows.rows * tileVectors) { tile in
        unsafe tile.initialize(repeating: .zero)
        let tile = unsafe tile.baseAddress.unsafelyUnwrapped
        for start in stride(from: columns.lowerBound, to: columns.upperBound, by: 8 * tileVectors) {
            let width = min(8 * tileVectors, columns.upperBound - start)
            if isLong, (start - columns.lowerBound) % columnsAhead == 0, subsets > 0 {
                let ahead = min(columnsAhead, columns.upperBound - start)
                unsafe out[first + start - columns.lowerBound] = elements.withUnsafeBufferPointer {
                    unsafe oneOfEachLine($0, rows: rows.rows, every: rows.columns, from: start, ahead)
                }
            }
            unsafe fillTile(tile, rows, start: start, width: width)
            for subset in 0..<subsets {
                let target =
                    unsafe out.baseAddress.unsafelyUnwrapped + subset * pitch + first + start - columns.lowerBound
                for vector in stride(from: 0, to: (width + 7) / 8, by: vectorsAtOnce) {
                    var (a, b, c, d) = (SIMD8<Double>.zero, SIMD8<Double>.zero, SIMD8<Double>.zero, SIMD8<Double>.zero)
                    for index in subset * size..<(subset + 1) * size {
                        let part = unsafe tile + members[index] * tileVectors + vector
                        unsafe a += part[0]
                        unsafe b += part[1]
                        unsafe c += part[2]
                        unsafe d += part[3]
                    }
                    let left = width - 8 * vector
                    let place = unsafe target + 8 * vector
                    unsafe store(a * share, to: place, at: 0, of: left)
                    unsafe store(b * share, to: place, at: 8, of: left)
                    unsafe store(c * share, to: place, at: 16, of: left)
                    unsafe store(d * share, to: place, at: 24, of: left)
                }
            }
        }
    }
}

/// Vectors of eight columns in a tile: those of thirty-two rows take half of the first cache.
private let tileVectors = 8
/// Vectors whose sums are in registers together, so that no addition waits for the one before it.
private let vectorsAtOnce = 4

/// Stores those of eight columns that are among the `count` first.
@inline(__always)
private func store(_ wide: SIMD8<Double>, to place: UnsafeMutablePointer<Float>, at column: Int, of count: Int) {
    let lanes = narrowed(wide)
    if column + 8 <= count {
        unsafe UnsafeMutableRawPointer(place + column).storeBytes(of: lanes, as: SIMD8<Float>.self)
    } else {
        for lane in 0..<max(0, count - column) { unsafe place[column + lane] = lanes[lane] }
    }
}

@inline(__always)
private func narrowed(_ wide: SIMD8<Double>) -> SIMD8<Float> {
    var lanes = SIMD8<Float>.zero
    for lane in 0..<8 { lanes[lane] = Float(wide[lane]) }
    return lanes
}

private func fillTile(
    _ tile: UnsafeMutablePointer<SIMD8<Double>>, _ rows: borrowing VectorBatch, start: Int, width: Int
) {
    let elements = rows.elements.span
    for row in 0..<rows.rows {
        let part = elements.extracting(row * rows.columns + start..<row * rows.columns + start + width)
        for vector in 0..<width / 8 {
            var lanes = SIMD8<Double>.zero
            for lane in 0..<8 { lanes[lane] = Double(part[8 * vector + lane]) }
            unsafe tile[row * tileVectors + vector] = lanes
        }
        for i in width / 8 * 8..<width { unsafe tile[row * tileVectors + i / 8][i % 8] = Double(part[i]) }
    }
}
