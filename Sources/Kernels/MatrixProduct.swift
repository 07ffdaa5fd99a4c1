// Matrix products in single precision, blocked for the caches and tiled for the registers: C ← A·B or C ← C + A·B,
// where a layout says whether a matrix is stored by rows or transposed, and where.
//
// c(i, j) = ((c₀ + a(i, 0) b(0, j)) + a(i, 1) b(1, j)) + …, one running sum in the order of k, product and sum rounded
// apart, and c₀ either 0 or what C held. Blocks, tiles and lanes only choose which sums advance together, so they are
// free to suit the processor: every build gives the same bits.

/// Where the elements of a matrix lie in a span: (i, j) at start + i·rowStride + j·columnStride.
public struct MatrixLayout: Sendable, Equatable {
    public let rows: Int
    public let columns: Int
    public let start: Int
    public let rowStride: Int
    public let columnStride: Int

    private init(rows: Int, columns: Int, start: Int, rowStride: Int, columnStride: Int) {
        self.rows = rows
        self.columns = columns
        self.start = start
        self.rowStride = rowStride
        self.columnStride = columnStride
    }

    /// Row after row from `start` on, `stride` elements from the start of one to the next.
    public init(_ rows: Int, by columns: Int, start: Int = 0, stride: Int? = nil) {
        let stride = stride ?? columns
        precondition(rows >= 0 && columns >= 0 && start >= 0 && stride >= columns, "rows do not overlap")
        self.init(rows: rows, columns: columns, start: start, rowStride: stride, columnStride: 1)
    }

    /// The same elements with rows for columns.
    public var transposed: MatrixLayout {
        MatrixLayout(rows: columns, columns: rows, start: start, rowStride: columnStride, columnStride: rowStride)
    }

    fileprivate func fits(_ count: Int) -> Bool {
        rows == 0 || columns == 0 || start + (rows - 1) * rowStride + (columns - 1) * columnStride < count
    }
}

/// Memory that products reuse; no value in it survives a call.
public struct ProductScratch: Sendable {
    /// Panels of `panelWidth` columns of B, and what a tile at an edge writes to.
    fileprivate var panels: [PanelRow] = []
    /// Tiles of rows of a large A.
    fileprivate var tiles: [Float] = []

    public init() {}
}

/// A row of a panel of B, and half of one for what is at most so wide: a tile's rows of them, a row of B, an element of
/// A and a product fill the sixteen registers.
#if BUILT_FOR_AVX2
    private typealias PanelRow = SIMD16<Float>
    private typealias NarrowRow = SIMD8<Float>
#else
    private typealias PanelRow = SIMD8<Float>
    private typealias NarrowRow = SIMD4<Float>
#endif
private let panelWidth = PanelRow.scalarCount
private let tileRows = 6
/// In bytes; no row of a panel lies in two.
private let cacheLine = 64
/// A panel of so many rows fills the first cache, a block of A the second; fewer would pass over C more often.
private let depthBlock = 576
private let rowBlock = 96
private let columnBlock = 1_024
/// An A with fewer elements, or read for fewer columns, is read where it lies.
private let leastRepacked = 1 << 16
private let leastReuse = 256

/// C ← A·B, or C ← C + A·B where `adding`; C is stored by rows.
public func multiply(
    _ a: Span<Float>, _ aLayout: MatrixLayout, _ b: Span<Float>, _ bLayout: MatrixLayout,
    into c: inout MutableSpan<Float>, _ cLayout: MatrixLayout, adding: Bool = false, scratch: inout ProductScratch
) {
    precondition(aLayout.columns == bLayout.rows, "as many columns of A as rows of B")
    precondition(aLayout.rows == cLayout.rows && bLayout.columns == cLayout.columns, "C has the product's shape")
    precondition(cLayout.columnStride == 1, "C is stored by rows")
    precondition(aLayout.fits(a.count) && bLayout.fits(b.count) && cLayout.fits(c.count), "matrices within their spans")
    guard cLayout.rows > 0, cLayout.columns > 0 else { return }
    unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
            unsafe c.withUnsafeMutableBufferPointer { c in
                let target = unsafe Target(start: c.baseAddress.unsafelyUnwrapped + cLayout.start, layout: cLayout)
                guard aLayout.columns > 0 else {
                    if !adding { unsafe target.clear() }
                    return
                }
                let left = unsafe Source(start: a.baseAddress.unsafelyUnwrapped + aLayout.start, layout: aLayout)
                let right = unsafe Source(start: b.baseAddress.unsafelyUnwrapped + bLayout.start, layout: bLayout)
                unsafe multiply(left, right, into: target, adding: adding, &scratch)
            }
        }
    }
}

