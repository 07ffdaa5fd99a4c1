// Eigenvalues of small dense matrices: the definition holds at any scale, and no matrix keeps the search going.
import Kernels
import Testing

@Suite("Symmetric eigensystem")
struct SymmetricEigensystemTests {
    private static func random(size: Int, seed: UInt64) -> [Double] {
        var stream = RandomStream(seed: seed, purpose: .data, node: NodeID(0), lane: 0)
        var matrix = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                let element = stream.uniform() - 0.5
                matrix[row * size + column] = element
                matrix[column * size + row] = element
            }
        }
        return matrix
    }

    private static func solved(_ matrix: [Double], size: Int) -> SymmetricEigensystem {
        var system = SymmetricEigensystem()
        system.begin(size: size)
        system.matrix = matrix
        system.solve(withVectors: true)
        return system
    }

    @Test("each vector is stretched by its value, and is of length one", arguments: [1, 2, 3, 8, 21])
    func definition(size: Int) {
        let matrix = Self.random(size: size, seed: UInt64(size))
        let system = Self.solved(matrix, size: size)
        for row in 0..<size {
            let vector = system.vectors[row * size..<(row + 1) * size]
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
            for i in 0..<size {
                let image = (0..<size).reduce(0.0) { $0 + matrix[i * size + $1] * vector[vector.startIndex + $1] }
                #expect(abs(image - system.values[row] * vector[vector.startIndex + i]) < 1e-12)
            }
        }
        let trace = (0..<size).reduce(0.0) { $0 + matrix[$1 * size + $1] }
        #expect(abs(system.values.reduce(0, +) - trace) < 1e-12)
    }

    @Test("the greatest value is told from bounds beside it, without a change", arguments: [1, 2, 3, 8, 21])
    func bound(size: Int) {
        let half = Self.random(size: size, seed: UInt64(40 + size))
        var square = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for j in 0..<size {
                square[i * size + j] = (0..<size).reduce(0) { $0 + half[i * size + $1] * half[j * size + $1] }
            }
        }
        let greatest = Self.solved(square, size: size).values.max() ?? 0
        var system = SymmetricEigensystem()
        for scale in [1, 0x1p-900, 0x1p900] {
            system.begin(size: size)
            system.matrix = square.map { scale * $0 }
            let (below, above) = (scale * greatest * (1 - 1e-9), scale * greatest * (1 + 1e-9))
            let answers = [below, above, .infinity].map { system.surelyExceeds($0) }
            #expect(answers == [true, false, false])
            #expect(system.matrix == square.map { scale * $0 })
        }
    }

    @Test("an element a hundred million times smaller than its neighbour still counts")
    func smallElement() {
        let small = 1e-8
        let values = Self.solved([0, 1, small, 1, 0, 1, small, 1, 0], size: 3).values.sorted()
        // λ³ − (2 + ε²) λ − 2 ε = (λ + ε) (λ² − ε λ − 2)
        let root = (small * small + 8).squareRoot()
        for (value, exact) in zip(values, [(small - root) / 2, -small, (small + root) / 2]) {
            #expect(abs(value - exact) < 1e-14, "\(value) for \(exact)")
        }
    }

    @Test(
        "a matrix times a power of two has its values times that power, bit by bit", arguments: [-990, -600, 300, 1000])
    func scale(exponent: Int) {
        let size = 7
        let factor = Double(sign: .plus, exponent: exponent, significand: 1)
        let matrix = Self.random(size: size, seed: 3)
        let usual = Self.solved(matrix, size: size)
        let scaled = Self.solved(matrix.map { $0 * factor }, size: size)
        #expect(scaled.values == usual.values.map { $0 * factor })
        #expect(scaled.vectors == usual.vectors)
    }

    @Test("any matrix comes to an end", arguments: [0, 0x1p-1074, 0x1p-1030, 1e308, .infinity, .nan])
    func hostile(element: Double) {
        for size in 1...6 {
            for position in 0..<size {
                var matrix = [Double](repeating: 0, count: size * size)
                for row in 0..<size { matrix[row * size + row] = 1 }
                matrix[position * size] = element
                matrix[position] = element
                let mixed = Self.solved(matrix, size: size)
                let full = Self.solved([Double](repeating: element, count: size * size), size: size)
                #expect(mixed.values.count == size && full.values.count == size)
                if element.isFinite {
                    #expect((mixed.values + full.values).allSatisfy { $0.isFinite || element > 1e300 })
                }
            }
        }
    }
}
