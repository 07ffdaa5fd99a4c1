// How many nodes are hostile, and how much of what an honest node hears comes from them, at worst.
import Graphs
import Kernels

enum Contamination: FindingKind {
    static let code = "contamination"
    static let title = "hostile"
    private static let mostCounts = 16

    static func findings(_ facts: GraphFacts) -> [Finding] {
        let subject = facts.subject
        let hostile = subject.placement.nodes
        guard !hostile.isEmpty, let worst = facts.worst else {
            return [Finding(code, numbers: [("hostile", 0)], saying: "nobody")]
        }
        let share = Double(hostile.count) / Double(subject.topology.nodeCount)
        let degree = subject.topology.degree(of: worst.node)
        let local = degree > 0 ? Double(worst.count) / Double(degree) : 0
        let touched = facts.contamination.count { $0.count > 0 }
        // How many honest nodes have so many hostile neighbours.
        var having = [Int](repeating: 0, count: (facts.contamination.map(\.count).max() ?? 0) + 1)
        for one in facts.contamination { having[one.count] += 1 }
        let told = having.enumerated().reversed().prefix(Self.mostCounts).filter { $0.element > 0 && $0.offset > 0 }
        let counts = told.map { "\($0.element) with \($0.offset)" }.joined(separator: ", ")
        let how: String
        switch subject.placement {
        case .worst(_, ofAll: true): how = ", the worst of all placements"
        case .worst(_, ofAll: false): how = ", the worst placement of a greedy search"
        case .given, .nobody: how = ""
        }
        let outnumbered = zip(subject.honest, facts.contamination).filter {
            2 * $1.count > subject.topology.degree(of: $0)
        }
        var sentences = [
            "\(subject.names(hostile))\(how): \(brief(100 * share)) % of all nodes",
            "at worst \(worst.count) of \(degree) neighbours, weight \(brief(worst.weight)) "
                + "(node \(subject.names([worst.node])))",
            "honest nodes \(counts.isEmpty ? "without a hostile neighbour" : counts)",
        ]
        if !outnumbered.isEmpty {
            sentences.append("more hostile than honest neighbours at \(subject.names(outnumbered.map { $0.0 }))")
        }
        let numbers = [
            ("hostile", Double(hostile.count)), ("share", share), ("worstCount", Double(worst.count)),
            ("worstShare", local), ("worstWeight", worst.weight), ("touched", Double(touched)),
            ("outnumbered", Double(outnumbered.count)),
        ]
        return [
            Finding(
                code, outnumbered.isEmpty ? .note : .warning,
                numbers: numbers + told.map { ("with\($0.offset)", Double($0.element)) },
                nodes: subject.labels(hostile), saying: sentences.joined(separator: "; "))
        ]
    }
}
