// NodeEvent: everything that can happen to a node, as its driver tells its core.
import Kernels
import Learning
import Wire

/// What a driver tells a core.
public enum NodeEvent: Sendable {
    /// The first event.
    case started(NodeStart)
    /// A link is open; a later incarnation of the neighbour is a restarted process.
    case linkUp(NodeID, incarnation: UInt64)
    case linkDown(NodeID)
    case received(Message, from: NodeID)
    /// A link refused bytes: of this neighbour or, under the node's own name, of nobody in particular.
    case rejected(Rejection, from: NodeID, count: Int = 1)
    /// The answer to `train`.
    case trained(Round, [Float], LocalState, StepReport)
    /// The answer to `probeLosses`: a loss for each of the models.
    case lossesProbed(Round, [Double])
    /// The moment asked for by `wake` has come; early and stale calls do no harm.
    case timer
    case stopRequested
    /// The node is to end with the round that it is in and leave a checkpoint of it; where it cannot close that round
    /// with all neighbours, at once and without.
    case stopAfterRound
    /// The driver could not keep a trace line for as long as patience allows, and will not try again.
    case traceLost
}
