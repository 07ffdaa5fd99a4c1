// WeightSums: in numbers, how far mixing weights are from doubly stochastic among some nodes, and who counts for more.
import Kernels

/// The row and column sums of W on some nodes, which keep for themselves what they give to others.
public struct WeightSums: Sendable, Equatable {
    /// Ascending.
    public let nodes: [NodeID]
    /// What each node gives to all of them, itself included: 1 but for rounding, unless a row is broken.
    public let rows: [Double]
    /// What all of them give to each node, itself included.
    public let columns: [Double]

    /// So much is rounding.
    public static let tolerance = 1e-9

    public init(of weights: MixingWeights, among nodes: [NodeID]? = nil) {
        let nodes = (nodes ?? weights.topology.nodes).sorted()
        var place = [Int?](repeating: nil, count: weights.topology.nodeCount)
        for (index, node) in nodes.enumerated() { place[node.index] = index }
        var rows = [Double](repeating: 0, count: nodes.count)
        var columns = rows
        for (row, node) in nodes.enumerated() {
            var given = 0.0
            for sender in weights.senders(of: node) {
                guard let column = place[sender.node.index] else { continue }
                given += sender.weight
                columns[column] += sender.weight
            }
            let kept = max(0, 1 - given)
            rows[row] = given + kept
            columns[row] += kept
        }
        self.nodes = nodes
        self.rows = rows
        self.columns = columns
    }

    private static func areOnes(_ sums: [Double]) -> Bool { sums.allSatisfy { abs($0 - 1) <= tolerance } }

    public var isRowStochastic: Bool { Self.areOnes(rows) }
    public var isColumnStochastic: Bool { Self.areOnes(columns) }
    /// Whether a mix leaves the plain average of these nodes' models where it is.
    public var isDoublyStochastic: Bool { isRowStochastic && isColumnStochastic }

    /// The nodes whose models count least and most in one mix, with their column sums.
    public var extremes: (least: (node: NodeID, sum: Double), most: (node: NodeID, sum: Double))? {
        guard let least = columns.indices.min(by: { columns[$0] < columns[$1] }),
            let most = columns.indices.max(by: { columns[$0] < columns[$1] })
        else { return nil }
        return ((nodes[least], columns[least]), (nodes[most], columns[most]))
    }
}

extension MixingWeights {
    /// Whether what all of `nodes` give to each of them, itself included, sums to 1: then a mix leaves their plain
    /// average where it is. What they give to others, they keep for themselves.
    public func isDoublyStochastic(among nodes: [NodeID]) -> Bool {
        WeightSums(of: self, among: nodes).isDoublyStochastic
    }

    /// π with πᵀ W = πᵀ, one a node of `nodes`, ascending: with these shares models count in the limit of plain gossip.
    /// `nil` where there is no such limit, or it takes too long to compute.
    public func stationaryWeights(among nodes: [NodeID]? = nil) -> [Double]? {
        GossipLimit(of: self, among: nodes).shares
    }
}
