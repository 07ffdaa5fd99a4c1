// How one program compares with another that was measured in turn with it: the median of ratios, and how sure it is.
import Kernels

/// Pairs of runs, each of both programs, one after the other.
struct Comparison {
    static let columns: [BenchReport.Column] = [
        .init(key: "otherMillisecondsPerRound", header: "other ms", decimals: 3),
        .init(key: "timesOther", header: "times other", decimals: 3),
        .init(key: "timesOtherLow", header: "from", decimals: 3),
        .init(key: "timesOtherHigh", header: "to", decimals: 3),
        .init(key: "timesOtherProcessor", header: "by processor", decimals: 3),
    ]
    static let notes = [
        "other: the program of --against, in turn with this one; times other: median of the ratios of this one's round "
            + "to its, below 1 where this one is faster; by processor: the same of processor time.",
        "from, to: between these the median lies in 19 of 20 cases, whatever the ratios' distribution; of fewer than "
            + "six pairs they are the least and the greatest ratio, which is less sure.",
    ]

    private var others = Sample()
    private var ratios = Sample()
    private var processorRatios = Sample()

    mutating func add(_ run: RoundRun, _ other: RoundRun) {
        others.add(other.secondsOfRound)
        ratios.add(run.secondsOfRound / other.secondsOfRound)
        processorRatios.add(run.costs.processorMicroseconds / other.costs.processorMicroseconds)
    }

    var figures: [Double?] {
        let interval = ratios.intervalOfMedian
        return [1e3 * others.median, ratios.median, interval.low, interval.high, processorRatios.median]
    }
}

extension Sample {
    /// Between which of the values the median of their distribution lies with a probability of 0.95 at least: by the
    /// sign test, which supposes nothing of it. Of fewer than six values, the least and the greatest.
    var intervalOfMedian: (low: Double, high: Double) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return (.nan, .nan) }
        // The probability that no more than `outside` of the values are on one side of the median.
        var term = 1.0
        for _ in sorted { term /= 2 }
        var (outside, tail) = (0, term)
        while true {
            let next = term * Double(sorted.count - outside) / Double(outside + 1)
            guard 2 * (tail + next) <= 0.05 else { break }
            (term, tail, outside) = (next, tail + next, outside + 1)
        }
        return 2 * tail <= 0.05 ? (sorted[outside], sorted[sorted.count - 1 - outside]) : (first, last)
    }
}
