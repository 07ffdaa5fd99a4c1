// What a node writes down of each round, so that a run can be recomputed. How it stands on disk is TraceRecord's.
import Kernels

/// One closed round, or a node's entry after a start from a checkpoint: what went in, what came out. Given these, a run
/// can be recomputed.
public struct TraceLine: Sendable, Equatable {
    public struct Input: Sendable, Equatable {
        public let sender: NodeID
        public let round: Round
        /// XXH3 of the model.
        public let digest: UInt64

        public init(sender: NodeID, round: Round, digest: UInt64) {
            self.sender = sender
            self.round = round
            self.digest = digest
        }
    }

    /// The round that closed, or that the node entered.
    public let round: Round
    /// Ascending by sender; the node's own model is among those of a closed round.
    public let inputs: [Input]
    /// Neighbours that provably forged for this round, ascending.
    public let offenders: [NodeID]
    /// On entry only: the rounds of the checkpoint that the node started from.
    public let checkpoint: Int?
    /// The round that the node goes on to, the last that it may publish a model for: the one it entered, or the one
    /// after a closed round, or a later one that the others have reached without it.
    public let next: Round
    /// XXH3 of the model with which `next` starts.
    public let result: UInt64

    /// - Parameter next: the usual one if `nil`.
    public init(
        round: Round, inputs: [Input], offenders: [NodeID] = [], checkpoint: Int? = nil, next: Round? = nil,
        result: UInt64
    ) {
        self.round = round
        self.inputs = inputs
        self.offenders = offenders
        self.checkpoint = checkpoint
        self.next = next ?? TraceLine.usualNext(after: round, checkpoint: checkpoint)
        self.result = result
    }

    /// Whether `next` is where a node goes on to that skips no round.
    public var hasUsualNext: Bool { next == TraceLine.usualNext(after: round, checkpoint: checkpoint) }

    private static func usualNext(after round: Round, checkpoint: Int?) -> Round {
        checkpoint == nil ? round.next : round
    }

    /// Whether the node came back alone, and not from a checkpoint from which all go on together.
    var isReturn: Bool { checkpoint.map { !inputs.isEmpty || round.number != $0 } ?? false }
}
