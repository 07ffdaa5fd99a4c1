// What the suites of the measures share: moments and runs made up, and measured by one measure alone.
import Core
import Kernels
import Learning
import Metrics
import Scenario

@testable import Harness

/// The honest nodes' models, as one measure sees them.
func moment(
    _ models: [(node: NodeID, model: [Float])], of assembly: Assembly, rounds: Int = 10,
    records: [NodeID: NodeRecord] = [:], mixes: [NodeID: MixSample] = [:], ownModels: [NodeID: [Float]] = [:]
) throws -> Moment {
    let test = try assembly.testPart()
    var scratch = ObjectiveScratch()
    let evaluations = models.map { assembly.objective.evaluate($0.model.span, on: test, scratch: &scratch) }
    return Moment(
        rounds: rounds, models: models, average: Consensus(models.map(\.model)).average,
        accuracies: evaluations.map(\.accuracy), losses: evaluations.map(\.meanLoss), records: records, mixes: mixes,
        ownModels: ownModels)
}

/// The honest nodes after 3, 6, 9 … steps of training.
func unlikeModels(of assembly: Assembly) throws -> [(node: NodeID, model: [Float])] {
    try assembly.honest.enumerated().map { ($1, try trainedModel(3 + 3 * $0, of: assembly)) }
}

/// Honest nodes that were never trained, and guess each in its own way.
func drawnModels(of assembly: Assembly) -> [(node: NodeID, model: [Float])] {
    assembly.honest.map { node in
        var random = RandomStream(seed: 1, purpose: .attack, node: node, round: Round(0))
        return (node, (0..<assembly.dimension).map { _ in Float(random.uniform() - 0.5) })
    }
}

extension MomentMeasure {
    /// What it says of a moment, asked for or not.
    static func figures(of moment: Moment, in assembly: Assembly) throws -> Figures {
        guard var measure = try Self(assembly, test: assembly.testPart()) else { return Figures() }
        var scratch = ObjectiveScratch()
        return measure.figures(of: moment, scratch: &scratch)
    }
}

/// A run of which these moments are known, and what else there is.
func measuredRun(
    _ assembly: Assembly, moments: [(rounds: Int, figures: Figures)] = [], final: EvaluationRecord = evaluation(20),
    models: [(node: NodeID, model: [Float])] = [], references: [ReferenceRun] = []
) -> MeasuredRun {
    MeasuredRun(
        assembly: assembly, moments: moments, final: final, models: models, ownModels: [:], screening: Screening([]),
        references: references)
}

/// Figures of these names and values.
func figures(_ values: [(String, Double?)]) -> Figures {
    values.reduce(into: Figures()) { $0.add($1.0, $1.1) }
}

/// Whether two are the same but for rounding.
func isNear(_ a: Double?, _ b: Double?, within share: Double = 1e-5) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= share * max(1e-9, abs(a), abs(b))
}
