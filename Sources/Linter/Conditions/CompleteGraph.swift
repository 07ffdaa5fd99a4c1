// Rules that are understood where every node hears all others.
import Graphs

extension Checker {
    func complete(perHostile: Int) -> Check {
        let count = subject.topology.nodeCount
        let isComplete = subject.topology.nodes.allSatisfy { subject.topology.degree(of: $0) == count - 1 }
        let hostile = max(facts.told.map(\.count).max() ?? 0, subject.placement.nodes.count)
        let numbers = [("nodes", Double(count)), ("hostile", Double(hostile)), ("complete", isComplete ? 1 : 0)]
        guard isComplete, subject.graphs.isConstant else {
            return Check("complete", .fails, numbers: numbers, isEnough: true, saying: "the graph is not complete")
        }
        let isLarge = count >= perHostile * hostile
        return Check(
            "complete", isLarge ? .holds : .fails, numbers: numbers, isEnough: true,
            demand: Double(perHostile * hostile) / Double(count),
            saying: perHostile == 0
                ? "the graph is complete"
                : "complete, n = \(count) \(isLarge ? "≥" : "<") \(perHostile)f = \(perHostile * hostile)")
    }
}
