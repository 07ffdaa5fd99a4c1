// Each honest node's own curve.
import Learning
import Metrics
import Scenario

struct NodesMeasure: MomentMeasure {
    static let name = "nodes"
    static let summary = "What each node's own model comes to on the test part, whenever the run is measured."
    static let measuredAt = MeasuredAt.moments
    static let extra: ExtraMeasure? = .nodes
    static let figures = [
        Figure("nodeAccuracies", .share, better: .greater, isList: true, "a_i by node; null for hostile and lost ones"),
        Figure("nodeLosses", .loss, better: .less, isList: true, "l_i by node; null for hostile and lost ones"),
    ]

    private let nodeCount: Int
    private let classifies: Bool

    init?(_ assembly: Assembly, test: Samples) {
        nodeCount = assembly.topology.nodeCount
        classifies = test.classCount > 0
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
        figures.add("nodeLosses", losses)
        return figures
    }
}
