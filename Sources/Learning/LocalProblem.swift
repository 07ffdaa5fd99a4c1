// LocalProblem: the loss of one node on its own samples, for an exchange that descends it in its own way.
import Kernels

/// Training that can be asked for the sum of its losses, and not for steps alone.
public protocol LocalProblem: LocalModel {
    /// Samples of the node.
    var sampleCount: Int { get }
    /// The same, each as often as it counts.
    var sampleWeight: Double { get }
    /// λ of λ/2 |x|², which belongs to the loss and is in neither of the two below.
    var weightDecay: Double { get }
    /// Of a round.
    var localSteps: Int { get }

    /// Whether the node trains in a round.
    func takesPart(in round: Round) -> Bool

    /// Σ ℓ over the node's samples, each as often as it counts, and its gradient, overwritten; 0 where it has none.
    func wholeLoss(at parameters: [Float], gradient: inout [Double], scratch: inout TrainingScratch) -> Double

    /// The same as the batch of one local step has it: its mean, times the weight of all samples.
    func batchLoss(
        at parameters: [Float], localStep: Int, of round: Round, gradient: inout [Double],
        scratch: inout TrainingScratch
    ) -> Double
}

extension LocalSGD: LocalProblem {
    public var sampleCount: Int { shard.count }
    public var weightDecay: Double { settings.weightDecay }
    public var localSteps: Int { settings.localSteps }

    public func wholeLoss(
        at parameters: [Float], gradient: inout [Double], scratch: inout TrainingScratch
    ) -> Double {
        var loss = 0.0
        for j in gradient.indices { gradient[j] = 0 }
        // No step of a round: a solution sees every sample at once, and is not private.
        for chunk in shard.chunks(of: objective.samplesOfChunk) {
            let weight = chunk.weight
            loss += weight * lossAndGradient(at: parameters.span, on: chunk, Round(0), 0, &scratch)
            for j in gradient.indices { gradient[j] += weight * Double(scratch.gradient[j]) }
        }
        return loss
    }

    public func batchLoss(
        at parameters: [Float], localStep: Int, of round: Round, gradient: inout [Double],
        scratch: inout TrainingScratch
    ) -> Double {
        guard !shard.rows.isEmpty else {
            for j in gradient.indices { gradient[j] = 0 }
            return 0
        }
        let batch = drawBatch(round: round, localStep: localStep, &scratch)
        let loss = lossAndGradient(at: parameters.span, on: batch, round, localStep, &scratch)
        scratch.rows = batch.rows
        for j in gradient.indices { gradient[j] = sampleWeight * Double(scratch.gradient[j]) }
        return sampleWeight * loss
    }
}
