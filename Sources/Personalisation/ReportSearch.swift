// ReportSearch: what a strategic user might try: reports near and far, one coordinate or all, and steps from the best
// so far. A search finds gains; that there is none it cannot prove.
import Kernels

/// A random search over reports w ∈ R^d.
public struct ReportSearch: Sendable {
    /// What an honest user reports.
    public let honest: [Double]
    public let tries: Int

    public init(from honest: [Double], tries: Int) {
        self.honest = honest
        self.tries = tries
    }

    /// The least loss of all that were tried, the honest report among them, and the report.
    public func best(
        random: inout RandomStream, loss: ([Double]) -> Double
    ) -> (report: [Double], loss: Double) {
        var best = (report: honest, loss: loss(honest))
        for _ in 0..<tries {
            var report = random.below(3) == 0 ? honest : best.report
            // From a thousandth to a thousand.
            let size = Elementary.exp(13.8 * (random.uniform() - 0.5))
            if random.below(2) == 0 {
                let place = random.below(report.count)
                report[place] += size * random.gaussian()
            } else {
                for place in report.indices { report[place] += size * random.gaussian() }
            }
            let found = loss(report)
            if found < best.loss { best = (report, found) }
        }
        return best
    }
}
