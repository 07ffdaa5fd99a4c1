// r- and (r, s)-robustness: whether of any two groups of nodes some node hears enough from outside its own (LeBlanc,
// Zhang, Koutsoukos, Sundaram, IEEE JSAC 31(4), 2013). Enumerated where the graph is small, bounded where it is not.
import Kernels

/// How many neighbours outside its group some node has, whatever the two groups.
///
/// A graph is r-robust if of any two disjoint groups, none empty, one has a node with at least r neighbours outside its
/// own group. It is (r, s)-robust if, of any two groups, in one all nodes are such, or at least s are in both together.
public struct SetRobustness: Sendable, Equatable {
    /// Every set of so many nodes is looked at.
    public static let mostEnumerated = 16

    /// The graph is so robust.
    public let atLeast: Int
    /// It is no more robust.
    public let atMost: Int
    public var isExact: Bool { atLeast == atMost }
    /// For r = 1, 2, … the greatest s at which the graph is (r, s)-robust, 0 for none; empty where not enumerated.
    public let pairs: [Int]

    /// - Parameters:
    ///   - graph: rows have those that a node hears.
    ///   - connectivity: a lower bound of μ₂ of its 0/1 Laplacian; 0 where it is not known.
    public init(of graph: InducedGraph, connectivity: Double = 0) {
        let half = (graph.count + 1) / 2
        guard graph.count > 1 else {
            (atLeast, atMost, pairs) = (half, half, [])
            return
        }
        if graph.count <= Self.mostEnumerated {
            let sets = NodeSets(graph)
            let r =
                sets.leastPair { set in
                    sets.outside(set).max() ?? 0
                } join: {
                    max($0, $1)
                } ?? half
            (atLeast, atMost) = (r, r)
            pairs = (1...half).map { r in
                let least = sets.leastPair { set in
                    let reached = sets.outside(set).count { $0 >= r }
                    return reached == set.nonzeroBitCount ? nil : reached
                } join: {
                    $0 + $1
                }
                return min(least ?? graph.count, graph.count)
            }
            return
        }
        // The smaller of two groups A has at least μ₂ |A| / 2 edges to the outside.
        let spectral = Int((connectivity / 2 - 1e-9).rounded(.up))
        let degrees = (0..<graph.count).map(graph.degree).sorted()
        pairs = []
        atMost = Separation.leastFound(graph, most: min(half, degrees[1]))
        var order: [Int] = []
        _ = graph.distances(from: 0, order: &order)
        let isConnected = graph.isSymmetric && order.count == graph.count
        atLeast = min(max(isConnected ? 1 : 0, spectral), atMost)
    }
}

/// All sets of the nodes of a small graph, as bits.
struct NodeSets {
    private let heard: [UInt32]
    private let all: UInt32

    init(_ graph: InducedGraph) {
        precondition(graph.count <= SetRobustness.mostEnumerated, "few enough nodes for all their sets")
        heard = (0..<graph.count).map { row in graph.neighbours(of: row).reduce(0) { $0 | 1 << UInt32($1) } }
        all = UInt32((1 << graph.count) - 1)
    }

    /// For each node of a set, ascending, how many it hears outside.
    func outside(_ set: UInt32) -> [Int] {
        heard.indices.filter { set >> UInt32($0) & 1 == 1 }.map { (heard[$0] & ~set).nonzeroBitCount }
    }

    /// The least that two disjoint sets, none empty, come to; `nil` if no two count.
    ///
    /// - Parameters:
    ///   - value: of one set, `nil` where it does not count.
    ///   - join: of two sets; it grows with both.
    func leastPair(_ value: (UInt32) -> Int?, join: (Int, Int) -> Int) -> Int? {
        let values = (0...all).map { $0 == 0 ? nil : value($0) }
        // Of each set, the least value of its subsets.
        var least = values
        for bit in heard.indices {
            for set in 0...all where set >> UInt32(bit) & 1 == 1 {
                let without = least[Int(set ^ (1 << UInt32(bit)))]
                if let without, without < least[Int(set)] ?? Int.max { least[Int(set)] = without }
            }
        }
        var best: Int?
        for set in 0...all {
            guard let one = values[Int(set)], let other = least[Int(all ^ set)] else { continue }
            best = min(best ?? Int.max, join(one, other))
        }
        return best
    }
}
