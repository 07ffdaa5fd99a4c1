// Everything a node can ask for. Effects are carried out in order.
import Kernels
import Learning
import Metrics
import Wire

public enum NodeEffect: Sendable {
    case send(Message, to: NodeID)
    /// Send a `timer` event then, instead of whenever was asked for before.
    case wake(at: Instant)
    /// Take the local step of this round from this model and answer `trained`.
    case train(Round, from: [Float], LocalState)
    /// Take the loss of each of these models on the batch of this round and answer `triedOut`.
    case tryOut(Round, [[Float]])
    /// Must be kept before any later effect is carried out: frames derived from this mix follow it.
    case trace(TraceLine)
    case record(NodeRecord)
    /// The model after this many rounds, for whoever evaluates.
    case snapshot(rounds: Int, [Float])
    case save(Checkpoint)
    /// The last effect: all rounds are done, or the node was told to stop.
    case stop(Ending)
}

/// How a node's run ended.
public enum Ending: Sendable {
    case finished([Float])
    case stopped(Round)
}
