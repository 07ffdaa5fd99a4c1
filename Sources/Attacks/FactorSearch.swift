// The line searches of optimised attacks: which factor does the most harm.
import Kernels

/// A search of the literature for a factor of at least 0; it improves on the best only by what is greater.
enum FactorSearch: String, CaseIterable {
    /// ByzFL's: 20 evaluations from 0, steps of 10 that double while they improve, then 0.8 times as long each, always
    /// upwards from the best.
    case byzfl
    /// Of Garfield and its kin: 16 evaluations from 0, steps of 1; after the first failure the probe itself moves, up
    /// from below the best, down from above it.
    case rouault

    func best(_ harm: (Double) -> Double) -> Double {
        let ratio = 0.8
        var step = self == .byzfl ? 10.0 : 1.0
        var left = self == .byzfl ? 19 : 15
        var best = (factor: 0.0, harm: harm(0))
        var probe = 0.0
        /// Whether the probe is better than the best, which it then is.
        func improves() -> Bool {
            left -= 1
            let value = harm(probe)
            guard value > best.harm else { return false }
            best = (probe, value)
            return true
        }
        while left > 0 {
            probe = best.factor + step
            guard improves() else { break }
            step *= 2
        }
        step *= ratio
        while left > 0 {
            if self == .byzfl {
                probe = best.factor + step
            } else if probe < best.factor {
                probe += step
            } else {
                var lower = probe - step
                while lower < 0 { lower = (lower + probe) / 2 }
                probe = lower
            }
            _ = improves()
            step *= ratio
        }
        return best.factor
    }
}

extension FactorSearch {
    /// The factor with which `forged` moves the victim farthest from what it would come to among the honest alone;
    /// `usual` where nobody can tell.
    func best(
        against victim: NodeID, seeing view: borrowing AttackView, usual: Double, _ forged: (Double) -> [Float]
    ) -> Double {
        guard let oracle = view.oracle, let target = view.honestMix(of: victim) else { return usual }
        var isKnown = true
        let factor = best { factor in
            guard let trial = oracle.trial(of: victim, sent: forged(factor)) else {
                isKnown = false
                return 0
            }
            return squaredDistance(trial.model.span, target.span)
        }
        return isKnown ? factor : usual
    }
}
