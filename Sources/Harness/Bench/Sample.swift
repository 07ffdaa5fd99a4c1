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

    /// NaN of nothing.
    func quantile(_ share: Double) -> Double {
        values.isEmpty ? .nan : Harness.quantile(share, ofSorted: values.sorted())
    }
}

/// The value below which this share of `values` is, between two of them in proportion (the seventh kind of Hyndman and
/// Fan, 1996).
///
/// - Parameter values: ascending, at least one.
func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
    let place = share * Double(values.count - 1)
    let below = Int(place)
    guard below + 1 < values.count else { return values[values.count - 1] }
    let rest = place - Double(below)
    return rest == 0 ? values[below] : (1 - rest) * values[below] + rest * values[below + 1]
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
