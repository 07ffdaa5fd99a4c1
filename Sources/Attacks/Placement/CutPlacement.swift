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
            guard !left.isEmpty else { break }
            chosen += site.best(1, of: left) { scores[$0.index] }
        }
        return chosen
    }
}

/// What each node holds together.
enum CutNodes {
    /// For each node the pairs of others that only it joins, by one search in depth (Hopcroft, Tarjan, Communications
    /// of the ACM 16, 1973).
    static func partedPairs(of graph: Topology, without absent: Set<NodeID> = []) -> [Double] {
        let size = graph.nodeCount
        let neighbours = graph.nodes.map { node in
            Set(graph.receivers(of: node) + graph.senders(of: node)).sorted().filter { !absent.contains($0) }
        }
        var parted = [Double](repeating: 0, count: size)
        // When a node was found, the earliest node that it and those below it have an edge with, how many these are.
        var (found, low) = ([Int](repeating: -1, count: size), [Int](repeating: 0, count: size))
        var below = [Double](repeating: 1, count: size)
        // Of the parts that split off below a node: how many nodes, and how many pairs among different ones so far.
        var splitOff = [Double](repeating: 0, count: size)
        var clock = 0
        for root in graph.nodes where !absent.contains(root) && found[root.index] < 0 {
            var stack: [(node: Int, parent: Int, next: Int)] = [(root.index, -1, 0)]
            var members: [Int] = []
            while let (node, parent, next) = stack.last {
                if next == 0 {
                    (found[node], low[node]) = (clock, clock)
                    clock += 1
                    members.append(node)
                }
                if next < neighbours[node].count {
                    stack[stack.count - 1].next += 1
                    let other = neighbours[node][next].index
                    if found[other] < 0 {
                        stack.append((other, node, 0))
                    } else if other != parent {
                        low[node] = min(low[node], found[other])
                    }
                    continue
                }
                stack.removeLast()
                guard parent >= 0 else { continue }
                low[parent] = min(low[parent], low[node])
                below[parent] += below[node]
                if low[node] >= found[parent] {
                    parted[parent] += splitOff[parent] * below[node]
                    splitOff[parent] += below[node]
                }
            }
            // What is left of the part is one piece more.
            for node in members { parted[node] += splitOff[node] * (Double(members.count) - 1 - splitOff[node]) }
        }
        return parted
    }
}
