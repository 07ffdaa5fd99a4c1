// The one holder of the test part. Nodes hand out models; only here are they judged.
import Kernels
import Learning
import Metrics
import Scenario

/// Judges models of the honest nodes of one experiment.
public struct Evaluator {
    private let assembly: Assembly
    private let test: LabelledData
    private var scratch = ObjectiveScratch()

    public init(_ assembly: Assembly) throws(ConfigurationFault) {
        self.assembly = assembly
        test = try assembly.testPart()
    }

    /// - Parameter models: of honest nodes after `rounds` rounds, ascending by node, at least one.
    public mutating func evaluate(_ models: [(node: NodeID, model: [Float])], rounds: Int) -> EvaluationRecord {
        let judged = models.map { assembly.objective.evaluate($0.model.span, on: test, scratch: &scratch) }
        let consensus = Consensus(models.map(\.model))
        let average = assembly.objective.evaluate(consensus.average.span, on: test, scratch: &scratch)
        return EvaluationRecord(
            rounds: rounds, nodes: models.count, accuracy: Spread(judged.map(\.accuracy)),
            loss: Spread(judged.map(\.meanLoss)), averageModelAccuracy: average.accuracy,
            averageModelLoss: average.meanLoss, consensusDistance: consensus.rootMeanSquare,
            relativeConsensusDistance: consensus.relative)
    }

    /// Test accuracy of one model.
    public mutating func accuracy(of model: [Float]) -> Double {
        assembly.objective.evaluate(model.span, on: test, scratch: &scratch).accuracy
    }

    /// What can be said of the end of a run beyond its evaluations.
    public struct Learning: Sendable {
        /// |∇F(x̄)| of the honest training objective, weight decay included, at the average honest model: 0 where the
        /// honest nodes' common problem is solved.
        public let gradientNorm: Double
        /// Test loss minus training loss of the average honest model.
        public let generalizationGap: Double
    }

    public mutating func learning(of models: [[Float]]) throws(ConfigurationFault) -> Learning {
        let average = Consensus(models).average
        let honest = try assembly.honestData()
        guard !honest.samples.isEmpty else {
            return Learning(gradientNorm: .nan, generalizationGap: .nan)
        }
        var gradient = [Float](repeating: 0, count: average.count)
        var span = gradient.mutableSpan
        let trainLoss = assembly.objective.lossAndGradient(
            at: average.span, shard: honest, samples: honest.samples.span, gradient: &span,
            scratch: &scratch)
        axpy(Float(assembly.experiment.training.weightDecay), average.span, into: &span)
        let testLoss = assembly.objective.evaluate(average.span, on: test, scratch: &scratch).meanLoss
        return Learning(
            gradientNorm: squaredNorm(gradient.span).squareRoot(), generalizationGap: testLoss - trainLoss)
    }
}
