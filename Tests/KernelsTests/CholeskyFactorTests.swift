// Cholesky factors against the matrices that they are of.
import Kernels
import Testing

@Suite("Cholesky factor")
struct CholeskyFactorTests {
    /// B Bᵀ + I of a random B.
    private static func matrix(_ size: Int) -> [Double] {
        var random = RandomStream(seed: 1, purpose: .data)
        let root = (0..<size * size).map { _ in random.gaussian() }
        return (0..<size * size).map { place in
            let (row, column) = (place / size, place % size)
            return (0..<size).reduce(row == column ? 1 : 0) { $0 + root[row * size + $1] * root[column * size + $1] }
        }
    }

    @Test("solves for one right-hand side, for sixteen, and for the inverse", arguments: [1, 5, 16, 37])
    func solves(size: Int) throws {
        let matrix = Self.matrix(size)
        let factor = try #require(CholeskyFactor(matrix, size: size))
        var random = RandomStream(seed: 2, purpose: .data)
        let right = (0..<size).map { _ in
            (0..<16).reduce(into: SIMD16<Double>.zero) { lanes, lane in lanes[lane] = random.gaussian() }
        }
        func product(_ x: [Double]) -> [Double] {
            (0..<size).map { row in (0..<size).reduce(0) { $0 + matrix[row * size + $1] * x[$1] } }
        }
        let (together, inverse) = (factor.solve(right), factor.inverse)
        for lane in 0..<16 {
            let wanted = right.map { $0[lane] }
            let rows = stride(from: 0, to: size * size, by: size).map { Array(inverse[$0..<$0 + size]) }
            for found in [
                factor.solve(wanted), together.map { $0[lane] },
                rows.map { row in zip(row, wanted).reduce(0) { $0 + $1.0 * $1.1 } },
            ] {
                for (one, other) in zip(product(found), wanted) { #expect(abs(one - other) < 1e-10) }
            }
        }
    }

    @Test("there is none of a matrix that is not positive definite")
    func refuses() {
        #expect(CholeskyFactor([1, 0, 2, 1], size: 2) == nil)
        #expect(CholeskyFactor([.nan], size: 1) == nil)
    }
}
