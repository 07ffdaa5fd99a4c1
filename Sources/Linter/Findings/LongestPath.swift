// The diameter of the honest graph: no rule brings what one node knows to all others in fewer rounds.
import Graphs

enum LongestPath: FindingKind {
    static let code = "diameter"
    static let title = "diameter"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        guard facts.parts.count == 1 else { return [] }
        let diameter = Diameter(of: facts.linked)
        let value =
            diameter.isExact
            ? counted(diameter.atLeast, "step")
            : "at least \(counted(diameter.atLeast, "step")), at most \(diameter.atMost)"
        return [
            Finding(
                code, numbers: [("atLeast", Double(diameter.atLeast)), ("atMost", Double(diameter.atMost))],
                saying: value + (facts.subject.topology.directed ? ", whatever the direction" : ""))
        ]
    }
}