/// A matrix that is read.
@unsafe private struct Source {
    let start: UnsafePointer<Float>
    let layout: MatrixLayout

    @inline(__always)
    func element(_ row: Int, _ column: Int) -> UnsafePointer<Float> {
        unsafe start + row &* layout.rowStride + column &* layout.columnStride
    }
}

/// The matrix that is written.
@unsafe private struct Target {
    let start: UnsafeMutablePointer<Float>
    let layout: MatrixLayout

    func clear() {
        for row in unsafe 0..<layout.rows {
            unsafe (start + row * layout.rowStride).update(repeating: 0, count: layout.columns)
        }
    }
}

/// Block after block: of B's columns, then of the depth, whose panels serve all rows of C.
private func multiply(_ a: Source, _ b: Source, into c: Target, adding: Bool, _ scratch: inout ProductScratch) {
    let (columns, depth) = unsafe (c.layout.columns, a.layout.columns)
    for firstColumn in stride(from: 0, to: columns, by: columnBlock) {
        let columns = firstColumn..<min(firstColumn + columnBlock, columns)
        let panels = (columns.count + panelWidth - 1) / panelWidth
        for first in stride(from: 0, to: depth, by: depthBlock) {
            let block = first..<min(first + depthBlock, depth)
            scratch.makeRoom(panelRows: panels * block.count)
            unsafe scratch.panels.withUnsafeMutableBytes { bytes in
                let packed = unsafe bytes.baseAddress.unsafelyUnwrapped.alignedUp(toMultipleOf: cacheLine)
                    .assumingMemoryBound(to: Float.self)
                for panel in 0..<panels {
                    let column = columns.lowerBound + panel * panelWidth
                    unsafe pack(
                        b, rows: block, columns: column, min(panelWidth, columns.upperBound - column),
                        to: packed + panel * block.count * panelWidth)
                }
                unsafe multiply(
                    a, depth: block, packed, columns: columns, into: c, adding: adding || first > 0, &scratch.tiles,
                    edge: packed + panels * block.count * panelWidth)
            }
        }
    }
}

/// Adds to these columns of C what this block of the depth adds, whose rows of B are packed.
private func multiply(
    _ a: Source, depth: Range<Int>, _ panels: UnsafePointer<Float>, columns: Range<Int>, into c: Target, adding: Bool,
    _ tiles: inout [Float], edge: UnsafeMutablePointer<Float>
) {
    let layout = unsafe a.layout
    let isRepacked = layout.rows * layout.columns > leastRepacked && columns.count > leastReuse
    let needed = (min(layout.rows, rowBlock) + tileRows) * depth.count
    if isRepacked, tiles.count < needed { tiles = [Float](repeating: 0, count: needed) }
    unsafe tiles.withUnsafeMutableBufferPointer { tiles in
        for firstRow in stride(from: 0, to: layout.rows, by: rowBlock) {
            let rows = firstRow..<min(firstRow + rowBlock, layout.rows)
            var block = unsafe Tiles(
                start: a.element(firstRow, depth.lowerBound), row: layout.rowStride, step: layout.columnStride,
                tile: tileRows * layout.rowStride)
            if isRepacked {
                let start = unsafe tiles.baseAddress.unsafelyUnwrapped
                unsafe packTiles(of: a, rows: rows, columns: depth, to: start)
                unsafe block = Tiles(start: start, row: 1, step: tileRows, tile: tileRows * depth.count)
            }
            for (panel, column) in stride(from: columns.lowerBound, to: columns.upperBound, by: panelWidth).enumerated()
            {
                for (index, row) in stride(from: firstRow, to: rows.upperBound, by: tileRows).enumerated() {
                    unsafe multiply(
                        height: min(tileRows, rows.upperBound - row),
                        width: min(panelWidth, columns.upperBound - column), depth.count,
                        block.start + index * block.tile, block.row, block.step,
                        panels + panel * depth.count * panelWidth,
                        c.start + row * c.layout.rowStride + column, c.layout.rowStride, adding, edge: edge)
                }
            }
        }
    }
}

