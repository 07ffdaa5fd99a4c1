// Stochastic gradient descent with momentum on a node's own shard.
import Kernels

/// K local steps a round: g ← batch gradient + λx, m ← βm + (1 − β)g, x ← x − η_t m.
///
/// A batch is drawn uniformly with replacement from the stream of (node, round, local step); a shard no larger than the
/// batch is used whole. A node without data, or one that does not take part in a round, keeps its model.
public struct LocalSGD: LocalModel {
    /// How to descend; the same for all nodes of an experiment.
    public struct Settings: Sendable {
        public var batchSize: Int
        public var localSteps: Int
        /// β; 0 is plain descent.
        public var momentum: Double
        /// λ.
        public var weightDecay: Double
        public var stepSize: any StepSize
        /// Chance that a node trains in a round.
        public var participation: Double
        /// Whether all nodes start from one point.
        public var startsTogether: Bool
        /// The point that all start from; `nil`: it is drawn.
        public var start: [Float]?

        public init(
            batchSize: Int, localSteps: Int = 1, momentum: Double, weightDecay: Double, stepSize: any StepSize,
            participation: Double = 1, startsTogether: Bool = true, start: [Float]? = nil
        ) {
            self.batchSize = batchSize
            self.localSteps = localSteps
            self.momentum = momentum
            self.weightDecay = weightDecay
            self.stepSize = stepSize
            self.participation = participation
            self.startsTogether = startsTogether
            self.start = start
        }
    }

    public let objective: any Objective
    public let shard: Shard
    public let settings: Settings
    public let dimension: Int
    private let seed: UInt64
    private let node: NodeID

    public init(objective: any Objective, shard: Shard, settings: Settings, seed: UInt64, node: NodeID) {
        self.objective = objective
        self.shard = shard
        self.settings = settings
        self.seed = seed
        self.node = node
        dimension = objective.dimension(featureCount: shard.data.featureCount, classCount: shard.data.classCount)
    }

    /// Standard deviation of the first parameters.
    private static let initialDeviation = 0.01

    public func initialParameters() -> [Float] {
        if let start = settings.start { return start }
        var random = RandomStream(
            seed: seed, purpose: .initialisation, node: settings.startsTogether ? NodeID(0) : node)
        var parameters = [Float](repeating: 0, count: dimension)
        random.fillGaussian(&parameters, mean: 0, standardDeviation: LocalSGD.initialDeviation)
        return parameters
    }

    public func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport {
        guard !shard.samples.isEmpty, takesPart(in: round) else { return StepReport(loss: 0, samples: 0) }
        let momentum = settings.momentum > 0 ? state.place(of: LocalSGD.momentum, dimension: dimension) : nil
        let stepSize = Float(stepSize(in: round))
        var loss = 0.0
        var samples = 0
        for localStep in 0..<settings.localSteps {
            drawBatch(round: round, localStep: localStep, into: &scratch.batch)
            let batchLoss = lossAndGradient(at: parameters.span, &scratch)
            loss += batchLoss * Double(scratch.batch.count)
            samples += scratch.batch.count
            descend(&parameters, &state, momentum, along: scratch.gradient.span, stepSize: stepSize)
        }
        return StepReport(loss: loss / Double(samples), samples: samples)
    }

    public func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport {
        precondition(parameters.count == dimension && gradient.count == dimension, "vectors of one length")
        guard !shard.samples.isEmpty, takesPart(in: round) else {
            for i in gradient.indices { gradient[i] = 0 }
            return StepReport(loss: 0, samples: 0)
        }
        drawBatch(round: round, localStep: 0, into: &scratch.batch)
        let loss = lossAndGradient(at: parameters, &scratch)
        let decay = Float(settings.weightDecay)
        let plain = scratch.gradient.span
        for i in gradient.indices { gradient[i] = plain[i] + decay * parameters[i] }
        return StepReport(loss: loss, samples: scratch.batch.count)
    }

    public func accumulate(_ gradient: inout [Float], state: inout LocalState) {
        guard settings.momentum > 0 else { return }
        let place = state.place(of: LocalSGD.momentum, dimension: dimension)
        let beta = Float(settings.momentum)
        var m = state.vectors[place].values.mutableSpan
        var g = gradient.mutableSpan
        precondition(m.count == g.count, "vectors of one length")
        for i in 0..<m.count {
            m[i] = beta * m[i] + (1 - beta) * g[i]
            g[i] = m[i]
        }
    }

    public func stepSize(in round: Round) -> Double { settings.stepSize.value(in: round) }

    public func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] {
        guard !shard.samples.isEmpty else { return models.map { _ in 0 } }
        drawBatch(round: round, localStep: settings.localSteps - 1, into: &scratch.batch)
        let batch = scratch.batch
        return models.map {
            objective.loss(at: $0.span, shard: shard, samples: batch.span, scratch: &scratch.objective)
        }
    }

    /// The loss on the batch in `scratch`; the gradient is left there as well.
    private func lossAndGradient(at parameters: Span<Float>, _ scratch: inout TrainingScratch) -> Double {
        if scratch.gradient.count != dimension { scratch.gradient = [Float](repeating: 0, count: dimension) }
        // Taken out of the scratch, so that the objective may borrow the rest of it.
        var gradient: [Float] = []
        var batch: [Int32] = []
        swap(&gradient, &scratch.gradient)
        swap(&batch, &scratch.batch)
        defer {
            swap(&gradient, &scratch.gradient)
            swap(&batch, &scratch.batch)
        }
        var span = gradient.mutableSpan
        return objective.lossAndGradient(
            at: parameters, shard: shard, samples: batch.span, gradient: &span, scratch: &scratch.objective)
    }

    private func takesPart(in round: Round) -> Bool {
        Participation(chance: settings.participation, seed: seed).includes(node, in: round)
    }

    private func drawBatch(round: Round, localStep: Int, into batch: inout [Int32]) {
        batch.removeAll(keepingCapacity: true)
        if settings.batchSize >= shard.samples.count {
            batch.append(contentsOf: shard.samples)
        } else {
            var random = RandomStream(seed: seed, purpose: .sampling, node: node, round: round, lane: localStep)
            for _ in 0..<settings.batchSize { batch.append(shard.samples[random.below(shard.samples.count)]) }
        }
    }

    /// What its momentum is called in files.
    private static let momentum = "momentum"

    /// - Parameter momentum: where in the state it is; `nil` for plain descent.
    private func descend(
        _ parameters: inout [Float], _ state: inout LocalState, _ momentum: Int?, along gradient: Span<Float>,
        stepSize: Float
    ) {
        let decay = Float(settings.weightDecay)
        let beta = Float(settings.momentum)
        var x = parameters.mutableSpan
        if let momentum {
            var m = state.vectors[momentum].values.mutableSpan
            precondition(x.count == gradient.count && m.count == gradient.count, "vectors of one length")
            for i in 0..<gradient.count {
                m[i] = beta * m[i] + (1 - beta) * (gradient[i] + decay * x[i])
                x[i] -= stepSize * m[i]
            }
        } else {
            precondition(x.count == gradient.count, "vectors of one length")
            for i in 0..<gradient.count { x[i] -= stepSize * (gradient[i] + decay * x[i]) }
        }
    }
}
