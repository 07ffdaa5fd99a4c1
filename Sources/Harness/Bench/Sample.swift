// Repeated measurements of one thing, and what is said of them.
import Kernels
import Platform

/// Measurements of one quantity, none thrown away.
struct Sample {
    private(set) var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    /// The middle one, or the mean of the two middle ones; NaN of nothing.
    var median: Double { quantile(0.5) }

    /// The distance between the quartiles, as a share of the median.
    var spread: Double { (quantile(0.75) - quantile(0.25)) / median }

    /// Between the two nearest values, in proportion.
    func quantile(_ share: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let ordered = values.sorted()
        let position = share * Double(ordered.count - 1)
        let below = Int(position)
        let above = min(below + 1, ordered.count - 1)
        return ordered[below] + (position - Double(below)) * (ordered[above] - ordered[below])
    }
}

/// Seconds that `body` takes.
func seconds(of body: () throws -> Void) rethrows -> Double {
    let clock = MonotonicClock()
    let start = clock.now()
    try body()
    return Double(clock.now() - start) / 1e9
}

/// Seconds that processors spend in `body`, all threads together: what it costs, whoever else is at work.
func processorSeconds(of body: () throws -> Void) rethrows -> Double {
    let clock = ProcessorClock()
    let start = clock.now()
    try body()
    return Double(clock.now() - start) / 1e9
}
