// Hinge losses of several classes, those of support vector machines.
import Kernels

/// How far the score of a sample's class y is from being ahead of the others' by a margin of 1.
struct HingeLoss: ClassLoss {
    enum Form: String, Sendable, CaseIterable {
        /// max(0, 1 + max_{c ≠ y} s_c − s_y), of Crammer and Singer (2001).
        case crammerSinger
        /// Σ_{c ≠ y} max(0, 1 + s_c − s_y), of Weston and Watkins (1999).
        case westonWatkins
        /// max(0, 1 − s_y)² + Σ_{c ≠ y} max(0, 1 + s_c)²: two-class machines side by side, with a smooth loss.
        case squaredOneVersusRest
    }

    let form: Form
    let scoreCount: Int

    func sum(
        _ scores: inout MutableSpan<Float>, rows: Span<Int32>, of samples: Samples, share: Float?
    ) -> Double {
        let targets = ClassTargets(samples.targets)
        var loss = 0.0
        var slopes = [Float](repeating: 0, count: scoreCount)
        for s in rows.indices {
            let row = s * scoreCount
            for c in slopes.indices { slopes[c] = 0 }
            let count = samples.weight(of: rows[s])
            for label in 0..<scoreCount {
                let weight = count * targets.share(of: rows[s], label)
                guard weight > 0 else { continue }
                loss += Double(weight) * one(scores, at: row, label: label, weight, &slopes)
            }
            guard let share else { continue }
            for c in slopes.indices { scores[row + c] = share * slopes[c] }
        }
        return loss
    }

    /// The loss for one label; adds `weight` times its gradient to the slopes.
    private func one(
        _ scores: borrowing MutableSpan<Float>, at row: Int, label: Int, _ weight: Float, _ slopes: inout [Float]
    ) -> Double {
        let own = scores[row + label]
        var loss = 0.0
        switch form {
        case .crammerSinger:
            var rival = label == 0 ? 1 : 0
            for c in 0..<scoreCount where c != label && scores[row + c] > scores[row + rival] { rival = c }
            let gap = 1 + scores[row + rival] - own
            guard gap > 0 else { return 0 }
            slopes[rival] += weight
            slopes[label] -= weight
            loss = Double(gap)
        case .westonWatkins:
            for c in 0..<scoreCount where c != label {
                let gap = 1 + scores[row + c] - own
                guard gap > 0 else { continue }
                slopes[c] += weight
                slopes[label] -= weight
                loss += Double(gap)
            }
        case .squaredOneVersusRest:
            for c in 0..<scoreCount {
                let sign: Float = c == label ? 1 : -1
                let gap = max(0, 1 - sign * scores[row + c])
                slopes[c] -= weight * 2 * sign * gap
                loss += Double(gap) * Double(gap)
            }
        }
        return loss
    }
}
