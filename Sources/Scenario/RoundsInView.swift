// The rounds whose graphs are looked at before a run. A graph that never changes has one; of a graph that chance draws
// anew in every round there may be too many to look at.
import Graphs
import Kernels

/// All rounds whose graphs differ, or the first ones of very many.
struct RoundsInView: Sendable {
    struct Graph: Sendable {
        let round: Round
        let weights: MixingWeights
    }

    /// Ascending by round, at least one.
    let graphs: [Graph]
    /// Whether no round of the run has another graph.
    let isAll: Bool

    /// So many links are looked at in all.
    private static let mostLinks = 400_000

    /// - Parameter steps: how many rounds of the schedule the run has, one a gossip step.
    init(of links: any LinkSchedule, steps: Int) {
        let affordable = max(1, Self.mostLinks / max(1, links.union.edges.count))
        let distinct = links.distinctRounds(before: steps)
        let looked = distinct ?? (0..<min(steps, affordable)).map { Round($0) }
        isAll = distinct != nil || looked.count == steps
        graphs = looked.map { Graph(round: $0, weights: links.weights(in: $0)) }
    }

    /// The links of all these rounds together, each in its directions.
    func union(on topology: Topology) -> Topology {
        var edges: Set<Edge> = []
        for graph in graphs {
            for node in topology.nodes {
                for sender in graph.weights.topology.senders(of: node) { edges.insert(Edge(sender, node)) }
            }
        }
        let list = edges.sorted { ($0.source, $0.target) < ($1.source, $1.target) }
        guard let union = try? Topology(labels: topology.labels, edges: list, directed: true) else {
            preconditionFailure("links of one graph")
        }
        return union
    }
}
