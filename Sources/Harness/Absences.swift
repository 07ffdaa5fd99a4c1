// How long each node was away, where its graph lets nodes leave.
import Graphs
import Kernels
import Metrics
import Scenario

/// The rounds in which a schedule had each node away.
struct Absences: Sendable {
    /// Looking at more rounds of more nodes than this would take too long.
    private static let mostLooks = 20_000_000

    /// Gossip steps of the run.
    let steps: Int
    /// One a node.
    let away: [Int]

    /// - Returns: `nil` where nobody was away, or there is too much to look at.
    init?(of assembly: Assembly) {
        let (graphs, nodes) = (assembly.graphs, assembly.topology.nodes)
        steps = assembly.experiment.training.rounds.clampedTimes(assembly.experiment.training.gossipSteps)
        guard !graphs.isConstant, steps.clampedTimes(nodes.count) <= Self.mostLooks else { return nil }
        let steps = steps
        away = nodes.map { node in (0..<steps).count { !graphs.isPresent(node, in: Round($0)) } }
        guard away.contains(where: { $0 > 0 }) else { return nil }
    }

    /// "20.1 % of all rounds; longest node 7, 61 of 200".
    func inWords(_ labels: [String]) -> String {
        let share = Double(away.reduce(0, +)) / Double(max(1, steps * away.count))
        let most = away.indices.max { away[$0] < away[$1] } ?? 0
        return "\(percent(share)) of all rounds; longest node \(labels[most]), \(away[most]) of \(steps)"
    }
}
