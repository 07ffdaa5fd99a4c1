// Betweenness placement: the nodes through which most shortest paths lead.
import Graphs
import Kernels
import Registry

/// Takes the nodes of the highest betweenness, the sum over all pairs of other nodes of the share of their shortest
/// paths that lead through it, along the direction of links (Freeman 1977).
public struct BetweennessPlacement: Placement {
    public static let name = "betweenness"
    public static let summary = "Takes the nodes through which most shortest paths lead."
    public static let parameters = [PlacementCatalog.count]

    public let count: Int?

    public init(_ parameters: ParameterValues) { count = parameters.count("count") }

    public func choose(on site: Site, random: inout RandomStream) throws(ConfigurationFault) -> [NodeID] {
        try site.refuse(Self.name, ifBeyond: Betweenness.steps(of: site.graph))
        let scores = Betweenness.scores(of: site.graph)
        try Betweenness.checkFinite(scores, for: Self.name)
        return site.best(count ?? 0, of: site.free) { scores[$0.index] }
    }
}

/// Betweenness of all nodes by accumulation (Brandes, Journal of Mathematical Sociology 25, 2001).
enum Betweenness {
    static func steps(of graph: Topology) -> Double {
        Double(graph.nodeCount) * Double(graph.nodeCount + 4 * graph.edges.count)
    }

    /// - Throws: where there were more shortest paths than can be counted.
    static func checkFinite(_ scores: [Double], for placement: String) throws(ConfigurationFault) {
        guard scores.allSatisfy(\.isFinite) else {
            throw ConfigurationFault(
                "the placement \(placement) cannot count the shortest paths here, there are more than 1e308; allowed: "
                    + "random or degree there")
        }
    }

    /// - Parameter absent: nodes that are not there.
    static func scores(of graph: Topology, without absent: Set<NodeID> = []) -> [Double] {
        let size = graph.nodeCount
        var scores = [Double](repeating: 0, count: size)
        let receivers = graph.nodes.map { graph.receivers(of: $0).filter { !absent.contains($0) }.map(\.index) }
        let nobody = [Int](repeating: -1, count: size)
        for start in graph.nodes where !absent.contains(start) {
            var (order, distance) = ([start.index], nobody)
            var (paths, dependency) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
            (distance[start.index], paths[start.index]) = (0, 1)
            var visited = 0
            while visited < order.count {
                let node = order[visited]
                visited += 1
                for next in receivers[node] {
                    if distance[next] < 0 {
                        distance[next] = distance[node] + 1
                        order.append(next)
                    }
                    if distance[next] == distance[node] + 1 { paths[next] += paths[node] }
                }
            }
            for node in order.reversed() {
                for next in receivers[node] where distance[next] == distance[node] + 1 {
                    dependency[node] += paths[node] / paths[next] * (1 + dependency[next])
                }
                if node != start.index { scores[node] += dependency[node] }
            }
        }
        return scores
    }
}
