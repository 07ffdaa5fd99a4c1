// FeatureBlocks: matrices that do to every class of a model the same, and what all classes of a model have in common.
import Kernels

/// (I ⊗ A)⁻¹ for models of several classes: A is of the features and the bias, and the same for every class.
public struct FeatureBlocks: Sendable {
    private let size: Int
    private let copies: Int
    private let factor: CholeskyFactor

    /// - Parameters:
    ///   - matrix: A without t I, with which it is positive semidefinite; what is above the diagonal is not read.
    ///   - copies: of the classes.
    public init(_ matrix: [Double], plus t: Double, copies: Int) {
        let size = Int(Double(matrix.count).squareRoot().rounded())
        var sum = matrix
        let greatest = (0..<size).reduce(0) { max($0, matrix[$1 * size + $1]) }
        // What no sample says anything of is no scale to step by, and rounding must not make it negative.
        var slack = 1e-12 * (greatest + t)
        if greatest + t <= 0 { slack = 1 }
        for i in 0..<size { sum[i * size + i] += t }
        var found: CholeskyFactor?
        for _ in 0..<12 where found == nil {
            for i in 0..<size { sum[i * size + i] += slack }
            found = CholeskyFactor(sum, size: size)
            slack *= 30
        }
        guard let found else { preconditionFailure("a positive semidefinite matrix of numbers") }
        (self.size, self.copies, factor) = (size, copies, found)
    }

    /// A⁻¹, row after row.
    public var inverse: [Double] { factor.inverse }

    /// The product with a vector that is laid out as a model: class by class, then the biases.
    public func solve(_ vector: [Double]) -> [Double] {
        guard copies > 1 else { return factor.solve(vector) }
        let p = size - 1
        var result = vector
        var columns = [SIMD16<Double>](repeating: .zero, count: size)
        for first in stride(from: 0, to: copies, by: 16) {
            let lanes = 0..<min(16, copies - first)
            func place(_ lane: Int, _ j: Int) -> Int {
                j < p ? (first + lane) * p + j : copies * p + first + lane
            }
            for j in 0...p { for lane in lanes { columns[j][lane] = vector[place(lane, j)] } }
            let found = factor.solve(columns)
            for j in 0...p { for lane in lanes { result[place(lane, j)] = found[j][lane] } }
        }
        return result
    }
}

extension [Double] {
    /// Class by class and then biases, without what is the same for all classes.
    public func centred(classCount: Int) -> [Double] {
        let p = count / classCount - 1
        var result = self
        for j in 0...p {
            func place(_ a: Int) -> Int { j < p ? a * p + j : classCount * p + a }
            let mean = (0..<classCount).reduce(0) { $0 + self[place($1)] } / Double(classCount)
            for a in 0..<classCount { result[place(a)] -= mean }
        }
        return result
    }
}
