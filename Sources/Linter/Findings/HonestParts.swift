// Whether the honest nodes can all hear each other through honest nodes.
import Graphs
import Kernels

enum HonestParts: FindingKind {
    static let code = "parts"
    static let title = "honest"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        let subject = facts.subject
        let parts = facts.parts
        let whose = subject.honest.count == subject.topology.nodeCount ? "" : " of the honest nodes"
        guard parts.count > 1 else {
            let oneWay = facts.closedGroups.count > 1 ? ", but only whatever the direction of its links" : ""
            return [Finding(code, numbers: [("parts", 1)], saying: "the graph\(whose) is connected\(oneWay)")]
        }
        let smallest = parts.min { ($0.count, $0[0]) < ($1.count, $1[0]) } ?? []
        return [
            Finding(
                code, .error, numbers: [("parts", Double(parts.count)), ("smallest", Double(smallest.count))],
                nodes: subject.labels(smallest),
                saying:
                    "the graph\(whose) is in \(parts.count) parts, which never agree; the smallest: "
                    + "\(subject.names(smallest))"
            )
        ]
    }
}
