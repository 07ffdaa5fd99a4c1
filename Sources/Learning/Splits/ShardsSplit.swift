// Shards split: samples sorted by label are cut into shards, and each node gets some: few classes a node.
import Kernels
import Registry

/// Sorted by class (or by value), cut into k shards a node and dealt at random (McMahan et al. 2017). With one shard a
/// node they are not dealt but stay in order, the most heterogeneous split of nodes of equal size.
public struct ShardsSplit: Split {
    public static let name = "shards"
    public static let summary =
        "Sorted by label and cut into shards: few labels a node. One shard a node is the extreme."
    public static let parameters = [
        Parameter.count("shardsPerNode", 1...10_000, default: 2, "shards dealt to each node; 1: in order, not dealt")
    ]

    private let shardsPerNode: Int

    public init(_ parameters: ParameterValues) { shardsPerNode = parameters.count("shardsPerNode") }

    public func assign(_ basis: SplitBasis, participants: Int, random: inout RandomStream) -> [[Int32]] {
        var shards = cutEvenly(basis.targets.sortedPositions, parts: participants * shardsPerNode)
        if shardsPerNode > 1 { random.shuffle(&shards) }
        return (0..<participants).map { participant in
            Array(shards[participant * shardsPerNode..<(participant + 1) * shardsPerNode].joined())
        }
    }
}
