// Extreme eigenvalues of a large sparse symmetric matrix that is known only by its products with vectors.
import Kernels

/// The Lanczos method with full reorthogonalisation, from a fixed pseudo-random start: the same bits every time.
///
/// An eigenvalue counts once however many eigenvectors it has. Up to `exactSize` rows all eigenvalues are found, to
/// about 10⁻¹⁴ of the largest; above, steps go on until the extreme ones stand still or `mostSteps` are done.
/// Estimates cut short lie inside the spectrum: the second largest is then too small, never too large.
struct Lanczos {
    static let exactSize = 256
    static let mostSteps = 1_024

    /// The tridiagonal matrix whose eigenvalues are the estimates.
    private var diagonal: [Double] = []
    private var offDiagonal: [Double] = []

    init(size: Int, _ product: ([Double]) -> [Double]) {
        precondition(size > 0, "a matrix has at least one row")
        var stream = RandomStream(seed: 1, purpose: .measurement)
        var basis: [[Double]] = []
        var next = (0..<size).map { _ in stream.uniform() - 0.5 }
        var settled: [Double] = []
        normalise(&next)
        for step in 1...min(size, Self.mostSteps) {
            basis.append(next)
            let image = product(next)
            diagonal.append(dot(image, next))
            next = image
            // Twice is enough (Parlett): the second pass removes what rounding left in the first.
            for _ in 0..<2 {
                for vector in basis { subtract(dot(next, vector), vector, from: &next) }
            }
            let length = normalise(&next)
            guard step < size, length > 1e-13 * bound else { return }
            if step >= Self.exactSize, step.isMultiple(of: 32) {
                let extremes = [smallest, eigenvalue(fromBottom: 1), eigenvalue(fromTop: 1), largest]
                if zip(extremes, settled).allSatisfy({ abs($0 - $1) <= 1e-13 * bound }), !settled.isEmpty { return }
                settled = extremes
            }
            offDiagonal.append(length)
        }
        offDiagonal.removeLast()
    }

    var smallest: Double { eigenvalue(fromBottom: 0) }
    var largest: Double { eigenvalue(fromTop: 0) }

    /// The distinct eigenvalue with `rank` smaller ones, or the largest if there are not so many.
    func eigenvalue(fromBottom rank: Int) -> Double {
        let rank = min(rank, diagonal.count - 1)
        var (low, high) = (-bound, bound)
        while true {
            let middle = low + (high - low) / 2
            guard low < middle, middle < high else { return middle }
            if countBelow(middle) > rank { high = middle } else { low = middle }
        }
    }

    /// The distinct eigenvalue with `rank` larger ones, or the smallest if there are not so many.
    func eigenvalue(fromTop rank: Int) -> Double {
        eigenvalue(fromBottom: max(0, diagonal.count - 1 - rank))
    }

    /// No eigenvalue of the tridiagonal matrix is larger in modulus (Gershgorin).
    private var bound: Double {
        let rows = diagonal.indices.map { row in
            abs(diagonal[row]) + (row > 0 ? offDiagonal[row - 1] : 0)
                + (row < offDiagonal.count ? offDiagonal[row] : 0)
        }
        return rows.reduce(1e-300, max)
    }

    /// How many eigenvalues are below `x`: the sign changes of the Sturm sequence.
    private func countBelow(_ x: Double) -> Int {
        var count = 0
        var pivot = 1.0
        for (row, entry) in diagonal.enumerated() {
            let coupling = row > 0 ? offDiagonal[row - 1] : 0
            pivot = entry - x - coupling * coupling / pivot
            if pivot == 0 { pivot = -1e-300 }
            if pivot < 0 { count += 1 }
        }
        return count
    }
}

private func dot(_ x: [Double], _ y: [Double]) -> Double {
    var sum = 0.0
    for i in x.indices { sum += x[i] * y[i] }
    return sum
}

private func subtract(_ factor: Double, _ x: [Double], from y: inout [Double]) {
    for i in x.indices { y[i] -= factor * x[i] }
}

/// Divides `x` by its length, which is returned, unless that is 0.
@discardableResult
private func normalise(_ x: inout [Double]) -> Double {
    let length = dot(x, x).squareRoot()
    if length > 0 {
        for i in x.indices { x[i] /= length }
    }
    return length
}
