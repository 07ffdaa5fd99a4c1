// DP-SGD: gradients that tell little of any one sample. Each sample's gradient is clipped, and noise is added to the
// sum; what is done with it afterwards, momentum and gossip included, tells no more.
import Kernels

/// How gradients are made private: g = (Σ_s min(1, C / |g_s|) g_s + N(0, (zC)² I)) / B (Abadi et al. 2016, arXiv
/// 1607.00133), where B is the expected size of the batch.
///
/// Noise is drawn from the stream of (node, round, local step): whoever knows the experiment's seed can take it off
/// again. That is for studying what noise does; data that matter want noise from a secret source.
public struct PrivateGradient: Sendable, Equatable {
    /// Which samples a batch holds.
    public enum Sampling: String, Sendable, CaseIterable {
        /// Each with probability B / m, as the accountant assumes: batches differ in size, and may be empty.
        case poisson
        /// The next B of all m in an order that is drawn anew once all have had their turn, the rest that fills no
        /// batch left out. Accounted for as if it were Poisson sampling, which makes ε an estimate.
        case shuffled
    }

    /// C.
    public let clip: Double
    /// z.
    public let noise: Double
    public let sampling: Sampling

    public init(clip: Double, noise: Double, sampling: Sampling = .poisson) {
        precondition(clip > 0 && noise >= 0, "a norm, and a multiple of it")
        self.clip = clip
        self.noise = noise
        self.sampling = sampling
    }

    /// q, with which each of m samples takes part in a step.
    public static func rate(batchSize: Int, of samples: Int) -> Double {
        samples == 0 ? 0 : min(1, Double(batchSize) / Double(samples))
    }

    /// The places 0 ..< m of the samples of one step, appended to `rows`, which are none yet.
    ///
    /// - Parameters:
    ///   - batchSize: B, less than m.
    ///   - step: local steps of the rounds before this one, and of this one.
    func drawPlaces(
        batchSize: Int, of samples: Int, step: Int, seed: UInt64, node: NodeID, round: Round, localStep: Int,
        into rows: inout [Int32]
    ) {
        switch sampling {
        case .poisson:
            var random = RandomStream(seed: seed, purpose: .sampling, node: node, round: round, lane: localStep)
            // Gaps between those that take part are geometric: so many draws as samples drawn.
            let decay = Elementary.log(1 - Self.rate(batchSize: batchSize, of: samples))
            var place = -1.0
            while true {
                place += 1 + (Elementary.log(random.uniformOpen()) / decay).rounded(.down)
                guard place < Double(samples) else { return }
                rows.append(Int32(place))
            }
        case .shuffled:
            let (epoch, batch) = (step / (samples / batchSize), step % (samples / batchSize))
            var random = RandomStream(seed: seed, purpose: .sampling, node: node, round: Round(epoch))
            rows.append(contentsOf: 0..<Int32(samples))
            random.shuffle(&rows)
            rows.removeSubrange(((batch + 1) * batchSize)...)
            rows.removeSubrange(..<(batch * batchSize))
        }
    }

    /// Turns the sum of clipped gradients into the gradient of a step.
    ///
    /// - Parameter expected: B, the expected size of the batch.
    func finish(
        _ sum: inout MutableSpan<Float>, expected: Int, seed: UInt64, node: NodeID, round: Round, localStep: Int
    ) {
        let share = 1 / Double(expected)
        let deviation = noise * clip
        guard deviation > 0 else { return scale(Float(share), &sum) }
        var random = RandomStream(seed: seed, purpose: .privacy, node: node, round: round, lane: localStep)
        for i in sum.indices { sum[i] = Float(share * (Double(sum[i]) + deviation * random.gaussian())) }
    }
}

extension Objective {
    /// One sample after the other.
    public func clippedGradientSum(
        at parameters: Span<Float>, on batch: Batch, clip: Double, into sum: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        var total = [Float](repeating: 0, count: dimension)
        var losses = 0.0
        sampleGradients(at: parameters, on: batch, scratch: &scratch) { loss, gradient in
            losses += loss
            let factor = clipFactor(squaredNorm: squaredNorm(gradient), clip: clip)
            guard factor > 0 else { return }
            var span = total.mutableSpan
            axpy(factor, gradient, into: &span)
        }
        for i in sum.indices { sum[i] = total[i] }
        return batch.count == 0 ? 0 : losses / Double(batch.count)
    }
}

/// min(1, C / |g|); 0 where the norm is not finite.
func clipFactor(squaredNorm: Double, clip: Double) -> Float {
    guard squaredNorm.isFinite else { return 0 }
    let norm = squaredNorm.squareRoot()
    return norm > clip ? Float(clip / norm) : 1
}
