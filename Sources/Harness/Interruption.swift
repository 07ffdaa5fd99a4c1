// How far a run came that was stopped, and how to go on with it.
import JSON
import Metrics
import Scenario

/// The progress of the honest nodes of a stopped run.
public struct Interruption: Sendable, Equatable {
    public struct Place: Sendable, Equatable {
        public let label: String
        /// Rounds that it has closed.
        public let rounds: Int
    }

    public let slowest: Place
    public let furthest: Place
    /// Of all nodes, hostile ones too.
    public let interruptedNodes: Int

    /// `nil` for a run that nobody stopped.
    init?(_ outcome: RunOutcome, of assembly: Assembly) {
        guard outcome.wasStopped else { return nil }
        let places = assembly.honest.map { node in
            Place(label: assembly.topology.labels[node.index], rounds: outcome.reached[node] ?? 0)
        }
        guard let slowest = places.min(by: { $0.rounds < $1.rounds }),
            let furthest = places.max(by: { $0.rounds < $1.rounds })
        else { return nil }
        (self.slowest, self.furthest) = (slowest, furthest)
        interruptedNodes = outcome.lost.count { $0.reason == LostNode.stopped }
    }

    /// "41 (node 5) to 57 (node 0)", or "57".
    var range: String {
        slowest.rounds == furthest.rounds
            ? "\(slowest.rounds)"
            : "\(slowest.rounds) (node \(slowest.label)) to \(furthest.rounds) (node \(furthest.label))"
    }
}

extension RunSummary {
    /// For the table: names and values.
    func rows(of interruption: Interruption, in directory: RunDirectory?) -> [(name: String, value: String)] {
        let nodes = interruption.interruptedNodes
        return [
            ("interrupted", "\(nodes == self.nodes ? "all \(nodes)" : "\(nodes) of \(self.nodes)") nodes"),
            ("to go on", directory.map { "\(LaboratoryCommand(.resume, $0))" } ?? ""),
        ].filter { !$0.value.isEmpty }
    }
}

extension JSONLine {
    /// `"reached":{"least":41,"greatest":57}`.
    mutating func add(_ key: String, _ interruption: Interruption) {
        add(key) { object in
            object.add("least", interruption.slowest.rounds)
            object.add("greatest", interruption.furthest.rounds)
        }
    }
}
