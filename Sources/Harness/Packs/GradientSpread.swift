// GradientSpread: how far the gradients of honest and of poisoned nodes are from the honest mean along a run, as
// GradientsMeasure has it, and the bounds that the features alone give for it.
import Kernels
import Learning
import Metrics
import Scenario

/// ξ and A of label poisoning (arXiv 2404.13647): the greatest distance of a regular node's gradient from the mean of
/// the regular ones, and that of a poisoned node's, over the measured rounds of a run, at the average honest model.
struct GradientSpread {
    private(set) var regular = 0.0
    private(set) var poisoned = 0.0
    /// 2√K times the greatest norm of a node's mean feature, over the regular nodes and over all (lemmas 1 and 2, for
    /// softmax regression; the bias is a feature that is always 1).
    let regularBound: Double
    let poisonedBound: Double

    /// Runs the experiment.
    ///
    /// - Returns: `nil` where it was stopped.
    init?(_ assembly: Assembly, shouldStop: () -> Bool) throws {
        let nodes = assembly.topology.nodes
        let honest = Set(assembly.honest)
        let norms = try nodes.map { Self.normOfMeanFeature(try assembly.shard(of: $0)) }
        let classes = Double(try assembly.testPart().classCount)
        func bound(_ isMeant: (NodeID) -> Bool) -> Double {
            2 * classes.squareRoot() * (zip(nodes, norms).filter { isMeant($0.0) }.map(\.1).max() ?? 0)
        }
        regularBound = bound(honest.contains)
        poisonedBound = bound { _ in true }

        var models: [Int: [NodeID: [Float]]] = [:]
        let end = assembly.experiment.training.rounds
        let (outcome, _) = try SimulatedRun(assembly, options: .init(threads: 1)).run { observation in
            guard case .snapshot(let node, let rounds, let model) = observation, honest.contains(node) else { return }
            models[rounds, default: [:]][node] = model
        } evaluated: { _ in
        } shouldStop: {
            shouldStop()
        }
        guard !outcome.wasStopped else { return nil }
        for (node, model) in outcome.finalModels where honest.contains(node) { models[end, default: [:]][node] = model }
        guard let measure = try GradientsMeasure(assembly, test: assembly.testPart()) else { return }
        var scratch = ObjectiveScratch()
        for all in models.values where all.count == honest.count {
            let average = Consensus(all.sorted { $0.key < $1.key }.map(\.value)).average
            let figures = measure.figures(at: average, scratch: &scratch)
            regular = max(regular, figures["regularDistance"] ?? 0)
            poisoned = max(poisoned, figures["poisonedDistance"] ?? 0)
        }
    }

    private static func normOfMeanFeature(_ shard: Batch) -> Double {
        let samples = shard.picked
        let width = samples.featureCount
        guard samples.count > 0 else { return 0 }
        var mean = [Double](repeating: 0, count: width)
        for row in 0..<samples.count {
            for i in 0..<width { mean[i] += Double(samples.features[row * width + i]) / Double(samples.count) }
        }
        return (1 + mean.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }
}
