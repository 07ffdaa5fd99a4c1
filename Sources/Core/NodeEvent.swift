// Everything that can happen to a node.
import Kernels
import Learning
import Wire

public enum NodeEvent: Sendable {
    /// The first event.
    case started(NodeStart)
    /// A link is open; a later incarnation of the neighbour is a restarted process.
    case linkUp(NodeID, incarnation: UInt64)
    case linkDown(NodeID)
    case received(Message, from: NodeID)
    /// The link refused bytes of a known neighbour.
    case rejected(Rejection, from: NodeID)
    /// The answer to `train`.
    case trained(Round, [Float], LocalState, StepReport)
    /// The answer to `tryOut`: a loss for each of the models.
    case triedOut(Round, [Double])
    /// The moment asked for by `wake` has come; early and stale calls do no harm.
    case timer
    case stopRequested
}
