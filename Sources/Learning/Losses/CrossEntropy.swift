// Cross-entropy of softmax probabilities: the loss of softmax regression and of networks that tell classes apart.
import Kernels

/// −Σ q_c log softmax(s)_c, where q is the target's distribution: certain, or soft.
struct CrossEntropy: ClassLoss {
    let scoreCount: Int

    func sum(
        _ scores: inout MutableSpan<Float>, rows: Span<Int32>, of samples: Samples, share: Float?
    ) -> Double {
        let targets = ClassTargets(samples.targets)
        var loss = 0.0
        for s in rows.indices {
            let row = s * scoreCount..<(s + 1) * scoreCount
            let own = targets.expected(of: rows[s], scores, at: row.lowerBound)
            let (greatest, total) = exponentiate(&scores, row)
            let weight = samples.weight(of: rows[s])
            loss += Double(weight) * (Elementary.log(Double(total)) - Double(own - greatest))
            guard let share = share.map({ $0 * weight }) else { continue }
            for position in row { scores[position] *= share / total }
            targets.subtract(share, of: rows[s], from: &scores, at: row.lowerBound)
        }
        return loss
    }

    /// Replaces scores by exp(score − greatest), eight lanes at a time; returns the greatest and the sum.
    @inline(__always)
    private func exponentiate(
        _ scores: inout MutableSpan<Float>, _ range: Range<Int>
    ) -> (greatest: Float, total: Float) {
        var greatest = scores[range.lowerBound]
        for position in range where scores[position] > greatest { greatest = scores[position] }
        var total: Float = 0
        var start = range.lowerBound
        while start < range.upperBound {
            let width = min(8, range.upperBound - start)
            var lanes = SIMD8<Float>(repeating: -.infinity)
            for lane in 0..<width { lanes[lane] = scores[start + lane] - greatest }
            lanes = Elementary.exp(lanes)
            for lane in 0..<width {
                scores[start + lane] = lanes[lane]
                total += lanes[lane]
            }
            start += 8
        }
        return (greatest, total)
    }
}