/// A block of A as tiles of rows, in place or packed: where the first starts, and the strides of its rows, of the depth
/// and of tiles.
@unsafe private struct Tiles {
    let start: UnsafePointer<Float>
    let row: Int
    let step: Int
    let tile: Int
}

extension ProductScratch {
    fileprivate mutating func makeRoom(panelRows: Int) {
        let needed = panelRows + tileRows + 1
        if panels.count < needed { panels = [PanelRow](repeating: .zero, count: needed) }
    }
}

// MARK: - Packing

@inline(__always)
private func load<Lanes: SIMD>(_ p: UnsafePointer<Float>, as lanes: Lanes.Type) -> Lanes where Lanes.Scalar == Float {
    unsafe UnsafeRawPointer(p).loadUnaligned(as: lanes)
}

@inline(__always)
private func store<Lanes: SIMD>(_ values: Lanes, to p: UnsafeMutablePointer<Float>) where Lanes.Scalar == Float {
    unsafe UnsafeMutableRawPointer(p).storeBytes(of: values, as: Lanes.self)
}

/// Copies some columns of these rows of B into a panel, row after row; where they are fewer than its width, 0 follows.
private func pack(
    _ b: Source, rows: Range<Int>, columns first: Int, _ width: Int, to panel: UnsafeMutablePointer<Float>
) {
    let layout = unsafe b.layout
    if layout.columnStride == 1, width == panelWidth {
        for k in rows {
            let source = unsafe load(b.element(k, first), as: PanelRow.self)
            unsafe store(source, to: panel + (k - rows.lowerBound) * panelWidth)
        }
        return
    }
    var column = 0
    if layout.rowStride == 1 {
        while column + 4 <= width {
            var k = rows.lowerBound
            while k + 4 <= rows.upperBound {
                unsafe transpose4(
                    b.element(k, first + column), layout.columnStride,
                    to: panel + (k - rows.lowerBound) * panelWidth + column)
                k += 4
            }
            while k < rows.upperBound {
                for lane in column..<column + 4 {
                    unsafe panel[(k - rows.lowerBound) * panelWidth + lane] = b.element(k, first + lane).pointee
                }
                k += 1
            }
            column += 4
        }
    }
    for k in rows {
        let row = unsafe panel + (k - rows.lowerBound) * panelWidth
        for lane in column..<width { unsafe row[lane] = b.element(k, first + lane).pointee }
        for lane in max(column, width)..<panelWidth { unsafe row[lane] = 0 }
    }
}

/// Four elements of each of four rows become one element of each in four rows of a panel.
@inline(__always)
private func transpose4(_ source: UnsafePointer<Float>, _ stride: Int, to panel: UnsafeMutablePointer<Float>) {
    let a = unsafe load(source, as: SIMD4<Float>.self)
    let b = unsafe load(source + stride, as: SIMD4<Float>.self)
    let c = unsafe load(source + 2 &* stride, as: SIMD4<Float>.self)
    let d = unsafe load(source + 3 &* stride, as: SIMD4<Float>.self)
    let (p, q) = (SIMD4(a[0], b[0], a[1], b[1]), SIMD4(c[0], d[0], c[1], d[1]))
    let (r, s) = (SIMD4(a[2], b[2], a[3], b[3]), SIMD4(c[2], d[2], c[3], d[3]))
    unsafe store(SIMD4(lowHalf: p.lowHalf, highHalf: q.lowHalf), to: panel)
    unsafe store(SIMD4(lowHalf: p.highHalf, highHalf: q.highHalf), to: panel + panelWidth)
    unsafe store(SIMD4(lowHalf: r.lowHalf, highHalf: s.lowHalf), to: panel + 2 * panelWidth)
    unsafe store(SIMD4(lowHalf: r.highHalf, highHalf: s.highHalf), to: panel + 3 * panelWidth)
}

