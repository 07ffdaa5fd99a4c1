// Whether the neighbours of every honest node weigh enough: with less, the node keeps its own model.
import Aggregation
import Graphs
import Kernels

extension Checker {
    func heardWeight(_ times: Double) -> Check {
        var alone: [NodeID] = []
        var demand = 0.0
        for (node, told) in zip(subject.honest, facts.told) where told.weight > 0 {
            let sum = subject.weights.weights(at: node).reduce(0, +)
            demand = max(demand, sum > 0 ? times * told.weight / sum : 2)
            if sum < times * told.weight - Budget.tolerance { alone.append(node) }
        }
        let factor = times == 1 ? "b" : "\(brief(times))b"
        return Check(
            "heardWeight", alone.isEmpty ? .holds : .fails,
            numbers: [("times", times), ("alone", Double(alone.count))],
            nodes: subject.labels(alone), demand: demand,
            saying: alone.isEmpty
                ? "neighbours weigh \(factor) or more everywhere"
                : "the neighbours of \(subject.names(alone)) weigh less than \(factor): such a node keeps its own model"
        )
    }
}
