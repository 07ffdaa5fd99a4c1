// GossipLimit: the weight that each node's model has in what plain gossip converges to. It need not be the same for
// all.
import Kernels

/// The limit of x ← W x on some nodes: Σ π_i x_i with the stationary weights π of W, πᵀ W = πᵀ (the Perron vector).
///
/// With doubly stochastic weights π is the same for all nodes. Own weights are taken to be positive somewhere, so that
/// there is a limit.
public struct GossipLimit: Sendable, Equatable {
    /// Beyond so many nodes the weights of a directed graph are not computed.
    public static let mostNodes = 1_024

    /// Ascending.
    public let nodes: [NodeID]
    /// Groups of nodes that hear nobody outside their group, ascending. All others forget what they knew; with several
    /// groups there is no agreement.
    public let closedGroups: [[NodeID]]
    /// π, one a node; `nil` where there are several groups or too many nodes.
    public let shares: [Double]?

    /// Whether all models count alike.
    public let isPlainAverage: Bool

    /// - Parameter nodes: the honest nodes, say; all by default. What they give to others, they keep for themselves.
    public init(of weights: MixingWeights, among nodes: [NodeID]? = nil) {
        let nodes = (nodes ?? weights.topology.nodes).sorted()
        self.nodes = nodes
        isPlainAverage = weights.isDoublyStochastic(among: nodes)
        // Nobody can be forgotten then, since every group gives as much as it takes.
        guard !isPlainAverage else {
            closedGroups = Self.closedGroups(of: weights, among: nodes)
            shares = [Double](repeating: 1 / Double(nodes.count), count: nodes.count)
            return
        }
        let rows = Self.rows(weights, nodes)
        let groups = Self.closedGroups(of: rows)
        closedGroups = groups.map { $0.map { nodes[$0] } }
        let isComputable = !weights.topology.directed || groups.first?.count ?? 0 <= Self.mostNodes
        guard groups.count == 1, let group = groups.first, isComputable else {
            shares = nil
            return
        }
        var shares = [Double](repeating: 0, count: nodes.count)
        let ofGroup = weights.topology.directed ? Self.stationary(rows, group) : Self.balanced(rows, group)
        let total = ofGroup.reduce(0, +)
        for (row, share) in zip(group, ofGroup) { shares[row] = share / total }
        self.shares = shares
    }

    /// `closedGroups` alone.
    public static func closedGroups(of weights: MixingWeights, among nodes: [NodeID]? = nil) -> [[NodeID]] {
        let nodes = (nodes ?? weights.topology.nodes).sorted()
        return closedGroups(of: rows(weights, nodes)).map { $0.map { nodes[$0] } }
    }

    /// For each node what it gives to which of the others; what is left it keeps.
    private static func rows(_ weights: MixingWeights, _ nodes: [NodeID]) -> [[(column: Int, weight: Double)]] {
        var columns = [Int?](repeating: nil, count: weights.topology.nodeCount)
        for (column, node) in nodes.enumerated() { columns[node.index] = column }
        return nodes.map { node in
            zip(weights.topology.neighbours(of: node), weights.weights(at: node)).compactMap { neighbour, weight in
                columns[neighbour.index].flatMap { weight > 0 ? ($0, weight) : nil }
            }
        }
    }

    /// The strongly connected components that no arrow leaves, an arrow leading from a node to whom it hears (Tarjan
    /// 1972, without recursion).
    private static func closedGroups(of rows: [[(column: Int, weight: Double)]]) -> [[Int]] {
        var number = [Int?](repeating: nil, count: rows.count)
        var low = [Int](repeating: 0, count: rows.count)
        var group = [Int?](repeating: nil, count: rows.count)
        var groups: [[Int]] = []
        var waiting: [Int] = []
        var visited = 0
        for start in rows.indices where number[start] == nil {
            var path = [(node: start, next: 0)]
            while let (node, next) = path.last {
                if next == 0 {
                    number[node] = visited
                    low[node] = visited
                    visited += 1
                    waiting.append(node)
                }
                if next < rows[node].count {
                    path[path.count - 1].next += 1
                    let heard = rows[node][next].column
                    if number[heard] == nil {
                        path.append((heard, 0))
                    } else if group[heard] == nil {
                        low[node] = min(low[node], number[heard] ?? 0)
                    }
                    continue
                }
                path.removeLast()
                if let above = path.last { low[above.node] = min(low[above.node], low[node]) }
                guard low[node] == number[node], let first = waiting.lastIndex(of: node) else { continue }
                for member in waiting[first...] { group[member] = groups.count }
                groups.append(waiting[first...].sorted())
                waiting.removeSubrange(first...)
            }
        }
        let closed = groups.indices.filter { index in
            groups[index].allSatisfy { rows[$0].allSatisfy { group[$0.column] == index } }
        }
        return closed.map { groups[$0] }.sorted { $0[0] < $1[0] }
    }

    /// π of an undirected graph, but for a factor: π_i w_ij = π_j w_ji along every edge.
    private static func balanced(_ rows: [[(column: Int, weight: Double)]], _ group: [Int]) -> [Double] {
        var shares = [Double](repeating: 0, count: rows.count)
        var reached = [group[0]]
        shares[group[0]] = 1
        var visited = 0
        while visited < reached.count {
            let node = reached[visited]
            visited += 1
            for (other, weight) in rows[node] where shares[other] == 0 {
                let back = rows[other].first { $0.column == node }?.weight ?? weight
                shares[other] = shares[node] * weight / back
                reached.append(other)
            }
        }
        return group.map { shares[$0] }
    }

    /// π of a closed group, but for a factor, by elimination without subtraction (Grassmann, Taksar, Heyman 1985).
    private static func stationary(_ rows: [[(column: Int, weight: Double)]], _ group: [Int]) -> [Double] {
        let size = group.count
        var place = [Int](repeating: 0, count: rows.count)
        for (index, row) in group.enumerated() { place[row] = index }
        var matrix = [Double](repeating: 0, count: size * size)
        for (index, row) in group.enumerated() {
            for (column, weight) in rows[row] { matrix[index * size + place[column]] = weight }
        }
        for last in stride(from: size - 1, to: 0, by: -1) {
            let leaving = (0..<last).reduce(0) { $0 + matrix[last * size + $1] }
            for i in 0..<last where matrix[i * size + last] > 0 {
                matrix[i * size + last] /= leaving
                let factor = matrix[i * size + last]
                for j in 0..<last { matrix[i * size + j] += factor * matrix[last * size + j] }
            }
        }
        var shares = [Double](repeating: 1, count: size)
        for index in 1..<max(1, size) {
            shares[index] = (0..<index).reduce(0) { $0 + shares[$1] * matrix[$1 * size + index] }
        }
        return shares
    }
}
