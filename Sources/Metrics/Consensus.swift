// Consensus distance: how far apart the honest models are, and where their average is (He, Karimireddy, Jaggi 2022, as
// in their code); beside it the same of the node in the middle, which a few diverged models cannot move.
import Kernels

/// How far models are from their centre, as one number of two kinds. One model that has run away makes the first as
/// large as it likes, and says nothing of the others; the second tells how well most agree, and hides who does not.
public struct ConsensusDistance: Sendable, Equatable {
    /// √((1/h) Σ |x_i − x̄|²), where x̄ is the mean of the h models.
    public let rootMeanSquare: Double
    /// The same divided by |x̄|; `nil` where the average is zero or not finite.
    public let relative: Double?
    /// med_i |x_i − m|, where m is the coordinate-wise median of the models: the median absolute deviation (Hampel,
    /// JASA 1974) of vectors, around the centre of Yin et al. (ICML 2018). Both medians hold while fewer than half of
    /// the models are anywhere else. Models that are not finite have no part in m, and are infinitely far.
    public let median: Double
    /// The same divided by |m|; `nil` where m is zero, or there is none.
    public let medianRelative: Double?

    public init(rootMeanSquare: Double, relative: Double?, median: Double, medianRelative: Double?) {
        self.rootMeanSquare = rootMeanSquare
        self.relative = relative
        self.median = median
        self.medianRelative = medianRelative
    }
}

/// The honest models of one moment, summarised.
public struct Consensus: Sendable, Equatable {
    /// The most elements that are sorted at once: models may be large, and a copy of all of them larger.
    private static let block = 1 << 20

    /// x̄, the mean of the models.
    public let average: [Float]
    public let distance: ConsensusDistance
    /// |x_i − m| of each model, in the order given.
    public let distances: [Double]
    /// |m|, the norm of the coordinate-wise median; not finite where no model is finite.
    public let scale: Double

    /// - Parameter models: at least one, all of one length, summed in the order given.
    public init(_ models: [[Float]]) {
        precondition(!models.isEmpty, "a mean of nothing")
        let average = Consensus.average(of: models)
        let squares = models.map { squaredDistance($0.span, average.span) }
        let rootMeanSquare = (squares.reduce(0, +) / Double(models.count)).squareRoot()
        let norm = squaredNorm(average.span).squareRoot()

        let isFinite = models.map { allFinite($0.span) }
        let centre = Consensus.median(of: zip(models, isFinite).filter { $1 }.map { $0.0 })
        distances = zip(models, isFinite).map { model, isFinite in
            guard isFinite, let centre else { return .infinity }
            return squaredDistance(model.span, centre.span).squareRoot()
        }
        scale = centre.map { squaredNorm($0.span).squareRoot() } ?? .infinity
        let median = middle(of: distances)
        self.average = average
        distance = ConsensusDistance(
            rootMeanSquare: rootMeanSquare, relative: Consensus.share(rootMeanSquare, of: norm), median: median,
            medianRelative: Consensus.share(median, of: scale))
    }

    private static func share(_ distance: Double, of norm: Double) -> Double? {
        norm > 0 && norm.isFinite ? distance / norm : nil
    }

    /// Sums in Double: these figures are compared across engines and runs to many digits.
    private static func average(of models: [[Float]]) -> [Float] {
        var sums = [Double](repeating: 0, count: models[0].count)
        for model in models {
            for (index, value) in model.enumerated() { sums[index] += Double(value) }
        }
        return sums.map { Float($0 / Double(models.count)) }
    }

    /// Per coordinate the middle value, or the midpoint of the two middle ones; `nil` of no models.
    private static func median(of models: [[Float]]) -> [Float]? {
        guard let dimension = models.first?.count else { return nil }
        var median: [Float] = []
        median.reserveCapacity(dimension)
        let width = max(8, block / models.count)
        for start in stride(from: 0, to: dimension, by: width) {
            let columns = start..<min(start + width, dimension)
            var batch = VectorBatch(columns: columns.count, capacity: models.count)
            for model in models { batch.append(model.span.extracting(columns)) }
            var part = [Float](repeating: 0, count: columns.count)
            var span = part.mutableSpan
            columnMedians(batch, into: &span)
            median += part
        }
        return median
    }
}

/// The middle one of some values, or the midpoint of the two middle ones; at least one value.
public func middle(of values: [Double]) -> Double {
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : 0.5 * sorted[half - 1] + 0.5 * sorted[half]
}
