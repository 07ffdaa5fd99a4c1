// Logistic regression: L(θ) = ν‖θ‖² + Σ log(1 + exp(−A Qᵀθ)) over queries Q and answers A = ±1.
import Kernels

/// Queries answered by signs: logistic regression.
public struct SignAnswers: PersonalLoss {
    public let dimension: Int
    /// A Q, one after the other.
    private let rows: [[Double]]
    private let ridge: Double

    /// - Parameters:
    ///   - queries: vectors of one length, at least one.
    ///   - answers: one to each, 1 or −1.
    ///   - ridge: ν ≥ 0.
    public init(queries: [[Double]], answers: [Double], ridge: Double = 0) {
        precondition(!queries.isEmpty && queries.count == answers.count, "an answer to each query")
        dimension = queries[0].count
        rows = zip(queries, answers).map { $1 * $0 }
        self.ridge = ridge
    }

    /// log(1 + e⁻ᵐ), and the probability 1/(1 + eᵐ) that it falls by.
    private static func told(_ margin: Double) -> (loss: Double, share: Double) {
        let small = Elementary.exp(-abs(margin))
        let rest = small < 1e-8 ? small : Elementary.log(1 + small)
        return margin > 0 ? (rest, small / (1 + small)) : (rest - margin, 1 / (1 + small))
    }

    public func value(at model: [Double]) -> Double {
        rows.reduce(ridge * inner(model, model)) { $0 + Self.told(inner($1, model)).loss }
    }

    public func gradient(at model: [Double]) -> [Double] {
        var gradient = 2 * ridge * model
        for row in rows {
            let share = Self.told(inner(row, model)).share
            for j in row.indices { gradient[j] -= share * row[j] }
        }
        return gradient
    }

    public func curvature(at model: [Double]) -> [Double] {
        let size = dimension
        var matrix = [Double](repeating: 0, count: size * size)
        for i in 0..<size { matrix[i * size + i] = 2 * ridge }
        for row in rows {
            let share = Self.told(inner(row, model)).share
            let weight = share * (1 - share)
            for i in 0..<size {
                for j in 0..<size { matrix[i * size + j] += weight * row[i] * row[j] }
            }
        }
        return matrix
    }
}
