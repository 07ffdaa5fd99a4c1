// Separation: two groups of nodes that may never hear of each other, since each of their nodes pays no heed to so few
// outside its own. What r-robustness excludes, with as many as each node may ignore.
import Kernels

/// Two disjoint groups, none empty, of whose nodes each hears at most as many outside its own group as it may pay no
/// heed to.
public struct Separation: Sendable, Equatable {
    /// Ascending; the smaller group first.
    public let groups: [[NodeID]]

    /// What can be known of a graph.
    public enum Verdict: Sendable, Equatable {
        case found(Separation)
        /// There are no such groups.
        case excluded
        /// None were found, and yet there may be some.
        case unknown
    }

    /// - Parameters:
    ///   - graph: rows have those that a node hears.
    ///   - ignored: of each row the number of neighbours outside its group that it may ignore.
    ///   - connectivity: a lower bound of μ₂ of the graph's 0/1 Laplacian; 0 where it is not known.
    public static func search(_ graph: InducedGraph, ignored: [Int], connectivity: Double = 0) -> Verdict {
        precondition(ignored.count == graph.count, "one number for each node")
        guard graph.count > 1 else { return .excluded }
        if let groups = Peeling(graph).disjointGroups(ignored) {
            return .found(Separation(groups: groups.map { $0.map { graph.nodes[$0] } }))
        }
        // The smaller of two groups A has at least μ₂ |A| / 2 edges to the outside.
        let isCertain = graph.count <= SetRobustness.mostEnumerated
        return isCertain || connectivity / 2 - 1e-9 > Double(ignored.max() ?? 0) ? .excluded : .unknown
    }

    /// The least number of neighbours outside that is enough to part some of the groups that are looked at: no graph
    /// is more robust than that.
    static func leastFound(_ graph: InducedGraph, most: Int) -> Int {
        let peeling = Peeling(graph)
        var (low, high) = (0, most)
        while low < high {
            let middle = (low + high) / 2
            let ignored = [Int](repeating: middle, count: graph.count)
            if peeling.disjointGroups(ignored) != nil { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Finds groups that hear too little of the outside. What two such groups make together is one too, so every set has a
/// largest of them in it: it is what is left when nodes that hear enough are taken out one after the other.
private struct Peeling {
    /// Sets that are looked at where not all are: balls around so many nodes.
    private static let centres = 16

    private let graph: InducedGraph
    private let hearers: InducedGraph

    init(_ graph: InducedGraph) {
        self.graph = graph
        hearers = graph.reversed
    }

    /// Two groups, the smaller first.
    func disjointGroups(_ ignored: [Int]) -> [[Int]]? {
        var found: [[Bool]]?
        visitSets { set in
            let one = group(in: set, ignored)
            guard one.contains(true) else { return false }
            let other = group(in: one.map { !$0 }, ignored)
            guard other.contains(true) else { return false }
            found = [one, other]
            return true
        }
        let groups = found?.map { flags in flags.indices.filter { flags[$0] } }
        return groups.map { $0[0].count <= $0[1].count ? $0 : [$0[1], $0[0]] }
    }

    /// The largest group within a set, both as flags.
    private func group(in set: [Bool], _ ignored: [Int]) -> [Bool] {
        var isIn = set
        var outside = [Int](repeating: 0, count: graph.count)
        var leaving: [Int] = []
        for row in 0..<graph.count where isIn[row] {
            outside[row] = graph.neighbours(of: row).count { !set[Int($0)] }
            if outside[row] > ignored[row] { leaving.append(row) }
        }
        for row in leaving { isIn[row] = false }
        while let row = leaving.popLast() {
            for hearer in hearers.neighbours(of: row) where isIn[Int(hearer)] {
                outside[Int(hearer)] += 1
                guard outside[Int(hearer)] > ignored[Int(hearer)] else { continue }
                isIn[Int(hearer)] = false
                leaving.append(Int(hearer))
            }
        }
        return isIn
    }

    /// All sets of a small graph; of a large one balls of three sizes around some nodes, the ends of long paths first.
    ///
    /// - Parameter visit: returns whether to end.
    private func visitSets(_ visit: ([Bool]) -> Bool) {
        if graph.count <= SetRobustness.mostEnumerated {
            for bits in 1..<1 << graph.count {
                if visit((0..<graph.count).map { bits >> $0 & 1 == 1 }) { return }
            }
            return
        }
        var order: [Int] = []
        var start = 0
        for centre in 0..<Self.centres {
            _ = graph.distances(from: start, order: &order)
            for quarters in [2, 1, 3] {
                var set = [Bool](repeating: false, count: graph.count)
                for row in order.prefix(graph.count * quarters / 4) { set[row] = true }
                if visit(set) { return }
            }
            start = centre < 4 ? order[order.count - 1] : graph.count * centre / Self.centres
        }
    }
}
