// Models travel with a mass: on directed graphs, whose weights nobody can balance, the average comes out all the same.
public import Kernels
public import Learning
import Registry
public import Wire

/// Push-sum, or ratio consensus (Kempe, Dobra, Gehrke 2003; with local steps: Nedić, Olshevsky 2016, arXiv 1403.7515;
/// Assran, Loizou, Ballas, Rabbat 2019, arXiv 1811.10792).
///
/// Node i holds the model z_i and the mass w_i, at first 1. It sends both with the share w_i / (1 + d) of its mass, d
/// being the number of those that it sends to in the round, and keeps as much. Then w_i ← Σ of the shares, and z_i ←
/// Σ share_j z_j / w_i: the masses are weights in place of the topology's. Σ w_i z_i and Σ w_i stay what they are, and
/// on a strongly connected graph all z_i tend to their ratio, the plain average of the first models. A local step is
/// taken on w_i z_i, that is 1 / w_i of it on z_i, but no more than `longest` times one: who is cut off for a while, or
/// hears too little, halves its mass in every round.
///
/// Those sums are all there is to it. Who overstates its mass counts for more, and a message that is lost takes its
/// share along; neither is forgotten. A message without a positive mass is taken for none.
public struct PushSumExchange: Exchange {
    public static let name = "pushSum"
    public static let aliases = ["push-sum", "sgp"]
    public static let summary =
        "Sends the model with a share of the node's mass: the exact average on directed graphs too (push-sum)."
    public static let sendsModels = true
    public static let takesLocalSteps = true
    public static let carriesMass = true
    public static let drift: String? = nil

    public static let parameters = [
        Parameter.number(
            "longest", 1...1e6, default: 10,
            "how many times longer a local step is made at most where there is little mass")
    ]
    /// 1 over the least mass for which local steps are made up in full.
    public let longest: Double

    public init(_ parameters: ParameterValues) { longest = parameters.number("longest") }

    public static func channels(_ dimension: Int) -> [Channel] { [Channel("model", dimension), Channel("mass", 1)] }

    public func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport {
        let dimension = trainer.dimension
        precondition(vector.count == dimension + 1, "a model and its mass")
        let (start, mass) = (Array(vector[..<dimension]), vector[dimension])
        var model = start
        let report = trainer.step(&model, state: &state, round: round, scratch: &scratch)
        if mass != 1 {
            let factor = min(1 / mass, Float(longest))
            for index in model.indices { model[index] = start[index] + factor * (model[index] - start[index]) }
            trainer.project(&model)
        }
        vector.replaceSubrange(..<dimension, with: model)
        return report
    }

    public func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float] { mixed }
}
