// How many hostile neighbours a node is told to withstand, as a number and as mixing weight.
import Kernels

/// How many hostile neighbours a node is told to withstand in a round.
public struct Budget: Equatable, Sendable {
    /// Neighbours, f.
    public var count: Int
    /// Total mixing weight of the hostile nodes, b.
    public var weight: Double
    /// Who they are, ascending: only where an oracle tells.
    public var hostile: [NodeID]?

    public init(count: Int, weight: Double, hostile: [NodeID]? = nil) {
        self.count = count
        self.weight = weight
        self.hostile = hostile
    }

    /// Tolerates `count` hostile nodes among neighbours of these weights: b = count · largest weight.
    public init(count: Int, among weights: [Double]) {
        self.init(count: count, weight: Double(count) * (weights.max() ?? 0))
    }

    /// Tolerates hostile nodes of total weight `weight`; the count is that of the lightest neighbours that fit in it.
    public init(weight: Double, among weights: [Double]) {
        var remaining = weight + Budget.tolerance
        var count = 0
        for lightest in weights.sorted() where lightest <= remaining {
            remaining -= lightest
            count += 1
        }
        self.init(count: count, weight: weight)
    }

    /// Accumulated weights are compared with this slack, so that one unit in the last place moves no threshold.
    public static let tolerance = 1e-9

    /// What is left of it when a neighbour of this weight has provably forged, and its model is not mixed.
    public mutating func takeOff(_ hostileNode: NodeID, weight: Double) {
        count = max(0, count - 1)
        self.weight = max(0, self.weight - weight)
        hostile?.removeAll { $0 == hostileNode }
    }
}
