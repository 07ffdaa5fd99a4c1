// Gradients travel: each node steps along the mix of them.
public import Kernels
public import Learning
import Registry
public import Wire

/// g, the gradient of the batch with its weight decay, is sent, and x ← x − η m with m ← βm + (1 − β) rule(g, heard):
/// robust D-SGD, whose momentum, if any, is taken after aggregation.
public struct GradientExchange: Exchange {
    public static let name = "gradient"
    public static let summary = "Sends the gradient of the batch; momentum and step follow the mix."
    public static let drift: String? = "gradients bring parameters that differ no nearer to each other"

    public init(_ parameters: ParameterValues) {}

    public static func channels(_ dimension: Int) -> [Channel] { [Channel("gradient", dimension)] }

    public func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport {
        trainer.replaceByGradient(&vector, in: round, scratch: &scratch)
    }

    public func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float] {
        guard let trainer else { preconditionFailure("a gradient is of no use without a step size") }
        trainer.accumulate(&mixed, state: &state, in: round)
        return trainer.stepped(start, along: mixed, in: round)
    }
}

extension LocalModel {
    /// The gradient at `vector` takes its place.
    func replaceByGradient(_ vector: inout [Float], in round: Round, scratch: inout TrainingScratch) -> StepReport {
        var gradient = [Float](repeating: 0, count: vector.count)
        var span = gradient.mutableSpan
        let report = self.gradient(at: vector.span, round: round, into: &span, scratch: &scratch)
        vector = gradient
        return report
    }
}
