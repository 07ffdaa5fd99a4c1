// Momenta travel: each node averages its gradients over rounds before anyone mixes them.
public import Kernels
public import Learning
import Registry
public import Wire

/// m ← βm + (1 − β)g stays with the node and is sent, and x ← x − η rule(m, heard): robust D-SGD with local (Polyak)
/// momentum (Karimireddy, He, Jaggi 2021, arXiv 2012.10333; Farhadkhani et al. 2022, arXiv 2205.12173).
public struct MomentumExchange: Exchange {
    public static let name = "momentum"
    public static let summary = "Sends the node's momentum; the step follows the mix."
    public static let drift: String? = "momenta bring parameters that differ no nearer to each other"

    public init(_ parameters: ParameterValues) {}

    public static func channels(_ dimension: Int) -> [Channel] { [Channel("momentum", dimension)] }

    public func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport {
        let report = trainer.replaceByGradient(&vector, in: round, scratch: &scratch)
        if report.hasGradient { trainer.accumulate(&vector, state: &state, in: round) }
        return report
    }

    public func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float] {
        guard let trainer else { preconditionFailure("a momentum is of no use without a step size") }
        return trainer.stepped(start, along: mixed, in: round)
    }
}
