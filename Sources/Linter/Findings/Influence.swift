// Placement influence: how much of the hostile nodes' models plain gossip carries to the honest ones, against the most
// that so many nodes could have.
import Graphs
import Kernels

enum Influence: FindingKind {
    static let code = "influence"
    static let title = "influence"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        let subject = facts.subject
        let hostile = subject.placement.nodes
        guard !hostile.isEmpty else { return [] }
        let influence = PlacementInfluence(of: subject.weights)
        let value = influence(hostile)
        let isShort = influence.steps(ofGreedy: hostile.count) < LintSubject.mostSearchSteps
        let greedy = isShort ? influence(influence.greedy(count: hostile.count)) : nil
        return [
            Finding(
                code,
                numbers: [("influence", value), ("rounds", Double(influence.rounds))]
                    + (greedy.map { [("greedy", $0)] } ?? []),
                saying: "hostile models weigh \(brief(value)) in \(influence.rounds) rounds of plain gossip, out of "
                    + "\(influence.rounds)"
                    + (greedy.map { "; as many nodes placed greedily: \(brief($0))" } ?? ""))
        ]
    }
}
