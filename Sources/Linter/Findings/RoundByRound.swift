// Of a graph that changes: in how many rounds the honest nodes are connected, and how many rounds connect them
// together. All else is said of the mean of their weights.
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
        let history = RoundHistory(of: subject.graphs, in: 0..<subject.windowLength, among: subject.honest)
        let looked = counted(subject.windowLength, "round")
        let window = history.connectedWindow
        let together =
            window.map { "of its first \(looked) any \($0) in a row connect them" }
            ?? "its first \(looked) together do not connect them"
        let alone = history.roundsAlone.max() ?? 0
        let most = parts.max() ?? 0
        var numbers = [
            ("rounds", Double(parts.count)), ("connected", Double(connected)), ("mostParts", Double(most)),
            ("mostRoundsAlone", Double(alone)),
        ]
        if let window { numbers.append(("jointlyConnected", Double(window))) }
        return [
            Finding(
                code, numbers: numbers,
                saying:
                    "it changes: honest nodes connected in \(connected) of \(counted(parts.count, "graph")) looked at, "
                    + "at most \(counted(most, "part")); \(together); a node hears nobody in up to "
                    + "\(counted(alone, "round")); the rest is said of all links together, with "
                    + "their mean weights")
        ]
    }
}
