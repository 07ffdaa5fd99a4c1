// How far apart the honest models are, and where their average is (He, Karimireddy, Jaggi 2022, as in their code).
import Kernels

/// The honest models of one moment, summarised.
public struct Consensus: Sendable, Equatable {
    /// x̄, the mean of the models.
    public let average: [Float]
    /// √((1/h) Σ |x_i − x̄|²).
    public let rootMeanSquare: Double
    /// The same divided by |x̄|; `nil` where the average is zero or not finite.
    public let relative: Double?
    /// Largest |x_i − x̄|.
    public let farthest: Double

    /// - Parameter models: at least one, all of one length, summed in the order given.
    public init(_ models: [[Float]]) {
        precondition(!models.isEmpty, "a mean of nothing")
        let dimension = models[0].count
        // Sums in Double: these figures are compared across engines and runs to many digits.
        var sums = [Double](repeating: 0, count: dimension)
        for model in models {
            for (index, value) in model.enumerated() { sums[index] += Double(value) }
        }
        let average = sums.map { Float($0 / Double(models.count)) }
        let distances = models.map { squaredDistance($0.span, average.span) }
        let meanSquare = distances.reduce(0, +) / Double(models.count)
        let norm = squaredNorm(average.span).squareRoot()
        self.average = average
        rootMeanSquare = meanSquare.squareRoot()
        relative = norm > 0 && norm.isFinite ? meanSquare.squareRoot() / norm : nil
        farthest = (distances.max() ?? 0).squareRoot()
    }
}
