// A stand-in for training of which only the local steps are asked.
public import Kernels
public import Learning

/// Training that has steps and no gradients of its own.
public protocol StepOnly: LocalModel {}

extension StepOnly {
    public func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport { preconditionFailure("nobody asks for the gradient of a stand-in") }

    public func accumulate(_ gradient: inout [Float], state: inout LocalState, in round: Round) {
        preconditionFailure("a stand-in has no momentum")
    }
}
