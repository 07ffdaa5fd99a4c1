// Of a graph that changes: in how many rounds the honest nodes are connected. What rounds come to together is said of
// the mean of their weights.
import Graphs
import Kernels

enum RoundByRound: FindingKind {
    static let code = "rounds"
    static let title = "schedule"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        let subject = facts.subject
        guard !subject.graphs.isConstant else { return [] }
        let parts = subject.rounds.map { round in
            let present = subject.honest.filter { subject.graphs.isPresent($0, in: round) }
            return subject.graphs.weights(in: round).topology.components(of: present).count
        }
        let connected = parts.count { $0 == 1 }
        return [
            Finding(
                code,
                numbers: [
                    ("rounds", Double(parts.count)), ("connected", Double(connected)),
                    ("mostParts", Double(parts.max() ?? 0)),
                ],
                saying:
                    "it changes: honest nodes connected in \(connected) of \(counted(parts.count, "graph")) looked at, "
                    + "at most \(counted(parts.max() ?? 0, "part")); the rest is said of all links together, with "
                    + "their mean weights")
        ]
    }
}
