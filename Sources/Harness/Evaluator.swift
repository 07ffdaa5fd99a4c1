// Evaluator: measures models on the test part of the data, which nodes do not have.
import Kernels
import Learning
import Metrics
import Registry
import Scenario

/// The honest models of one moment, judged.
public struct Judgement: Sendable {
    public struct Node: Sendable, Equatable {
        public let node: NodeID
        /// On the test part.
        public let accuracy: Double
        /// From the coordinate-wise median of all.
        public let distance: Double
    }

    public let record: EvaluationRecord
    /// Ascending.
    public let nodes: [Node]
    /// The norm of the coordinate-wise median.
    public let scale: Double
    public let average: [Float]
    /// What is right by chance on the same test part.
    public let chance: Chance

    /// A node's distance as a share of the models' norm; `nil` where that is zero, or there is none.
    func relativeDistance(of node: Node) -> Double? {
        scale > 0 && scale.isFinite ? node.distance / scale : nil
    }
}

/// Judges models of the honest nodes of one experiment.
public struct Evaluator {
    private let assembly: Assembly
    private let test: Samples
    private let chance: Chance
    private var scratch = ObjectiveScratch()

    public init(_ assembly: Assembly) throws(ConfigurationFault) {
        self.assembly = assembly
        test = try assembly.testPart()
        var classes = [Int](repeating: 0, count: test.classCount)
        for label in test.targets.labels ?? [] { classes[Int(label)] += 1 }
        chance = Chance(classes: classes)
    }

    /// - Parameter models: of honest nodes after `rounds` rounds, ascending by node, at least one.
    public mutating func judge(_ models: [(node: NodeID, model: [Float])], rounds: Int) -> Judgement {
        let judged = models.map { assembly.objective.evaluate($0.model.span, on: test, scratch: &scratch) }
        let consensus = Consensus(models.map(\.model))
        let average = assembly.objective.evaluate(consensus.average.span, on: test, scratch: &scratch)
        let record = EvaluationRecord(
            rounds: rounds, nodes: models.count, accuracy: Spread(judged.map { $0.accuracy ?? 0 }),
            loss: Spread(judged.map(\.meanLoss)), averageModelAccuracy: average.accuracy ?? 0,
            averageModelLoss: average.meanLoss, distance: consensus.distance)
        let nodes = models.indices.map { index in
            Judgement.Node(
                node: models[index].node, accuracy: judged[index].accuracy ?? 0, distance: consensus.distances[index])
        }
        return Judgement(
            record: record, nodes: nodes, scale: consensus.scale, average: consensus.average, chance: chance)
    }
}

/// What can be said of the end of a run beyond its evaluations.
public struct LearningFigures: Sendable {
    /// |∇F(x̄)| of the honest training objective, weight decay included, at the average honest model: 0 where the
    /// honest nodes' common problem is solved.
    public let gradientNorm: Double
    /// Test loss minus training loss of the average honest model.
    public let generalizationGap: Double

    init(_ judgement: Judgement, of assembly: Assembly) throws(ConfigurationFault) {
        let average = judgement.average
        let honest = try assembly.honestData()
        guard !honest.rows.isEmpty else {
            (gradientNorm, generalizationGap) = (.nan, .nan)
            return
        }
        var scratch = ObjectiveScratch()
        var gradient = [Float](repeating: 0, count: average.count)
        var span = gradient.mutableSpan
        let trainLoss = assembly.objective.lossAndGradient(
            at: average.span, on: honest, gradient: &span, scratch: &scratch)
        axpy(Float(assembly.experiment.training.weightDecay), average.span, into: &span)
        gradientNorm = squaredNorm(gradient.span).squareRoot()
        generalizationGap = judgement.record.averageModelLoss - trainLoss
    }
}
