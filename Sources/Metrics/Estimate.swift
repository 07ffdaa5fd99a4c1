// Estimate: a mean over repetitions with its confidence interval. Of figures that vary from seed to seed; not of the
// samples of one run.
import Kernels

/// The mean of a few independent values with its 95 % confidence interval, if they are normal.
public struct Estimate: Sendable, Equatable {
    public let count: Int
    public let mean: Double
    /// Half the width of the interval, t s / √n; `nil` for a single value, which says nothing of its spread.
    public let halfWidth: Double?

    /// - Parameter values: at least one.
    public init(_ values: [Double]) {
        precondition(!values.isEmpty, "a mean of nothing")
        let mean = values.reduce(0, +) / Double(values.count)
        count = values.count
        self.mean = mean
        guard values.count > 1 else {
            halfWidth = nil
            return
        }
        let freedom = values.count - 1
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(freedom) / Double(values.count)).squareRoot()
        halfWidth = StudentT.criticalValue(confidence: 0.95, degreesOfFreedom: freedom) * error
    }
}

/// Student's t distribution.
public enum StudentT {
    /// The t with P(|T| ≤ t) = `confidence` in 0 ..< 1, by bisection over the angle θ = arctan(t / √ν).
    public static func criticalValue(confidence: Double, degreesOfFreedom: Int) -> Double {
        precondition(degreesOfFreedom > 0 && (0..<1).contains(confidence), "a probability short of certainty")
        // In turns: a quarter of one is an infinite t.
        var (low, high) = (0.0, 0.25)
        while true {
            let middle = 0.5 * (low + high)
            guard middle > low && middle < high else { break }
            if centralProbability(turns: middle, degreesOfFreedom) < confidence { low = middle } else { high = middle }
        }
        let angle = Elementary.sineCosine(ofTurns: high)
        return Double(degreesOfFreedom).squareRoot() * angle.sine / angle.cosine
    }

    /// P(|T| ≤ √ν tan θ), a finite sum of powers of cos θ (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
    private static func centralProbability(turns: Double, _ freedom: Int) -> Double {
        let (sine, cosine) = Elementary.sineCosine(ofTurns: turns)
        let isOdd = freedom % 2 == 1
        var term = isOdd ? cosine : 1
        var sum = freedom == 1 ? 0 : term
        for power in stride(from: isOdd ? 3 : 2, through: freedom - 2, by: 2) {
            term *= cosine * cosine * Double(power - 1) / Double(power)
            sum += term
        }
        // 2θ/π is four times the angle in turns.
        return isOdd ? 4 * turns + sine * sum * (2 / Double.pi) : sine * sum
    }
}
