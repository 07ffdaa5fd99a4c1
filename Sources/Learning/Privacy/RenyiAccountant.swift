// The Rényi accountant: what so many noisy gradients of sampled data tell of one sample, as (ε, δ). In Double, with our
// own exp and log, since the noise that it asks for decides models.
import Kernels

/// The privacy of steps of the sampled Gaussian mechanism: each sample takes part in a step with probability q, and
/// Gaussian noise of deviation z·C is added to a sum of terms of norm C at most. Two data sets are adjacent where one
/// has a sample more.
///
/// Orders a = 2 … 64 (Mironov 2017, arXiv 1702.07476; Mironov, Talwar, Zhang 2019, arXiv 1908.10530, section 3.3):
/// RDP(a) = log(Σ_i C(a, i) (1 − q)^(a − i) q^i exp((i² − i) / 2z²)) / (a − 1), and a / 2z² where q is 1.
public struct RenyiAccountant: Sendable, Equatable {
    /// How Rényi divergences become (ε, δ).
    public enum Conversion: Sendable, CaseIterable {
        /// RDP + log(1/δ) / (a − 1) (Mironov 2017, proposition 3), which published values use.
        case classic
        /// RDP + log((a − 1)/a) − (log δ + log a) / (a − 1), ten to twenty percent less (Canonne, Kamath, Steinke 2020,
        /// arXiv 2004.00010; Balle et al. 2020, arXiv 1905.09982).
        case improved
    }

    public static let orders = 2...64

    /// q, from 0 to 1.
    public let rate: Double
    /// z; 0 is no noise.
    public let noise: Double

    public init(rate: Double, noise: Double) {
        precondition((0...1).contains(rate) && noise >= 0, "a probability, and a deviation")
        self.rate = rate
        self.noise = noise
    }

    /// The Rényi divergence of one step at an order; infinite without noise.
    public func divergence(order: Int) -> Double {
        precondition(Self.orders.contains(order), "an order that is counted")
        let a = Double(order)
        guard rate > 0 else { return 0 }
        guard noise > 0 else { return .infinity }
        let spread = 1 / (2 * noise * noise)
        guard rate < 1 else { return a * spread }
        // The terms i = 0 and 1 are those of a sum that is 1: what all others have beyond it is summed alone, so that
        // nothing cancels where noise is large.
        let (out, taken) = (Elementary.log(1 - rate), Elementary.log(rate))
        var logs = InlineArray<65, Double>(repeating: -.infinity)
        var greatest = -Double.infinity
        for i in 2...order {
            let power = Double(i * i - i) * spread
            logs[i] =
                Self.logFactorials[order] - Self.logFactorials[i] - Self.logFactorials[order - i]
                + Double(order - i) * out + Double(i) * taken + Self.logOfExpMinusOne(power)
            greatest = max(greatest, logs[i])
        }
        var sum = 0.0
        for i in 2...order { sum += Elementary.exp(logs[i] - greatest) }
        let excess = greatest + Elementary.log(sum)
        return Self.logOfOnePlusExp(excess) / (a - 1)
    }

    /// ε after so many steps, at the best order: 0 after none, infinite without noise.
    ///
    /// - Parameter delta: above 0 and below 1.
    public func epsilon(steps: Int, delta: Double, _ conversion: Conversion = .classic) -> Double {
        best(steps: steps, delta: delta, conversion).epsilon
    }

    /// ε with the order that it comes from.
    public func best(
        steps: Int, delta: Double, _ conversion: Conversion = .classic
    ) -> (epsilon: Double, order: Int) {
        precondition(delta > 0 && delta < 1 && steps >= 0, "steps, and a probability")
        guard steps > 0, rate > 0 else { return (0, Self.orders.upperBound) }
        var best = (epsilon: Double.infinity, order: Self.orders.upperBound)
        for order in Self.orders {
            let epsilon =
                Double(steps) * divergence(order: order) + Self.price(of: delta, order: order, conversion)
            if epsilon < best.epsilon { best = (max(0, epsilon), order) }
        }
        return best
    }

    /// The least ε that any noise comes to with these orders.
    public static func leastEpsilon(delta: Double) -> Double {
        orders.reduce(.infinity) { min($0, price(of: delta, order: $1, .classic)) }
    }

    /// The least z, but for a part in a billion, with which so many steps come to no more than this ε by the classic
    /// conversion; 0 where there are none, `nil` where no noise is enough.
    public static func noise(
        for epsilon: Double, rate: Double, steps: Int, delta: Double
    ) -> Double? {
        guard steps > 0, rate > 0 else { return 0 }
        func suffices(_ noise: Double) -> Bool {
            RenyiAccountant(rate: rate, noise: noise).epsilon(steps: steps, delta: delta) <= epsilon
        }
        var (low, high) = (0.0, 1.0)
        while !suffices(high) {
            guard high < 1e9 else { return nil }
            (low, high) = (high, 2 * high)
        }
        while high - low > 1e-9 * high {
            let middle = low + (high - low) / 2
            if suffices(middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// What the conversion adds to the divergence.
    private static func price(of delta: Double, order: Int, _ conversion: Conversion) -> Double {
        let a = Double(order)
        let classic = -Elementary.log(delta) / (a - 1)
        switch conversion {
        case .classic: return classic
        case .improved: return classic + Elementary.log((a - 1) / a) - Elementary.log(a) / (a - 1)
        }
    }

    private static let logFactorials: [Double] = (1...orders.upperBound).reduce(into: [0]) { sums, i in
        sums.append(sums[i - 1] + Elementary.log(Double(i)))
    }

    /// log(eˣ − 1) for x > 0.
    private static func logOfExpMinusOne(_ x: Double) -> Double {
        // From the first terms of the series where the difference would cancel.
        if x < 1e-5 { return Elementary.log(x) + x / 2 + x * x / 24 }
        return x < 30 ? Elementary.log(Elementary.exp(x) - 1) : x
    }

    /// log(1 + eˣ).
    private static func logOfOnePlusExp(_ x: Double) -> Double {
        guard x < 40 else { return x }
        let y = Elementary.exp(x)
        let sum = 1 + y
        // What was rounded away in the sum is made up for.
        return sum == 1 ? y : Elementary.log(sum) * y / (sum - 1)
    }
}
