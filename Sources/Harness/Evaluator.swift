// Evaluator: measures models on the parts of the data which nodes do not have, and against the optimum where it is
// known.
import Kernels
import Learning
import Metrics
import Registry
public import Scenario

/// The honest models of one moment, judged.
public struct Judgement: Sendable {
    public struct Node: Sendable, Equatable {
        public let node: NodeID
        /// On the test part; `nil` where nothing is classified.
        public let accuracy: Double?
        /// On the test part.
        public let loss: Double
        /// From the coordinate-wise median of all.
        public let distance: Double
        /// `nil` where the optimum is not known.
        public var gap: PointGap?

        /// By the task's measure.
        public var score: Double { accuracy ?? loss }
    }

    public let record: EvaluationRecord
    /// Ascending.
    public let nodes: [Node]
    /// The norm of the coordinate-wise median.
    public let scale: Double
    public let average: [Float]
    /// What is to be cleared on the same test part.
    public let bar: Bar
    /// Of the optimum that the record compares with.
    public var certificate: Certificate?
    /// In the test part.
    public var testSamples = 0

    /// A node's distance as a share of the models' norm; `nil` where that is zero, or there is none.
    func relativeDistance(of node: Node) -> Double? {
        scale > 0 && scale.isFinite ? node.distance / scale : nil
    }
}

/// How far one model is from the optimum.
public struct PointGap: Sendable, Equatable {
    public let excessLoss: Double
    public let distance: Double
}

/// Judges models of the honest nodes of one experiment.
public struct Evaluator {
    private let assembly: Assembly
    private let test: Samples
    private let validation: Samples?
    private let yardstick: Yardstick?
    private let bar: Bar
    private var measures: [any MomentMeasure]
    private var scratch = ObjectiveScratch()

    /// - Parameter directory: of the run, where the optimum is kept once it is found.
    public init(_ assembly: Assembly, in directory: RunDirectory? = nil) throws(ConfigurationFault) {
        self.assembly = assembly
        test = try assembly.testPart()
        validation = try assembly.validationPart()
        yardstick = try Yardstick(assembly, in: directory)
        bar = try Bar(on: test, of: assembly, yardstick)
        measures = try MeasureCatalog.ofMoments(assembly, test: test)
    }

    /// - Parameters:
    ///   - models: of honest nodes after `rounds` rounds, ascending by node, at least one.
    ///   - told: what the nodes told of their rounds since the moment before.
    public mutating func judge(
        _ models: [(node: NodeID, model: [Float])], rounds: Int, told: MomentReports = MomentReports()
    ) -> Judgement {
        let consensus = Consensus(models.map(\.model))
        // The average comes last.
        let all = models.map(\.model) + [consensus.average]
        let onTest = evaluations(of: all, on: test)
        let onValidation = validation.map { evaluations(of: all, on: $0) }
        let gaps = yardstick.map { yardstick in all.mapConcurrently(with: {}) { model, _ in yardstick.gap(of: model) } }
        let moment = Moment(
            rounds: rounds, models: models, average: consensus.average,
            accuracies: onTest.dropLast().map(\.accuracy), losses: onTest.dropLast().map(\.comparableLoss),
            records: told.records, mixes: told.mixes, ownModels: told.ownModels)
        var figures = Figures()
        for index in measures.indices { figures.add(measures[index].figures(of: moment, scratch: &scratch)) }
        let record = EvaluationRecord(
            rounds: rounds, nodes: models.count, test: Scores(onTest), validation: onValidation.map { Scores($0) },
            optimum: gaps.map { OptimumGap($0) }, distance: consensus.distance, figures: figures)
        let nodes = models.indices.map { index in
            Judgement.Node(
                node: models[index].node, accuracy: onTest[index].accuracy, loss: onTest[index].comparableLoss,
                distance: consensus.distances[index], gap: gaps?[index])
        }
        return Judgement(
            record: record, nodes: nodes, scale: consensus.scale, average: consensus.average, bar: bar,
            certificate: yardstick?.certificate, testSamples: test.count)
    }

    private func evaluations(of models: [[Float]], on part: Samples) -> [Evaluation] {
        let objective = assembly.objective
        // What takes less time than handing it over is not handed over.
        let worth = Self.leastFloats / max(1, part.count * objective.activationsPerSample + objective.dimension)
        return models.mapConcurrently(least: worth, with: { ObjectiveScratch() }) { model, scratch in
            objective.evaluate(model.span, on: part, scratch: &scratch)
        }
    }

    /// Parameters and activations of a portion of models.
    private static let leastFloats = 1 << 17
}

