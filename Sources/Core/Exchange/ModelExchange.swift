// Models travel: x½ after the local steps, and the mix of it is the next model.
public import Kernels
public import Learning
import Registry
public import Wire

/// x½ is sent, and x ← rule(x½, heard): decentralized SGD, "adapt then combine" (Lian et al. 2017, arXiv 1705.09056).
public struct ModelExchange: Exchange {
    public static let name = "model"
    public static let summary = "Sends the model after the local steps; the mix is the next model."
    public static let sendsModels = true
    public static let takesLocalSteps = true
    public static let drift: String? = nil

    public init() {}
    public init(_ parameters: ParameterValues) {}

    public static func channels(_ dimension: Int) -> [Channel] { [Channel("model", dimension)] }

    public func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport {
        trainer.step(&vector, state: &state, round: round, scratch: &scratch)
    }

    public func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float] { mixed }
}
