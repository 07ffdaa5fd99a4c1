// ConventionDoubt: a run that looks better in other codes' tables than its worst honest node is. We count the worst
// node; others count the mean over honest nodes, or the average of all their models, which no node has.
import Kernels
import Metrics

/// A difference between the conventions that chance in the choice of the test samples does not explain.
struct ConventionDoubt: Sendable, Equatable {
    /// Two-sided, for the worst of all nodes together (Bonferroni).
    private static let level = 0.05

    let worst: Double
    let mean: Double
    let averageModel: Double
    /// Half the interval of the greatest difference.
    let margin: Double
    let samples: Int

    /// The margin is that of Agresti and Caffo (The American Statistician 54(4), 2000) for two shares, as if of
    /// different samples: of the same ones it is too wide, if anything.
    ///
    /// - Parameters:
    ///   - accuracies: on the test part.
    ///   - nodes: honest ones, at least one.
    ///   - samples: of the test part.
    /// - Returns: `nil` where the conventions agree as far as the samples can tell.
    init?(_ accuracies: Spread, nodes: Int, samples: Int) {
        guard samples > 0, nodes > 1 else { return nil }
        (worst, mean, averageModel) = (accuracies.least, accuracies.mean, accuracies.averageModel)
        self.samples = samples
        func variance(_ share: Double) -> Double {
            let (right, all) = (share * Double(samples) + 1, Double(samples) + 2)
            return right / all * (1 - right / all) / all
        }
        let most = max(mean, averageModel)
        let quantile = Elementary.normalQuantile(1 - Self.level / 2 / Double(nodes))
        margin = quantile * (variance(worst) + variance(most)).squareRoot()
        guard most - worst > margin else { return nil }
    }

    var sentence: String {
        "by other conventions the run looks better: mean of the nodes \(percent(mean)), average of their models "
            + "\(percent(averageModel)), worst node \(percent(worst)); \(samples) test samples explain "
            + "\(rounded(100 * margin, 1)) points"
    }
}
