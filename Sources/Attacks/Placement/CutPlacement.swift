// Cut placement: the nodes without which the others fall apart.
import Graphs
import Kernels
import Registry

/// Takes one node after the other: each time the one without which fewest pairs of those left have a path to each
/// other, whatever the direction of links. Where no single node parts any, the one of the highest betweenness among
/// those left.
public struct CutPlacement: Placement {
    public static let name = "cut"
    public static let aliases = ["cutNodes", "articulation"]
    public static let summary = "Takes the nodes without which the others fall apart, one after the other."
    public static let parameters = [PlacementCatalog.count]

    public let count: Int?

    public init(_ parameters: ParameterValues) { count = parameters.count("count") }

    public func choose(on site: Site, random: inout RandomStream) throws(ConfigurationFault) -> [NodeID] {
        var chosen: [NodeID] = []
        try site.refuse(Self.name, ifBeyond: Double(count ?? 0) * Betweenness.steps(of: site.graph))
        while chosen.count < count ?? 0 {
            let absent = Set(site.taken + chosen)
            let left = site.free.filter { !absent.contains($0) }
            let parted = CutNodes.partedPairs(of: site.graph, without: absent)
            let isCut = left.contains { parted[$0.index] > 0 }
            let scores = isCut ? parted : Betweenness.scores(of: site.graph, without: absent)
            try Betweenness.checkFinite(scores, for: Self.name)
            guard !left.isEmpty else { break }
            chosen += site.best(1, of: left) { scores[$0.index] }
        }
        return chosen
    }
}

/// What each node holds together.
enum CutNodes {
    /// For each node the pairs of others that only it joins.
    static func partedPairs(of graph: Topology, without absent: Set<NodeID> = []) -> [Double] {
        let present = graph.nodes.filter { !absent.contains($0) }
        let cuts = Cuts(of: InducedGraph(graph, among: present, ignoringDirection: true))
        var parted = [Double](repeating: 0, count: graph.nodeCount)
        for (node, pairs) in zip(present, cuts.partedPairs) { parted[node.index] = pairs }
        return parted
    }
}
