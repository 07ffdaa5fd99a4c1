// WeightedBatch: samples that count differently, as those of nodes with shards of different sizes do.
import Kernels

/// Rows of some samples, each with a weight.
public struct WeightedBatch: Sendable {
    public let samples: Samples
    public let rows: [Int32]
    /// One a row; they add up to 1.
    public let weights: [Double]

    public init(_ samples: Samples, rows: [Int32], weights: [Double]) {
        precondition(rows.count == weights.count, "a weight for each row")
        self.samples = samples
        self.rows = rows
        self.weights = weights
    }

    /// What shards come to if all count the same, however large they are, and the samples within each as often as
    /// their weights say; empty ones do not count.
    ///
    /// - Parameter shards: rows of `samples`.
    public init(_ samples: Samples, equally shards: [[Int32]]) {
        let filled = shards.filter { !$0.isEmpty }
        self.init(
            samples, rows: filled.flatMap { $0 },
            weights: filled.flatMap { shard in
                let whole = Double(filled.count) * Batch(samples, rows: shard).weight
                return shard.map { Double(samples.weight(of: $0)) / whole }
            })
    }
}
