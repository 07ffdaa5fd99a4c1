// Products of rows about a centre, against sums in Double.
import Kernels
import Testing

@Suite("Centred products")
struct CentredProductsTests {
    private func products(_ rows: [[Float]], around centre: [Float]) -> [Double] {
        var batch = VectorBatch(columns: centre.count, capacity: rows.count)
        for row in rows { batch.append(row) }
        var out: [Double] = [.nan, 7]
        centredProducts(among: batch, around: centre.span, into: &out)
        return out
    }

    @Test("are those of the differences, for any number of rows and columns", arguments: [1, 2, 3, 6, 9, 17])
    func values(count: Int) {
        for columns in [1, 7, 8, 9, 513, 1_030] {
            var random = RandomStream(seed: 4, purpose: .measurement)
            func row() -> [Float] {
                var row = [Float](repeating: 0, count: columns)
                random.fillGaussian(&row, mean: 3, standardDeviation: 1)
                return row
            }
            let (rows, centre) = ((0..<count).map { _ in row() }, row())
            let out = products(rows, around: centre)
            #expect(out.count == count * count)
            for i in 0..<count {
                for j in 0..<count where j != i {
                    var expected = 0.0
                    for k in 0..<columns {
                        let (x, y) = (Double(rows[i][k] - centre[k]), Double(rows[j][k] - centre[k]))
                        expected += x * y
                    }
                    #expect(abs(out[i * count + j] - expected) < 1e-5 * Double(columns + 10))
                    #expect(out[i * count + j] == out[j * count + i])
                }
            }
        }
    }

    @Test("are finite where no Float holds them")
    func huge() {
        let out = products([[1e30, 0], [1e30, 1], [-2, 5]], around: [1, 1])
        #expect(abs(out[1] / 1e60 - 1) < 1e-6 && abs(out[2] / -3e30 - 1) < 1e-6)
    }
}
