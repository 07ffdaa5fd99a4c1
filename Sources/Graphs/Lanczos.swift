// Extreme eigenvalues of a large sparse symmetric matrix that is known only by its products with vectors.
import Kernels

/// The Lanczos method from a fixed pseudo-random start: the same bits every time.
///
/// An eigenvalue counts once however many eigenvectors it has. Small matrices, and those of which no eigenvector is
/// known beforehand, are worked on with full reorthogonalisation, which keeps all vectors. Else three vectors are
/// enough: rounding then finds an eigenvalue several times (Paige 1972), but the least and the greatest stay what they
/// are. Estimates cut short lie inside the spectrum.
struct Lanczos {
    /// Up to so many rows all eigenvalues are found, to about 10⁻¹⁴ of the largest.
    static let exactSize = 256
    /// So many vectors, or numbers in them, are kept at most.
    private static let mostKept = (vectors: 1_024, numbers: 1 << 25)
    /// About a second's additions and multiplications.
    private static let mostWork = 1_500_000_000

    /// The tridiagonal matrix whose eigenvalues are the estimates.
    private var diagonal: [Double] = []
    private var offDiagonal: [Double] = []
    /// Whether the search ended because nothing changed any more, and not for lack of time.
    private(set) var isSettled = false

    /// - Parameters:
    ///   - known: an eigenvector that is left out, with its eigenvalue once.
    ///   - entries: numbers that a product looks at.
    init(size: Int, besides known: [Double]? = nil, entries: Int = 0, _ product: ([Double]) -> [Double]) {
        precondition(size > (known == nil ? 0 : 1), "a matrix has at least one row")
        var stream = RandomStream(seed: 1, purpose: .measurement)
        var direction = known ?? []
        normalise(&direction)
        var basis: [[Double]] = []
        var previous: [Double] = []
        var next = (0..<size).map { _ in stream.uniform() - 0.5 }
        var settled: [Double] = []
        if known != nil { subtract(dot(next, direction), direction, from: &next) }
        normalise(&next)
        let keepsAll = known == nil || size <= Self.exactSize
        let most =
            keepsAll
            ? min(size - (known == nil ? 0 : 1), Self.mostKept.vectors, max(64, Self.mostKept.numbers / size))
            : max(64, Self.mostWork / (entries + 8 * size))
        var check = keepsAll ? Self.exactSize : 64
        for step in 1...most {
            var image = product(next)
            diagonal.append(dot(image, next))
            if keepsAll {
                basis.append(next)
                // Twice is enough (Parlett): the second pass removes what rounding left in the first.
                for _ in 0..<2 {
                    if known != nil { subtract(dot(image, direction), direction, from: &image) }
                    for vector in basis { subtract(dot(image, vector), vector, from: &image) }
                }
            } else {
                subtract(diagonal[step - 1], next, from: &image)
                if let coupling = offDiagonal.last { subtract(coupling, previous, from: &image) }
                subtract(dot(image, direction), direction, from: &image)
                previous = next
            }
            next = image
            let length = normalise(&next)
            let isWhole = keepsAll && step == size - (known == nil ? 0 : 1)
            guard !isWhole, length > 1e-13 * bound else {
                isSettled = true
                return
            }
            if step == check {
                check = keepsAll ? check + 32 : check + check / 2
                let extremes = [smallest, eigenvalue(fromBottom: 1), eigenvalue(fromTop: 1), largest]
                let looked = known == nil ? extremes : [smallest, largest]
                if zip(looked, settled).allSatisfy({ abs($0 - $1) <= 1e-13 * bound }), !settled.isEmpty {
                    isSettled = true
                    return
                }
                settled = looked
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
    // Four sums at a time, which need not wait for each other.
    var sums = SIMD4<Double>.zero
    let whole = x.count / 4 * 4
    for i in stride(from: 0, to: whole, by: 4) {
        let (a, b) = (
            SIMD4<Double>(x[i], x[i + 1], x[i + 2], x[i + 3]), SIMD4<Double>(y[i], y[i + 1], y[i + 2], y[i + 3])
        )
        sums += a * b
    }
    var sum = sums.sum()
    for i in whole..<x.count { sum += x[i] * y[i] }
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
