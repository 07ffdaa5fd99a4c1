// The local training of one node, as its driver sees it: a step from a model to the next, and some state.
import Kernels

/// A vector and what it is called in files.
public struct NamedVector: Sendable, Equatable {
    public let name: String
    public var values: [Float]

    public init(_ name: String, _ values: [Float]) {
        self.name = name
        self.values = values
    }
}

/// What a node carries from round to round beside its model and never sends, such as its momentum; opaque to all but
/// its training, and checkpointed by name.
public struct LocalState: Sendable, Equatable {
    public var vectors: [NamedVector]

    public init(_ vectors: [NamedVector] = []) { self.vectors = vectors }

    /// The place of the vector of this name, which begins as `dimension` zeros.
    mutating func place(of name: String, dimension: Int) -> Int {
        if let place = vectors.firstIndex(where: { $0.name == name }) { return place }
        vectors.append(NamedVector(name, [Float](repeating: 0, count: dimension)))
        return vectors.count - 1
    }
}

/// What the local steps of one round did.
public struct StepReport: Sendable, Equatable {
    /// Mean loss over the samples drawn, each before the step it was drawn for; 0 where none was.
    public let loss: Double
    public let samples: Int
    /// Whether there is a gradient: that of an empty batch is one where it is private, as it has noise.
    public let hasGradient: Bool

    /// - Parameter hasGradient: `nil`: where there are samples.
    public init(loss: Double, samples: Int, hasGradient: Bool? = nil) {
        self.loss = loss
        self.samples = samples
        self.hasGradient = hasGradient ?? (samples > 0)
    }
}

/// Memory that trainers reuse; no value in it survives a call.
public struct TrainingScratch: Sendable {
    var gradient: [Float] = []
    var rows: [Int32] = []
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

    /// The gradient of the loss on this round's batch, weight decay included, d elements overwritten; zero where the
    /// node has no data or takes no part.
    func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport

    /// Momentum in place of a gradient: m ← βm + (1 − β)·gradient or as the settings have it, where m is in the state.
    func accumulate(_ gradient: inout [Float], state: inout LocalState, in round: Round)

    /// One step of this round along a direction that training has come to: x ← x − ηv, kept where models are to be.
    func move(_ parameters: inout [Float], along direction: Span<Float>, in round: Round)

    /// Takes parameters that something else than a step has come to back to where models are to be.
    func project(_ parameters: inout [Float])

    /// η of this round's local steps.
    func stepSize(in round: Round) -> Double

    /// Mean loss of each of these models on the batch of this round's last local step; 0 where the node has no data.
    func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double]
}

extension LocalModel {
    public func move(_ parameters: inout [Float], along direction: Span<Float>, in round: Round) {
        var x = parameters.mutableSpan
        axpy(-Float(stepSize(in: round)), direction, into: &x)
    }

    public func project(_ parameters: inout [Float]) {}
}
