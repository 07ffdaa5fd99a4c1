// The spectral layout: the two slowest modes of a walk on the graph as coordinates.
import Kernels
import Registry

/// The places are the eigenvectors of the two smallest eigenvalues but 0 of L u = μ D u, L the Laplacian and D the
/// degrees (Koren 2005): groups that few edges join lie far apart. Found by inverse iteration on a small subspace.
public struct Spectral: GraphLayout {
    public static let name = "spectral"
    public static let summary = "The two slowest modes of the graph: groups that few edges join lie far apart."

    public init(_ parameters: ParameterValues) {}

    public func places(of neighbours: [[Int]]) -> [SIMD2<Double>] {
        packed(neighbours) { part in
            guard part.count > 3 else { return Circular(.defaults([])).places(of: part) }
            let modes = SlowModes(part).vectors
            return part.indices.map { SIMD2(modes[0][$0], modes[1][$0]) }
        }
    }
}

/// Eigenvectors of L u = μ D u with the smallest μ above 0, ascending, of length 1 in the product ⟨u, D v⟩.
private struct SlowModes {
    private(set) var vectors: [[Double]]

    private static let size = 5
    private static let iterations = 12
    /// Makes the matrix definite; small against any μ that can be told from 0.
    private static let shift = 1e-6

    private let neighbours: [[Int]]
    private let degrees: [Double]

    init(_ neighbours: [[Int]]) {
        self.neighbours = neighbours
        degrees = neighbours.map { Double($0.count) }
        let count = neighbours.count
        vectors = (1...min(Self.size, count - 1)).map { wave in
            (0..<count).map { node in
                let angle = Elementary.sineCosine(ofTurns: Double((wave + 1) / 2) * Double(node) / Double(count))
                return wave % 2 == 0 ? angle.sine + 0.01 * Double(node % 7) : angle.cosine + 0.01 * Double(node % 5)
            }
        }
        orthonormalise()
        for _ in 0..<Self.iterations {
            vectors = vectors.map { solve(zip(degrees, $0).map { $0 * $1 }, from: $0) }
            orthonormalise()
            rotate()
        }
    }

    private func product(_ a: [Double], _ b: [Double]) -> Double {
        degrees.indices.reduce(0) { $0 + degrees[$1] * a[$1] * b[$1] }
    }

    /// (L + shift · D) x
    private func image(_ vector: [Double]) -> [Double] {
        neighbours.indices.map { node in
            let own = (1 + Self.shift) * degrees[node] * vector[node]
            return neighbours[node].reduce(own) { $0 - vector[$1] }
        }
    }

    /// x with (L + shift · D) x = b by conjugate gradients, each coordinate scaled by its degree.
    private func solve(_ b: [Double], from start: [Double]) -> [Double] {
        var x = start
        var rest = zip(b, image(x)).map { $0 - $1 }
        var scaled = zip(rest, degrees).map { $0 / $1 }
        var way = scaled
        var size = zip(rest, scaled).reduce(0) { $0 + $1.0 * $1.1 }
        let enough = 1e-20 * size
        for _ in 0..<min(2_000, 4 * b.count) where size > enough && size > 1e-280 {
            let image = image(way)
            let step = size / zip(way, image).reduce(0) { $0 + $1.0 * $1.1 }
            for i in x.indices {
                x[i] += step * way[i]
                rest[i] -= step * image[i]
                scaled[i] = rest[i] / degrees[i]
            }
            let next = zip(rest, scaled).reduce(0) { $0 + $1.0 * $1.1 }
            for i in way.indices { way[i] = scaled[i] + next / size * way[i] }
            size = next
        }
        return x
    }

    /// Against each other and the constant vector, whose μ is 0.
    private mutating func orthonormalise() {
        let total = degrees.reduce(0, +)
        for index in vectors.indices {
            // Twice is enough: the second pass removes what rounding left in the first.
            for _ in 0..<2 {
                let mean = degrees.indices.reduce(0) { $0 + degrees[$1] * vectors[index][$1] } / total
                for i in degrees.indices { vectors[index][i] -= mean }
                for earlier in 0..<index {
                    let shared = product(vectors[earlier], vectors[index])
                    for i in degrees.indices { vectors[index][i] -= shared * vectors[earlier][i] }
                }
            }
            let length = max(1e-300, product(vectors[index], vectors[index]).squareRoot())
            for i in degrees.indices { vectors[index][i] /= length }
        }
    }

    /// Turns the subspace to its own eigenvectors, the smallest μ first.
    private mutating func rotate() {
        let size = vectors.count
        let images = vectors.map(image)
        var system = SymmetricEigensystem()
        system.begin(size: size)
        for row in 0..<size {
            for column in 0...row {
                system.matrix[row * size + column] = zip(vectors[row], images[column]).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
        system.solve(withVectors: true)
        let order = system.values.indices.sorted { system.values[$0] < system.values[$1] }
        let turned = order.map { rank in
            degrees.indices.map { node in
                (0..<size).reduce(0.0) { $0 + system.vectors[rank * size + $1] * vectors[$1][node] }
            }
        }
        vectors = turned
    }
}