extension Bar {
    /// Chance where models classify; otherwise the loss of the first model.
    fileprivate init(
        on test: Samples, of assembly: Assembly, _ yardstick: Yardstick?
    ) throws(ConfigurationFault) {
        guard let chance = Chance(on: test, of: assembly) else {
            let first = try assembly.node(assembly.honest[0]).trainer.initialParameters()
            var scratch = ObjectiveScratch()
            func loss(of model: [Float]) -> Double {
                assembly.objective.evaluate(model.span, on: test, scratch: &scratch).comparableLoss
            }
            self = .start(
                loss(of: first), excess: yardstick?.gap(of: first).excessLoss ?? .infinity,
                optimum: yardstick.map { loss(of: $0.point) } ?? -.infinity)
            return
        }
        self = .chance(chance)
    }
}

extension Assembly {
    /// The accuracy of guessing on the test part; `nil` where models do not classify, or the data are not there.
    public var accuracyOfGuessing: Double? {
        guard let test = try? testPart() else { return nil }
        return Chance(on: test, of: self)?.share
    }
}

extension Chance {
    /// Of an experiment's test part; `nil` where its models do not classify.
    init?(on test: Samples, of assembly: Assembly) {
        guard assembly.objective.classifies(test) else { return nil }
        var classes = [Int](repeating: 0, count: test.classCount)
        for label in test.targets.labels ?? [] { classes[Int(label)] += 1 }
        self.init(classes: classes)
    }
}

extension Objective {
    /// Whether it says of samples like these which class they are of.
    fileprivate func classifies(_ samples: Samples) -> Bool {
        var sum = Evaluation.Sum(counts: samples.classCount > 0)
        var scratch = ObjectiveScratch()
        let parameters = [Float](repeating: 0, count: dimension)
        evaluate(parameters.span, on: Batch(samples, rows: samples.count > 0 ? [0] : []), into: &sum, scratch: &scratch)
        return sum.correct != nil
    }
}

extension Evaluation {
    /// What is no number is the worst of all.
    fileprivate var comparableLoss: Double { meanLoss.isNaN ? .infinity : meanLoss }
}

extension Scores {
    /// - Parameter evaluations: of the nodes' own models, and then of the average.
    fileprivate init(_ evaluations: [Evaluation]) {
        let accuracies = evaluations.compactMap(\.accuracy)
        self.init(
            accuracy: accuracies.count == evaluations.count ? Spread(averageLast: accuracies) : nil,
            loss: Spread(averageLast: evaluations.map(\.comparableLoss)))
    }
}

extension OptimumGap {
    fileprivate init(_ gaps: [PointGap]) {
        self.init(
            excessLoss: Spread(averageLast: gaps.map(\.excessLoss)),
            distance: Spread(averageLast: gaps.map(\.distance)))
    }
}

extension Spread {
    fileprivate init(averageLast values: [Double]) {
        self.init(Array(values.dropLast()), averageModel: values[values.count - 1])
    }
}

/// What can be said of the end of a run beyond its evaluations.
public struct LearningFigures: Sendable {
    /// |∇F(x̄)| of the honest training problem, weight decay included, at the average honest model: 0 where it is
    /// solved. In F all honest nodes that have data count the same.
    public let gradientNorm: Double
    /// Test loss minus the mean of the honest nodes' training losses, of the average honest model.
    public let generalizationGap: Double

    init(_ judgement: Judgement, of assembly: Assembly) throws(ConfigurationFault) {
        let average = judgement.average
        var scratch = ObjectiveScratch()
        var part = [Float](repeating: 0, count: average.count)
        var gradient = [Double](repeating: 0, count: average.count)
        var trainLoss = 0.0
        let holders = assembly.honest.filter { !assembly.parts[$0.index].isEmpty }
        for node in holders {
            let shard = try assembly.shard(of: node)
            for chunk in shard.chunks(of: assembly.objective.samplesOfChunk) {
                var span = part.mutableSpan
                let loss = assembly.objective.lossAndGradient(
                    at: average.span, on: chunk, gradient: &span, scratch: &scratch)
                let weight = chunk.weight / shard.weight
                trainLoss += weight * loss
                for i in gradient.indices { gradient[i] += weight * Double(part[i]) }
            }
        }
        guard !holders.isEmpty else {
            (gradientNorm, generalizationGap) = (.nan, .nan)
            return
        }
        let (share, decay) = (1 / Double(holders.count), assembly.experiment.training.weightDecay)
        let square = gradient.indices.reduce(0.0) { sum, i in
            let slope = share * gradient[i] + decay * Double(average[i])
            return sum + slope * slope
        }
        gradientNorm = square.squareRoot()
        generalizationGap = judgement.record.test.loss.averageModel - share * trainLoss
    }
}
