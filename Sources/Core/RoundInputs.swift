// What a round begins and closes with.
public import Kernels
public import Learning
public import Wire

/// A vector that a node has from one of its neighbours.
public struct ReceivedModel: Sendable, Equatable {
    public let sender: NodeID
    public let message: ModelMessage

    public init(sender: NodeID, message: ModelMessage) {
        self.sender = sender
        self.message = message
    }
}

/// A round after its local steps, before it closes.
public struct HalfStep: Sendable, Equatable {
    /// The parameters at the start of the round, where anything is to be done with them; empty otherwise.
    public let start: [Float]
    /// What the node sends, and the rule sees as its own.
    public let own: ModelMessage
    public internal(set) var kept: LocalState
}

/// What a round closes with. What comes later is for no round any more.
public struct RoundInputs: Sendable, Equatable {
    /// Ascending by sender.
    public var heard: [ReceivedModel]
    /// Neighbours whose models are mixed where they are heard.
    var expected: Int
    /// Those of them that provably forged for this round.
    public var offenders: [NodeID]
    /// Whether this node is the one that has gone astray; `nil` where nobody has judged yet.
    var isAstray: Bool?

    public init(heard: [ReceivedModel] = [], offenders: [NodeID] = []) { self.init(heard, 0, offenders) }

    init(_ heard: [ReceivedModel], _ expected: Int, _ offenders: [NodeID]) {
        self.heard = heard
        self.expected = expected
        self.offenders = offenders
    }
}

/// What a node makes of what it has heard, by what an honest node can have sent.
public struct Judgement: Sendable, Equatable {
    /// Ascending.
    public var implausible: [NodeID] = []
    /// Whether the node should share what all others share, and by what they send does not, as after a message that it
    /// alone has missed. It leaves its own vector out then, as the others do, and so comes back to them.
    public var isAstray = false
}
