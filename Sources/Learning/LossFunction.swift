// LossFunction: how wrong scores are, and the gradient of that by the scores. Which scores there are is a network's
// business.
import Kernels

/// What is lost on each sample, by its scores and its target.
protocol LossFunction: Sendable {
    /// Scores of one sample.
    var scoreCount: Int { get }

    /// The sum of the losses of the samples at these rows, each as often as it counts; their scores follow each other.
    ///
    /// - Parameter share: with one, `share` times the gradient of each loss, as often as it counts, takes the place of
    ///   the scores; the sum is the same to the bit with one and without. Without one, the scores are lost.
    func sum(
        _ scores: inout MutableSpan<Float>, rows: Span<Int32>, of samples: Samples, share: Float?
    ) -> Double

    /// Samples whose target is what the scores say; `nil` where there are no classes.
    func hits(_ scores: Span<Float>, rows: Span<Int32>, targets: Targets) -> Int?
}

/// A score for each class, the greatest of which (the lowest such class on a tie) is what a sample is taken for.
protocol ClassLoss: LossFunction {}

extension ClassLoss {
    func hits(_ scores: Span<Float>, rows: Span<Int32>, targets: Targets) -> Int? {
        let targets = ClassTargets(targets)
        var hits = 0
        for s in rows.indices {
            let row = s * scoreCount
            var best = 0
            for c in 1..<scoreCount where scores[row + c] > scores[row + best] { best = c }
            if best == targets.label(of: rows[s]) { hits += 1 }
        }
        return hits
    }
}
