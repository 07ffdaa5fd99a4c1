// Models travel with trackers: each node steps along what it takes for the gradient of all.
public import Kernels
public import Learning
import Registry
public import Wire

/// Gradient tracking: y ← y + g − g⁻ with the gradient g at x and that of the round before, x − η y and y are sent, and
/// x ← rule(x − η y, heard), y ← rule(y, heard) (Pu, Nedić 2021, "Distributed stochastic gradient tracking methods",
/// arXiv 1805.11454; Di Lorenzo, Scutari 2016, arXiv 1602.00591).
///
/// Under doubly stochastic weights the trackers add up to the gradients in every round, so that nodes with different
/// data come to one optimum at a constant step, where decentralized SGD stays about η away from it. With momentum, it
/// is the momentum m ← βm + (1 − β)g that is tracked in place of g. A node that has no gradient in a round, as it has
/// no data or sits out, steps along its tracker as it is.
///
/// That sum is all there is to it: what a hostile node says adds to it, and so does a message that is missed, by its
/// weight and the difference of two trackers. Neither is forgotten.
public struct TrackingExchange: Exchange {
    public static let name = "tracking"
    public static let summary = "Sends the model and a tracker of everyone's gradient, along which nodes step."
    public static let sendsModels = true
    public static let drift: String? = nil

    /// What the gradient of the round before is called in files.
    private static let tracked = "tracked"

    public init(_ parameters: ParameterValues) {}

    public static func channels(_ dimension: Int) -> [Channel] {
        [Channel("model", dimension), Channel("tracker", dimension)]
    }

    public func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport {
        let dimension = trainer.dimension
        precondition(vector.count == 2 * dimension, "a model and its tracker")
        var gradient = [Float](repeating: 0, count: dimension)
        var slope = gradient.mutableSpan
        let report = trainer.gradient(
            at: vector.span.extracting(0..<dimension), round: round, into: &slope, scratch: &scratch)
        if report.hasGradient {
            trainer.accumulate(&gradient, state: &state, in: round)
            track(gradient, in: &vector, &state)
        }
        let (model, tracker) = (Array(vector[..<dimension]), Array(vector[dimension...]))
        vector.replaceSubrange(..<dimension, with: trainer.stepped(model, along: tracker, in: round))
        return report
    }

    /// y ← y + g − g⁻. A tracker that has not begun is zero. Who has one of others', having entered with it, and knows
    /// of no gradient of its own before, takes this one for it.
    private func track(_ gradient: [Float], in vector: inout [Float], _ state: inout LocalState) {
        var tracker = vector.mutableSpan
        let start = gradient.count
        if let place = state.vectors.firstIndex(where: { $0.name == Self.tracked }) {
            let before = state.vectors[place].values
            for index in before.indices { tracker[start + index] += gradient[index] - before[index] }
            state.vectors[place].values = gradient
        } else {
            if gradient.indices.allSatisfy({ tracker[start + $0] == 0 }) {
                for index in gradient.indices { tracker[start + index] = gradient[index] }
            }
            state.vectors.append(NamedVector(Self.tracked, gradient))
        }
    }

    public func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float] { mixed }
}
