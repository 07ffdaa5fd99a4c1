// What a node carries from one round to the next, as a value.
import Kernels
public import Learning
public import Wire

/// What a node goes on from after a restart: its state between two rounds.
public struct NodeState: Sendable, Equatable {
    /// What gossip brings together, channel after channel: the parameters x first.
    public var shared: [Float]
    /// What is in it.
    public let channels: ChannelLayout
    /// What never leaves the node, by name: its momentum, for one.
    public var kept: LocalState
    /// Between two gossip steps of one round: what the last one came to, where that is not what is shared.
    public var underWay: [Float]?
    /// What the rule remembers of each channel of messages, by its name; of none where it remembers nothing.
    public var ruleMemory: [NamedVector]
    public var attackMemory: [Float]

    /// - Parameter channels: `nil`: the parameters alone.
    public init(
        _ shared: [Float], _ channels: ChannelLayout? = nil, kept: LocalState = LocalState(),
        ruleMemory: [NamedVector] = [], attackMemory: [Float] = []
    ) {
        self.shared = shared
        self.channels = channels ?? .model(shared.count)
        self.kept = kept
        self.ruleMemory = ruleMemory
        self.attackMemory = attackMemory
    }

    /// x.
    public var parameters: [Float] { channels.count == 1 ? shared : Array(shared[channels.ranges[0]]) }

    /// XXH3 of what the next step starts from.
    public var digest: UInt64 { hash64(underWay ?? shared) }
}
