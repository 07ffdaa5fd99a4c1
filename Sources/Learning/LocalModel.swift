// The local training of one node, as its driver sees it: a step from a model to the next, and some state.
import Kernels

/// Whatever a node carries from step to step beside its model; opaque to all but its trainer, and checkpointed.
public struct LocalState: Sendable, Equatable {
    public var values: [[Float]]

    public init(values: [[Float]] = []) { self.values = values }
}

/// What the local steps of one round did.
public struct StepReport: Sendable, Equatable {
    /// Mean loss over the samples drawn, each before the step it was drawn for; 0 where none was.
    public let loss: Double
    public let samples: Int

    public init(loss: Double, samples: Int) {
        self.loss = loss
        self.samples = samples
    }
}

/// Memory that trainers reuse; no value in it survives a call.
public struct TrainingScratch: Sendable {
    var gradient: [Float] = []
    var batch: [Int32] = []
    var objective = ObjectiveScratch()

    public init() {}
}

/// A node's local training.
public protocol LocalModel: Sendable {
    /// Elements of a model.
    var dimension: Int { get }

    /// The model before round 0.
    func initialParameters() -> [Float]

    /// Takes this round's local steps in place.
    func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport

    /// η of this round's local steps.
    func stepSize(in round: Round) -> Double

    /// Mean loss of each of these models on the batch of this round's last local step; 0 where the node has no data.
    func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double]
}
