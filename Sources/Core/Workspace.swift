// Workspace: scratch memory that a driver lends to whichever of its nodes it is handling; nothing in it outlives the
// call.
import Aggregation
public import Kernels
import Learning

/// The scratch of one thread, shared by all nodes that this thread drives.
public struct Workspace: Sendable {
    var batch: VectorBatch
    var context: MixContext
    var scratch = Scratch()
    var training = TrainingScratch()
    /// What the last mix did.
    public internal(set) var report = MixReport()
    /// What went into it and came of it, where it is to be handed out.
    public internal(set) var sample: MixSample?
    /// Whose models counted in it, ascending.
    public var mixedSenders: [NodeID] { context.senders }

    /// - Parameters:
    ///   - dimension: elements of a model.
    ///   - degree: the most neighbours any of the nodes has.
    ///   - crew: who shares the work on long vectors, if anybody.
    public init(dimension: Int, degree: Int, crew: Crew? = nil) {
        batch = VectorBatch(columns: dimension, capacity: degree + 1)
        batch.crew = crew
        context = MixContext(
            round: Round(0), rounds: 0, node: NodeID(0), senders: [], weights: [], budget: Budget(count: 0, weight: 0))
    }
}
