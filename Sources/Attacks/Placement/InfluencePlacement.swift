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
        let influence = PlacementInfluence(of: site.weights, rounds: steps)
        try site.refuse(Self.name, ifBeyond: influence.steps(ofGreedy: (count ?? 0) + site.taken.count))
        return influence.greedy(count: count ?? 0, of: site.free, after: site.taken)
    }
}
