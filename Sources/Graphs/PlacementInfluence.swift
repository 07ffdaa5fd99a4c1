// Placement influence: how much of what hostile nodes say reaches the honest ones by plain gossip. Which nodes are
// corrupted matters as much as how many.
import Kernels

/// Φ_T = (1/h) 1_Hᵀ (W + W² + … + W^T) 1_B: the weight that the models of the hostile nodes B have at the h honest
/// nodes H, summed over T rounds in which nobody trains or defends (BPI: Gabrielli, Tolomei, on the placement of
/// Byzantine nodes in decentralised federated learning).
public struct PlacementInfluence: Sendable {
    /// T.
    public let rounds: Int
    private let nodeCount: Int
    private let matrix: SparseMatrix

    public init(of weights: MixingWeights, rounds: Int = 10) {
        self.rounds = rounds
        nodeCount = weights.topology.nodeCount
        matrix = SparseMatrix(among: weights.topology.nodes, of: weights.topology) { node, neighbour in
            weights.weight(of: neighbour, at: node)
        } diagonal: { node, _ in
            weights.ownWeight(of: node)
        }
    }

    /// Φ_T of these hostile nodes; T where all are hostile.
    public func callAsFunction(_ hostile: [NodeID]) -> Double {
        let isHostile = flags(hostile)
        let honest = isHostile.count { $0 == 0 }
        guard honest > 0 else { return Double(rounds) }
        let reached = sums(isHostile, matrix.times)
        return zip(reached, isHostile).reduce(0) { $1.1 == 0 ? $0 + $1.0 : $0 } / Double(honest)
    }

    /// So many nodes, one after the other the one with which Φ_T becomes greatest; ascending.
    public func greedy(count: Int) -> [NodeID] {
        var chosen: [NodeID] = []
        while chosen.count < min(count, nodeCount - 1) {
            let isHostile = flags(chosen)
            let honest = isHostile.map { 1 - $0 }
            // What a node gives to the honest ones, less what it is told itself: all that changes but for a term that
            // is nearly the same for all.
            let given = sums(honest, matrix.timesTransposed)
            let told = sums(isHostile, matrix.times)
            let left = given.indices.filter { isHostile[$0] == 0 }
            let ranked = left.sorted { (told[$0] - given[$0], $0) < (told[$1] - given[$1], $1) }
            let scores = ranked.prefix(Self.mostTried).map { (node: NodeID($0), score: self(chosen + [NodeID($0)])) }
            guard let best = scores.max(by: { ($0.score, $1.node) < ($1.score, $0.node) }) else { break }
            chosen.append(best.node)
        }
        return chosen.sorted()
    }

    private static let mostTried = 16

    private func flags(_ nodes: [NodeID]) -> [Double] {
        var flags = [Double](repeating: 0, count: nodeCount)
        for node in nodes { flags[node.index] = 1 }
        return flags
    }

    /// (P + P² + … + P^T) x.
    private func sums(_ x: [Double], _ product: ([Double]) -> [Double]) -> [Double] {
        var power = x
        var sum = [Double](repeating: 0, count: x.count)
        for _ in 0..<rounds {
            power = product(power)
            for index in sum.indices { sum[index] += power[index] }
        }
        return sum
    }
}
