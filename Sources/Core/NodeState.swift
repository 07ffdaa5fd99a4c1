// What a node carries from one round to the next, as a value.
import Kernels
public import Learning

/// What a node goes on from after a restart: its state between two rounds.
public struct NodeState: Sendable, Equatable {
    /// x, what gossip brings together.
    public var parameters: [Float]
    /// What never leaves the node, by name: its momentum, for one.
    public var kept: LocalState
    /// Between two gossip steps of one round: what the last one came to, where that is not the parameters.
    public var underWay: [Float]?
    public var ruleMemory: [Float]
    public var attackMemory: [Float]

    public init(
        _ parameters: [Float], kept: LocalState = LocalState(), ruleMemory: [Float] = [], attackMemory: [Float] = []
    ) {
        self.parameters = parameters
        self.kept = kept
        self.ruleMemory = ruleMemory
        self.attackMemory = attackMemory
    }

    /// XXH64 of what the next step starts from.
    public var digest: UInt64 { hash64(underWay ?? parameters) }
}
