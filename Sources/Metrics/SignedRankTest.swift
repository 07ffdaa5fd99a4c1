// Signed-rank test: whether paired differences lie to one side of 0, without a word about how they are distributed.

/// Wilcoxon's signed-rank test of paired differences (Wilcoxon 1945), exact and two-sided. Differences of 0 say nothing
/// and are left out; equal ones share the mean of their ranks.
public struct SignedRankTest: Sendable, Equatable {
    /// Differences that are not 0.
    public let count: Int
    /// How probable ranks at least so one-sided are, if every difference is as likely as its negative.
    public let p: Double

    public init(_ differences: [Double]) {
        let values = differences.filter { $0 != 0 }.sorted { $0.magnitude < $1.magnitude }
        count = values.count
        // Twice the ranks, so that means of ranks are whole.
        var ranks: [Int] = []
        var start = 0
        while start < values.count {
            var end = start + 1
            while end < values.count, values[end].magnitude == values[start].magnitude { end += 1 }
            ranks += Array(repeating: start + 1 + end, count: end - start)
            start = end
        }
        let total = ranks.reduce(0, +)
        let positive = zip(values, ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
        let extreme = min(positive, total - positive)
        // The share of all choices of signs whose positive ranks come to each sum.
        var shares = [Double](repeating: 0, count: total + 1)
        shares[0] = 1
        for rank in ranks {
            for sum in stride(from: total, through: 0, by: -1) {
                shares[sum] = 0.5 * (shares[sum] + (sum >= rank ? shares[sum - rank] : 0))
            }
        }
        p = min(1, 2 * shares.prefix(extreme + 1).reduce(0, +))
    }

    /// The least p that so many differences can have: 2^(1 − n).
    public static func least(of count: Int) -> Double {
        (1..<max(1, count)).reduce(1.0) { p, _ in 0.5 * p }
    }
}
