// IOS: what is cut at a node weighs less than a third (Wu, Chen, Ling 2023).
import Aggregation
import Graphs
import Kernels

extension Checker {
    func cutWeight(below limit: Double) -> Check {
        var most = 0.0
        var heavy: [NodeID] = []
        for (node, told) in zip(subject.honest, facts.told) {
            // Whichever f are cut, they may be the heaviest.
            let cut = subject.weights.weights(at: node).sorted(by: >).prefix(told.count).reduce(0, +)
            most = max(most, cut)
            if cut >= limit - Budget.tolerance { heavy.append(node) }
        }
        return Check(
            "cutWeight", heavy.isEmpty ? .holds : .fails, numbers: [("weight", most), ("limit", limit)],
            nodes: subject.labels(heavy), demand: most / limit,
            saying: "those that a node cuts weigh up to \(brief(most)); allowed: less than \(brief(limit))"
                + (heavy.isEmpty ? "" : "; too much at \(subject.names(heavy))"))
    }
}
