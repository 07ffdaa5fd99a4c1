// Matrix products against a twin that adds up in the same order: equal to the bit, whatever blocks and tiles do.
import Kernels
import TestSupport
import Testing

@Suite("Matrix products")
struct MatrixProductTests {
    struct Size: Sendable { let rows, columns, depth: Int }

    /// On either side of every tile, panel and block.
    static let sizes =
        [1, 5, 6, 7, 13].flatMap { rows in
            [1, 3, 4, 5, 8, 9, 16, 17, 31].flatMap { columns in
                [0, 1, 2, 3, 9].map { Size(rows: rows, columns: columns, depth: $0) }
            }
        } + [
            Size(rows: 3, columns: 1_030, depth: 5), Size(rows: 200, columns: 9, depth: 20),
            Size(rows: 14, columns: 20, depth: 770), Size(rows: 197, columns: 260, depth: 390),
        ]

    @Test("are sums in the order of the depth, to the bit, of matrices as they lie or transposed, alone or added")
    func bits() {
        var scratch = ProductScratch()
        for size in Self.sizes {
            for (a, b) in [(false, false), (true, false), (false, true), (true, true)] {
                let left = layout(size.rows, size.depth, isTransposed: a, start: 3, gap: 2)
                let right = layout(size.depth, size.columns, isTransposed: b, start: 1, gap: 5)
                let target = layout(size.rows, size.columns, isTransposed: false, start: 7, gap: a ? 0 : 4)
                let (x, y) = (seededValues(end(left), seed: 31), seededValues(end(right), seed: 32))
                let before = seededValues(end(target) + 9, seed: 33)
                for adding in [false, true] {
                    var c = before
                    var span = c.mutableSpan
                    multiply(x.span, left, y.span, right, into: &span, target, adding: adding, scratch: &scratch)
                    let slow = slowProduct(x, left, y, right, into: before, target, adding: adding)
                    let isSame = zip(c, slow).allSatisfy { $0.bitPattern == $1.bitPattern }
                    #expect(isSame, "\(size), transposed \(a) \(b), adding \(adding)")
                }
            }
        }
    }

    private func layout(_ rows: Int, _ columns: Int, isTransposed: Bool, start: Int, gap: Int) -> MatrixLayout {
        isTransposed
            ? MatrixLayout(columns, by: rows, start: start, stride: rows + gap).transposed
            : MatrixLayout(rows, by: columns, start: start, stride: columns + gap)
    }

    /// Elements of the shortest span that holds the matrix.
    private func end(_ layout: MatrixLayout) -> Int {
        layout.start + max(0, layout.rows - 1) * layout.rowStride + max(0, layout.columns - 1) * layout.columnStride + 1
    }
}
