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

    /// About how many steps `greedy` takes.
    public func steps(ofGreedy count: Int) -> Double {
        Double(nodeCount + 2 * count) * Double(rounds) * Double(nodeCount + matrix.entryCount)
    }

    /// So many nodes, one after the other the one with which Φ_T becomes greatest, in the order in which they were
    /// chosen. Values that differ in the tenth digit only count as equal: there the first candidate is taken.
    ///
    /// - Parameters:
    ///   - candidates: all nodes by default.
    ///   - taken: nodes that are hostile already, none of them a candidate.
    public func greedy(count: Int, of candidates: [NodeID]? = nil, after taken: [NodeID] = []) -> [NodeID] {
        guard count > 0 else { return [] }
        let candidates = candidates ?? (0..<nodeCount).map { NodeID($0) }
        // Of each node, what it has of its own model, what all have of it, and what it has of the hostile ones' models
        // and they of its.
        let own = (0..<nodeCount).map { sums(flags([NodeID($0)]), matrix.times)[$0] }
        let heard = sums([Double](repeating: 1, count: nodeCount), matrix.timesTransposed)
        var fromHostile = [Double](repeating: 0, count: nodeCount)
        var toHostile = fromHostile
        var reached = 0.0
        /// Φ_T h, with one more hostile node; h is the same whichever it is.
        func influence(with node: NodeID) -> Double {
            let place = node.index
            return reached - fromHostile[place] + heard[place] - own[place] - toHostile[place]
        }
        func add(_ node: NodeID) {
            reached = influence(with: node)
            let unit = flags([node])
            let (column, row) = (sums(unit, matrix.times), sums(unit, matrix.timesTransposed))
            for place in column.indices {
                fromHostile[place] += column[place]
                toHostile[place] += row[place]
            }
        }
        for node in taken { add(node) }
        var isChosen = [Bool](repeating: false, count: nodeCount)
        var chosen: [NodeID] = []
        while chosen.count < count {
            let left = candidates.filter { !isChosen[$0.index] }
            let scores = left.map { influence(with: $0) }
            let unit = (scores.map(\.magnitude).max() ?? 0) * 1e-9
            let ranks = scores.map { unit > 0 ? ($0 / unit).rounded() : 0 }
            guard let best = left.indices.max(by: { (ranks[$0], $1) < (ranks[$1], $0) }) else { break }
            add(left[best])
            isChosen[left[best].index] = true
            chosen.append(left[best])
        }
        return chosen
    }

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
