// The logistic loss of two classes and one score.
import Kernels

/// log(1 + eˢ) − q s, where q is the probability of class 1: certain, or soft.
struct LogisticLoss: LossFunction {
    let scoreCount = 1

    func sum(
        _ scores: inout MutableSpan<Float>, rows: Span<Int32>, of samples: Samples, share: Float?
    ) -> Double {
        let targets = ClassTargets(samples.targets)
        var loss = 0.0
        for s in rows.indices {
            let score = Double(scores[s])
            let second = Double(targets.share(of: rows[s], 1))
            // Of −|s|, which does not overflow.
            let power = Elementary.exp(-score.magnitude)
            let weight = samples.weight(of: rows[s])
            loss += Double(weight) * (max(0, score) + Elementary.log(1 + power) - second * score)
            guard let share = share.map({ $0 * weight }) else { continue }
            let probability = (score < 0 ? power : 1) / (1 + power)
            scores[s] = share * Float(probability - second)
        }
        return loss
    }

    /// Class 1 where the score is positive.
    func hits(_ scores: Span<Float>, rows: Span<Int32>, targets: Targets) -> Int? {
        let targets = ClassTargets(targets)
        var hits = 0
        for s in rows.indices where targets.label(of: rows[s]) == (scores[s] > 0 ? 1 : 0) { hits += 1 }
        return hits
    }
}
