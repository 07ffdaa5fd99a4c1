// Message: what nodes say to each other once a link is open. How it looks in bytes is `Frame`'s business.
import Kernels

/// A decoded message between two nodes of one experiment.
public enum Message: Sendable, Equatable {
    case model(ModelMessage)
    /// The sender is held up in this round and has nothing to send yet. It gains nothing by that.
    case waiting(Round)
    /// The sender has fallen behind, and asks for the parameters with which the receiver starts this round or, if it is
    /// further, the round it is in. Only where something else than models travels.
    case stateRequest(Round)
    /// The answer: parameters, and the round that starts with them.
    case state(ModelMessage)
    case bye(CloseReason)
    /// Bytes that are no frame, from a hostile node; no link ever delivers them.
    case noise([UInt8])
    /// A model under the name of another node, from a hostile node; no link ever delivers it.
    case posing(ModelMessage, as: NodeID)
    /// One model in so many frames, from a hostile node; a link delivers it once.
    case flood(ModelMessage, frames: Int)
}

extension Message {
    /// Frames that it is sent in.
    public var frameCount: Int { if case .flood(_, let frames) = self { frames } else { 1 } }
}

/// A model as it travels: the values, and what is found out about them once for all neighbours: their hash, for trace
/// and checks, and whether they are finite.
public struct ModelMessage: Sendable, Equatable {
    public let round: Round
    public let values: [Float]
    /// XXH3 of the values' little-endian bytes.
    public let digest: UInt64
    /// Whether all values are finite, where that has been looked at.
    private let knownFinite: Bool?

    /// The sender's side: computes the digest, and looks at the values while they are in the cache.
    public init(round: Round, values: [Float]) {
        self.round = round
        self.values = values
        digest = hash64(values)
        knownFinite = allFinite(values.span)
    }

    /// The receiver's side: the digest has just been computed to check the frame.
    public init(round: Round, values: [Float], digest: UInt64) {
        self.round = round
        self.values = values
        self.digest = digest
        knownFinite = nil
    }

    /// Whether all values are finite; looked at now where nobody has before.
    public var isFinite: Bool { knownFinite ?? allFinite(values.span) }

    public static func == (one: ModelMessage, other: ModelMessage) -> Bool {
        one.round == other.round && one.digest == other.digest && one.values == other.values
    }
}

extension ModelMessage: CustomStringConvertible {
    /// What is compared.
    public var description: String { "model of round \(round.number): \(values), digest \(digest)" }
}

/// Why a node says good-bye.
public enum CloseReason: UInt8, Sendable, Equatable {
    /// All rounds are done; the last model has been sent.
    case finished = 1
    /// The node was told to stop.
    case stopping = 2
    /// The peer is not welcome: a stranger, another experiment or run, or broken bytes.
    case refused = 3
    /// The node cannot go on: it has no model to offer any more.
    case failed = 4
}
