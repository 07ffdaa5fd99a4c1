// GraphFacts: what several findings need of a graph, worked out when it is first asked for, and once.
import Aggregation
import Graphs
import Kernels

/// A subject with what has been worked out of it so far.
final class GraphFacts {
    let subject: LintSubject

    init(_ subject: LintSubject) { self.subject = subject }

    /// The links of weight above 0 in the rounds looked at.
    lazy var used = subject.weights.usedTopology
    /// The honest nodes with those that they hear.
    lazy var heard = InducedGraph(used, among: subject.honest)
    /// The honest nodes, every link in both directions.
    lazy var linked = InducedGraph(used, among: subject.honest, ignoringDirection: true)
    /// Whatever the direction of links.
    lazy var parts = used.components(of: subject.honest)
    /// Groups of honest nodes that hear no honest node outside: where there are several, these never agree.
    lazy var closedGroups = GossipLimit.closedGroups(of: subject.weights, among: subject.honest)
    lazy var gap = SpectralGap(of: subject.weights, among: subject.honest)
    /// Every edge counts 1; `nil` where edges have a direction.
    lazy var plain =
        subject.topology.directed ? nil : LaplacianSpectrum(of: used, among: subject.honest)
    /// Every edge counts its weight.
    lazy var weighted =
        subject.topology.directed ? nil : LaplacianSpectrum(of: subject.weights, among: subject.honest)
    lazy var robustness = SetRobustness(of: heard, connectivity: surelyConnected)

    /// A lower bound of μ₂.
    var surelyConnected: Double { plain.map { $0.isExact ? $0.connectivity : 0 } ?? 0 }

    /// Hostile neighbours of each honest node, and what they weigh there.
    lazy var contamination = subject.honest.map { node in
        subject.weights.senders(of: node).reduce(into: (count: 0, weight: 0.0)) { sum, sender in
            guard subject.isHostile[sender.node.index] else { return }
            sum.count += 1
            sum.weight += sender.weight
        }
    }

    /// δ_max, and where it is.
    lazy var worst: (node: NodeID, count: Int, weight: Double)? =
        zip(subject.honest, contamination).max { ($0.1.weight, $1.0) < ($1.1.weight, $0.0) }
        .map { ($0.0, $0.1.count, $0.1.weight) }

    /// What each honest node is told.
    lazy var told = subject.honest.map(subject.told)
}
