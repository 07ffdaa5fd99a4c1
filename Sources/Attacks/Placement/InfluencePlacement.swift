// Influence placement: the nodes whose models gossip carries farthest into the honest ones.
import Graphs
import Kernels
import Registry

/// Adds one node after the other, each time the one with which the placement influence is greatest: with W the mixing
/// matrix, B the hostile nodes and H the h others, Φ_T = (1/h) 1_Hᵀ (Σ_{t=1..T} Wᵗ) 1_B.
public struct InfluencePlacement: Placement {
    public static let name = "influence"
    public static let aliases = ["bpi", "BPI", "bpiGreedy"]
    public static let summary = "Takes the nodes whose models plain gossip would carry farthest, one after the other."
    public static let parameters = [
        PlacementCatalog.count, Parameter.count("steps", 1...10_000, default: 10, "T: gossip steps looked ahead"),
    ]

    public let count: Int?
    private let steps: Int

    public init(_ parameters: ParameterValues) {
        count = parameters.count("count")
        steps = parameters.count("steps")
    }

    public func choose(on site: Site, random: inout RandomStream) throws(ConfigurationFault) -> [NodeID] {
        guard site.isConstant else {
            throw ConfigurationFault(
                "the placement \(Self.name) goes by powers of the mixing matrix; the topology must be the same in all "
                    + "rounds")
        }
        let size = site.graph.nodeCount
        try site.refuse(
            Self.name, ifBeyond: Double(steps) * Double(size) * Double(size + 2 * site.graph.edges.count))
        let spread = Spread(site.weights, steps: steps)
        let own = site.graph.nodes.map { spread.column(of: $0)[$0.index] }
        var chosen: [NodeID] = []
        // Of each node, what the others hear of it, and what it hears of the hostile ones and they of it.
        let heard = spread.columnSums
        var (fromHostile, toHostile) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
        var reached = 0.0
        /// Φ h, with one more hostile node.
        func influence(with node: NodeID) -> Double {
            let place = node.index
            return reached - fromHostile[place] + heard[place] - own[place] - toHostile[place]
        }
        func add(_ node: NodeID) {
            reached = influence(with: node)
            for (place, (column, row)) in zip(spread.column(of: node), spread.row(of: node)).enumerated() {
                fromHostile[place] += column
                toHostile[place] += row
            }
        }
        for node in site.taken { add(node) }
        while chosen.count < count ?? 0 {
            let left = site.free.filter { !chosen.contains($0) }
            guard let next = site.best(1, of: left, by: influence(with:)).first else { break }
            add(next)
            chosen.append(next)
        }
        return chosen
    }
}

/// Σ_{t=1..T} Wᵗ, a row or a column at a time.
private struct Spread {
    let weights: MixingWeights
    let steps: Int

    init(_ weights: MixingWeights, steps: Int) {
        self.weights = weights
        self.steps = steps
    }

    /// What every node has of this one's model.
    func column(of node: NodeID) -> [Double] {
        var unit = [Double](repeating: 0, count: weights.topology.nodeCount)
        unit[node.index] = 1
        return sum(from: unit, transposed: false)
    }

    /// What this node has of every one's model.
    func row(of node: NodeID) -> [Double] {
        var unit = [Double](repeating: 0, count: weights.topology.nodeCount)
        unit[node.index] = 1
        return sum(from: unit, transposed: true)
    }

    /// What all nodes together have of each one's model.
    var columnSums: [Double] {
        sum(from: [Double](repeating: 1, count: weights.topology.nodeCount), transposed: true)
    }

    private func sum(from start: [Double], transposed: Bool) -> [Double] {
        var (power, sum) = (start, [Double](repeating: 0, count: start.count))
        for _ in 0..<steps {
            var next = [Double](repeating: 0, count: start.count)
            for node in weights.topology.nodes {
                let row = weights.weights(at: node)
                let own = weights.ownWeight(of: node)
                next[node.index] += own * power[node.index]
                for (sender, weight) in zip(weights.topology.neighbours(of: node), row) {
                    if transposed {
                        next[sender.index] += weight * power[node.index]
                    } else {
                        next[node.index] += weight * power[sender.index]
                    }
                }
            }
            power = next
            for place in sum.indices { sum[place] += power[place] }
        }
        return sum
    }
}
