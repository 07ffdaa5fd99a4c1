// Whether gossip among the honest nodes tends to the plain average of their models.
import Graphs
import Kernels

enum PlainAverage: FindingKind {
    static let code = "average"
    static let title = "average"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        let subject = facts.subject
        guard facts.parts.count == 1 else { return [] }
        let limit = GossipLimit(of: subject.weights, among: subject.honest)
        if limit.isPlainAverage {
            return [
                Finding(
                    code, numbers: [("plain", 1)],
                    saying: "the weights are doubly stochastic: gossip keeps the plain average")
            ]
        }
        let shares = limit.shares ?? []
        guard limit.closedGroups.count == 1 else {
            return [
                Finding(
                    code, .error, numbers: [("plain", 0), ("closedGroups", Double(limit.closedGroups.count))],
                    saying: "\(limit.closedGroups.count) groups of honest nodes hear nobody else: they cannot agree")
            ]
        }
        let most = shares.indices.max { shares[$0] < shares[$1] }
        return [
            Finding(
                code, numbers: [("plain", 0)] + (most.map { [("greatestShare", shares[$0])] } ?? []),
                saying: "the weights are not doubly stochastic: gossip moves the plain average"
                    + (most.map {
                        "; \(subject.names([limit.nodes[$0]])) counts \(brief(100 * shares[$0])) % instead of "
                            + "\(brief(100 / Double(shares.count))) %"
                    } ?? ""))
        ]
    }
}
