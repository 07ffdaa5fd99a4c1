// DataPoisoning: one observation by which an honest learner of least squares pulls the common model wherever it is
// wanted. For softmax see SoftLabels.
import Kernels

/// From a model attack to data, for least squares under `squaredL2` (arXiv 2202.08578, theorem 5, with the sign and the
/// ν that its proof needs).
public enum OnePoint {
    /// Data (q, qᵀθ♠ + 1) with q = G + 2νθ♠: the gradient of their loss at θ♠ is −q, which with 2νθ♠ is what holds θ♠
    /// against the pull.
    ///
    /// - Parameters:
    ///   - model: θ♠ = θ† + G/2λ.
    ///   - pull: G(θ†).
    ///   - ridge: ν.
    ///   - scale: c ≠ 0, any: (c q, c qᵀθ♠ + 1/c) does the same.
    public static func leading(
        to model: [Double], against pull: [Double], ridge: Double = 0, scale: Double = 1
    ) -> DataPoint {
        let query = pull.moved(2 * ridge, along: model)
        return DataPoint(query.scaled(by: scale), scale * query.dot(model) + 1 / scale)
    }
}