/// Copies a block of A into tiles: column after column, the elements of a tile's rows.
private func packTiles(
    of a: Source, rows: Range<Int>, columns: Range<Int>, to tiles: UnsafeMutablePointer<Float>
) {
    let step = unsafe a.layout.rowStride
    var target = unsafe tiles
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: tileRows) {
        let height = min(tileRows, rows.upperBound - first)
        for k in columns {
            let source = unsafe a.element(first, k)
            if height == tileRows {
                for row in 0..<tileRows { unsafe target[row] = source[row &* step] }
            } else {
                for row in 0..<height { unsafe target[row] = source[row &* step] }
            }
            unsafe target += tileRows
        }
    }
}

// MARK: - Tiles

/// One tile of C. Where it is narrower than its lanes, they are written apart first.
@inline(__always)
private func multiply(
    height: Int, width: Int, _ count: Int, _ a: UnsafePointer<Float>, _ row: Int, _ step: Int,
    _ panel: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ adding: Bool,
    edge: UnsafeMutablePointer<Float>
) {
    let isNarrow = width <= NarrowRow.scalarCount
    guard width < (isNarrow ? NarrowRow.scalarCount : panelWidth) else {
        unsafe multiply(height, isNarrow, count, a, row, step, panel, c, stride, adding)
        return
    }
    if adding {
        for i in 0..<height { for lane in 0..<width { unsafe edge[i * panelWidth + lane] = c[i * stride + lane] } }
    }
    unsafe multiply(height, isNarrow, count, a, row, step, panel, edge, panelWidth, adding)
    for i in 0..<height { for lane in 0..<width { unsafe c[i * stride + lane] = edge[i * panelWidth + lane] } }
}

@inline(never)
private func multiply(
    _ height: Int, _ isNarrow: Bool, _ count: Int, _ a: UnsafePointer<Float>, _ row: Int, _ step: Int,
    _ panel: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ adding: Bool
) {
    switch (height, isNarrow) {
    case (1, false):
        unsafe tile(InlineArray<1, PanelRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (2, false):
        unsafe tile(InlineArray<2, PanelRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (3, false):
        unsafe tile(InlineArray<3, PanelRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (4, false):
        unsafe tile(InlineArray<4, PanelRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (5, false):
        unsafe tile(InlineArray<5, PanelRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (6, false):
        unsafe tile(InlineArray<6, PanelRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (1, _):
        unsafe tile(InlineArray<1, NarrowRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (2, _):
        unsafe tile(InlineArray<2, NarrowRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (3, _):
        unsafe tile(InlineArray<3, NarrowRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (4, _):
        unsafe tile(InlineArray<4, NarrowRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    case (5, _):
        unsafe tile(InlineArray<5, NarrowRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    default:
        unsafe tile(InlineArray<6, NarrowRow>(repeating: .zero), count, a, row, step, panel, c, stride, adding)
    }
}

/// `rows` rows of `Lanes` of C through `count` steps of their sums, which start from `zeros` unless `adding`.
@inline(__always)
private func tile<Lanes: SIMD, let rows: Int>(
    _ zeros: InlineArray<rows, Lanes>, _ count: Int, _ a: UnsafePointer<Float>, _ row: Int, _ step: Int,
    _ panel: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ adding: Bool
) where Lanes.Scalar == Float {
    var sums = zeros
    if adding { for i in 0..<rows { unsafe sums[i] = load(c + i &* stride, as: Lanes.self) } }
    var b = unsafe panel
    var offset = 0
    for _ in 0..<count {
        let lanes = unsafe load(b, as: Lanes.self)
        for i in 0..<rows { unsafe sums[i] += Lanes(repeating: a[i &* row &+ offset]) * lanes }
        offset &+= step
        unsafe b += panelWidth
    }
    for i in 0..<rows { unsafe store(sums[i], to: c + i &* stride) }
}
