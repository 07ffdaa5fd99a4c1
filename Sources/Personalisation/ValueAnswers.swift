// Least squares: L(θ) = ν‖θ‖² + Σ ½(Qᵀθ − A)² over queries Q and answers A.
import Kernels
public import Learning

/// Queries answered by values: linear regression.
public struct ValueAnswers: PersonalLoss {
    public let dimension: Int
    /// 2ν I + Σ Q Qᵀ.
    private let curvature: [Double]
    /// Σ A Q.
    private let moment: [Double]
    /// Σ ½A².
    private let constant: Double

    /// - Parameters:
    ///   - queries: vectors of one length, at least one.
    ///   - answers: one to each.
    ///   - ridge: ν ≥ 0.
    public init(queries: [[Double]], answers: [Double], ridge: Double = 0) {
        precondition(!queries.isEmpty && queries.count == answers.count, "an answer to each query")
        let size = queries[0].count
        var (matrix, moment) = ([Double](repeating: 0, count: size * size), [Double](repeating: 0, count: size))
        for (query, answer) in zip(queries, answers) {
            precondition(query.count == size, "queries of one length")
            for row in 0..<size {
                moment[row] += answer * query[row]
                for column in 0..<size { matrix[row * size + column] += query[row] * query[column] }
            }
        }
        for i in 0..<size { matrix[i * size + i] += 2 * ridge }
        dimension = size
        curvature = matrix
        self.moment = moment
        constant = answers.reduce(0) { $0 + $1 * $1 / 2 }
    }

    public func value(at model: [Double]) -> Double {
        model.dot(product(curvature, model)) / 2 - moment.dot(model) + constant
    }
    public func gradient(at model: [Double]) -> [Double] { product(curvature, model) - moment }
    public func curvature(at model: [Double]) -> [Double] { curvature }

    public func evaluate(_ model: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        let there = Curvature {
            product(curvature, $0)
        } preconditioner: {
            FeatureBlocks(curvature, plus: 0, copies: 1).solve
        }
        return (value(at: model), gradient(at: model), there)
    }
}
