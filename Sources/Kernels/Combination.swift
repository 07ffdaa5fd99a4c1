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
    combineBlocks(rows, coefficients, base: base, baseCoefficient, into: &out) { _, _ in }
}

/// out = Σ c_i x_i.
public func combine(_ rows: borrowing VectorBatch, _ coefficients: [Double], into out: inout MutableSpan<Float>) {
    let zeros: [Float] = []
    combineBlocks(rows, coefficients, base: zeros.span, 0, into: &out) { _, _ in }
}

/// Appends Σ c_i x_i to `out`.
public func combine(_ rows: borrowing VectorBatch, _ coefficients: [Double], onto out: inout VectorBatch) {
    let first = out.elements.count
    out.elements.append(contentsOf: repeatElement(0, count: out.columns))
    let zeros: [Float] = []
    var elements = out.elements.mutableSpan
    combineBlocks(rows, coefficients, base: zeros.span, 0, into: &elements, at: first) { _, _ in }
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
    combineBlocks(rows, coefficients, base: base, baseCoefficient, into: &out) { start, block in
        for row in 0..<rows.rows {
            let first = row * rows.columns + start
            squaredDistances[row] += squaredDistance(elements.extracting(first..<first + block.count), block)
        }
    }
}

@inline(__always)
private func combineBlocks(
    _ rows: borrowing VectorBatch, _ coefficients: [Double], base: Span<Float>, _ baseCoefficient: Double,
    into out: inout MutableSpan<Float>, at first: Int = 0, whenDone: (Int, Span<Float>) -> Void
) {
    let columns = rows.columns
    precondition(coefficients.count == rows.rows, "a coefficient a row")
    precondition(out.count == first + columns, "a result a column")
    precondition(base.count == columns || base.isEmpty, "a base as long as a row")
    let elements = rows.elements.span
    var sums = BlockSums(repeating: 0)
    for start in stride(from: 0, to: columns, by: blockSize) {
        let width = min(blockSize, columns - start)
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
        let target = first + start
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
///
/// - Parameter tile: memory for the block; what is in it does not matter.
public func averageSubsets(
    of rows: borrowing VectorBatch, members: [Int], size: Int, into out: inout VectorBatch,
    tile: inout [SIMD8<Double>]
) {
    let (count, columns) = (rows.rows, rows.columns)
    let subsets = members.count / size
    precondition(size > 0 && subsets * size == members.count, "whole subsets of rows")
    out.begin(columns: columns, rows: subsets)
    tile.removeAll(keepingCapacity: true)
    tile.append(contentsOf: repeatElement(.zero, count: count * tileVectors))
    let share = 1 / Double(size)
    var elements = out.elements.mutableSpan
    for start in stride(from: 0, to: columns, by: 8 * tileVectors) {
        let width = min(8 * tileVectors, columns - start)
        fillTile(&tile, rows, start: start, width: width)
        for subset in 0..<subsets {
            let target = subset * columns + start
            let named = members.span.extracting(subset * size..<(subset + 1) * size)
            for vector in stride(from: 0, to: (width + 7) / 8, by: vectorsAtOnce) {
                let sums = sum(tile.span, at: vector, of: named)
                for k in 0..<vectorsAtOnce {
                    let lanes = narrowed(sums[k] * share)
                    for lane in 0..<max(0, min(8, width - 8 * (vector + k))) {
                        elements[target + 8 * (vector + k) + lane] = lanes[lane]
                    }
                }
            }
        }
    }
}

/// Vectors of eight columns in a tile: those of thirty-two rows take half of the first cache.
private let tileVectors = 8
/// Vectors whose sums are in registers together, so that no addition waits for the one before it.
private let vectorsAtOnce = 4

@inline(__always)
private func sum(
    _ tile: Span<SIMD8<Double>>, at vector: Int, of members: Span<Int>
) -> InlineArray<4, SIMD8<Double>> {
    var sums = InlineArray<4, SIMD8<Double>>(repeating: .zero)
    for index in members.indices {
        let place = members[index] * tileVectors + vector
        let part = tile.extracting(place..<place + vectorsAtOnce)
        for k in 0..<4 { sums[k] += part[k] }
    }
    return sums
}

@inline(__always)
private func narrowed(_ wide: SIMD8<Double>) -> SIMD8<Float> {
    var lanes = SIMD8<Float>.zero
    for lane in 0..<8 { lanes[lane] = Float(wide[lane]) }
    return lanes
}

private func fillTile(
    _ tile: inout [SIMD8<Double>], _ rows: borrowing VectorBatch, start: Int, width: Int
) {
    let elements = rows.elements.span
    for row in 0..<rows.rows {
        let part = elements.extracting(row * rows.columns + start..<row * rows.columns + start + width)
        for vector in 0..<width / 8 {
            var lanes = SIMD8<Double>.zero
            for lane in 0..<8 { lanes[lane] = Double(part[8 * vector + lane]) }
            tile[row * tileVectors + vector] = lanes
        }
        for i in width / 8 * 8..<width { tile[row * tileVectors + i / 8][i % 8] = Double(part[i]) }
    }
}
