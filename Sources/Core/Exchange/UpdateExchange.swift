// Updates travel: how far the local steps went, and the mix of it is added to the node's own parameters.
public import Kernels
public import Learning
import Registry
public import Wire

/// Δ = x½ − x is sent, and x ← x + γ rule(Δ, heard). With the mean on a complete graph this is federated averaging
/// (McMahan et al. 2017, arXiv 1602.05629) without a server: the average of those who take part, adopted by all.
public struct UpdateExchange: Exchange {
    public static let name = "update"
    public static let summary = "Sends how far the local steps went; the mix is added to the own parameters."
    public static let takesLocalSteps = true
    public static let drift: String? = "updates bring parameters that differ no nearer to each other"

    public static let parameters = [
        Parameter.number("rate", 0...1e3, default: 1, "γ: how much of the mixed update is applied")
    ]
    private let rate: Float

    public init(_ parameters: ParameterValues) { rate = Float(parameters.number("rate")) }

    public static func channels(_ dimension: Int) -> [Channel] { [Channel("update", dimension)] }

    public func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport {
        let start = vector
        let report = trainer.step(&vector, state: &state, round: round, scratch: &scratch)
        var span = vector.mutableSpan
        axpy(-1, start.span, into: &span)
        return report
    }

    public func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float] {
        var parameters = start
        var span = parameters.mutableSpan
        axpy(rate, mixed.span, into: &span)
        trainer?.project(&parameters)
        return parameters
    }
}
