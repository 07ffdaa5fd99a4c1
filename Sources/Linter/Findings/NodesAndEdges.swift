// How large the graph is, and how many each node hears.
import Graphs

enum NodesAndEdges: FindingKind {
    static let code = "size"
    static let title = "graph"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        let topology = facts.subject.topology
        let degrees = topology.nodes.map(topology.degree)
        let (low, high) = (degrees.min() ?? 0, degrees.max() ?? 0)
        let mean = Double(degrees.reduce(0, +)) / Double(degrees.count)
        let each = low == high ? "\(low) each" : "\(low) to \(high) (mean \(brief(mean)))"
        return [
            Finding(
                code,
                numbers: [
                    ("nodes", Double(topology.nodeCount)), ("edges", Double(topology.edges.count)),
                    ("leastDegree", Double(low)), ("meanDegree", mean), ("greatestDegree", Double(high)),
                ],
                saying: "\(counted(topology.nodeCount, "node")), "
                    + counted(topology.edges.count, topology.directed ? "directed edge" : "edge")
                    + ", neighbours \(each)")
        ]
    }
}
