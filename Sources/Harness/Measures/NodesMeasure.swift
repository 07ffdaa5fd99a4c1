// Each honest node's own curve.
import Learning
import Metrics
import Scenario

struct NodesMeasure: MomentMeasure {
    static let name = "nodes"
    static let summary =
        "What each node's own model comes to on the test part, by the task's measure; with measure.also nodes by its "
        + "loss as well. Of larger graphs than \(mostNodes) nodes only where it is asked for."
    static let measuredAt = MeasuredAt.moments
    static let asked = "always"
    static let figures = [
        Figure("nodeAccuracies", .share, better: .greater, isList: true, "a_i by node; null for hostile and lost ones"),
        Figure("nodeLosses", .loss, better: .less, isList: true, "l_i by node; null for hostile and lost ones"),
    ]

    private let nodeCount: Int
    private let classifies: Bool
    private let wantsLosses: Bool

    /// Longer lists make long lines.
    private static let mostNodes = 1_024

    init?(_ assembly: Assembly, test: Samples) {
        let isAskedFor = assembly.experiment.measureAlso.contains(.nodes)
        guard isAskedFor || assembly.topology.nodeCount <= Self.mostNodes else { return nil }
        nodeCount = assembly.topology.nodeCount
        classifies = test.classCount > 0
        wantsLosses = !classifies || isAskedFor
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        var accuracies = [Double?](repeating: nil, count: nodeCount)
        var losses = accuracies
        for (place, one) in moment.models.enumerated() {
            accuracies[one.node.index] = moment.accuracies[place]
            losses[one.node.index] = moment.losses[place]
        }
        var figures = Figures()
        if classifies { figures.add("nodeAccuracies", accuracies) }
        if wantsLosses { figures.add("nodeLosses", losses) }
        return figures
    }
}
