// Stochastic gradient descent with momentum on a node's own shard.
import Kernels

/// K local steps a round: g ← clip(batch gradient) + λx, m ← βm + (1 − β)g, x ← P(x − η_t m).
///
/// Weight decay that is decoupled is not part of g; x ← (1 − η_t λ)x comes before the step instead. Clipping, other
/// forms of momentum and the projection P are as the settings have them; by default there is neither of the last two.
///
/// A batch is drawn from the stream of (node, round, local step), as `Sampling` says; a shard no larger than the batch
/// is used whole, each sample as often as it counts. Out of a larger one samples are drawn by their weights, and what
/// is drawn then counts once: the batch's gradient is still that of the shard in expectation. A node without data, or
/// one that does not take part in a round, keeps its model. Where gradients are private, batches are drawn as
/// `PrivateGradient` has it, and its gradient stands in place of that of the batch.
public struct LocalSGD: LocalModel {
    /// How to descend; the same for all nodes of an experiment.
    public struct Settings: Sendable {
        public var batchSize: Int
        public var localSteps: Int
        public var momentum: any Momentum
        /// λ.
        public var weightDecay: Double
        public var decays = WeightDecay.coupled
        /// C: a batch gradient of a greater norm is shortened to it; `nil` leaves all as they are.
        public var clip: Double?
        /// `nil`: gradients are what they are.
        public var privacy: PrivateGradient?
        public var projection: any Projection = NoProjection()
        public var stepSize: any StepSize
        /// Rounds over which the step size rises to its schedule: in round t of w it is (t + 1) / (w + 1) of it.
        public var warmUp = 0
        /// Chance that a node trains in a round.
        public var participation: Double
        public var sampling = Sampling.independent
        /// Whether all nodes start from one point.
        public var startsTogether: Bool
        /// Deviation of the normal distribution around 0 that every parameter is drawn from at the start; `nil`: as
        /// the model has it.
        public var startDeviation: Double?
        /// The point that all start from; `nil`: it is drawn.
        public var start: [Float]?

        public init(
            batchSize: Int, localSteps: Int = 1, momentum: any Momentum, weightDecay: Double,
            stepSize: any StepSize, participation: Double = 1, startsTogether: Bool = true, start: [Float]? = nil
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

        /// - Parameter momentum: β of the exponential average; 0 is plain descent.
        public init(
            batchSize: Int, localSteps: Int = 1, momentum: Double, weightDecay: Double, stepSize: any StepSize,
            participation: Double = 1, startsTogether: Bool = true
        ) {
            self.init(
                batchSize: batchSize, localSteps: localSteps, momentum: AverageMomentum(momentum),
                weightDecay: weightDecay, stepSize: stepSize, participation: participation,
                startsTogether: startsTogether)
        }

        /// λ in g, and λ beside it.
        fileprivate var decayOfGradient: Float { decays == .coupled ? Float(weightDecay) : 0 }
        fileprivate var decayOfModel: Double { decays == .decoupled ? weightDecay : 0 }
    }

    public let objective: any Objective
    /// All samples of the node.
    public let shard: Batch
    public let settings: Settings
    public let dimension: Int
    /// Of the shard.
    public let sampleWeight: Double
    /// Sums of the weights of the shard's samples up to each, itself among them; empty where each counts once.
    private let weightSums: [Double]
    private let seed: UInt64
    private let node: NodeID
    /// Of a node that poisons its data as the model changes.
    private let poison: (any BatchPoison)?
    /// What draws the first parameters.
    private let drawing: any Objective

    /// - Parameter drawing: an objective with the same parameters that draws the first ones, where this one is a part
    ///   of it, so that all nodes start alike; `nil` for the objective itself.
    public init(
        objective: any Objective, shard: Batch, settings: Settings, seed: UInt64, node: NodeID,
        poison: (any BatchPoison)? = nil, drawing: (any Objective)? = nil
    ) {
        self.objective = objective
        self.drawing = drawing ?? objective
        self.shard = shard
        self.settings = settings
        self.seed = seed
        self.node = node
        self.poison = poison
        dimension = objective.dimension
        sampleWeight = shard.weight
        var sum = 0.0
        let samples = shard.samples
        weightSums =
            samples.weights.isEmpty
            ? []
            : shard.rows.map { row in
                sum += Double(samples.weight(of: row))
                return sum
            }
        precondition(
            weightSums.isEmpty
                || settings.privacy == nil && (settings.sampling == .independent || settings.batchSize >= shard.count),
            "samples of different weights are drawn one by one, and are not private")
    }

    public func initialParameters() -> [Float] {
        var random = RandomStream(
            seed: seed, purpose: .initialisation, node: settings.startsTogether ? NodeID(0) : node)
        var parameters = settings.start ?? drawStart(&random)
        project(&parameters)
        return parameters
    }

    private func drawStart(_ random: inout RandomStream) -> [Float] {
        guard let deviation = settings.startDeviation else { return drawing.initialise(random: &random) }
        var parameters = [Float](repeating: 0, count: dimension)
        if deviation > 0 { random.fillGaussian(&parameters, mean: 0, standardDeviation: deviation) }
        return parameters
    }

    public func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport {
        guard !shard.rows.isEmpty, takesPart(in: round) else { return StepReport(loss: 0, samples: 0) }
        let momentum = settings.momentum.isPlain ? nil : state.place(of: LocalSGD.momentum, dimension: dimension)
        let stepSize = stepSize(in: round)
        var loss = 0.0
        var samples = 0
        for localStep in 0..<settings.localSteps {
            let batch = drawBatch(round: round, localStep: localStep, &scratch)
            loss +=
                lossAndGradient(at: parameters.span, on: batch, round, localStep, &scratch) * Double(batch.count)
            samples += batch.count
            scratch.rows = batch.rows
            descend(&parameters, &state, momentum, along: scratch.gradient.span, stepSize: stepSize)
        }
        return StepReport(loss: loss / Double(max(1, samples)), samples: samples, hasGradient: true)
    }

    public func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport {
        precondition(parameters.count == dimension && gradient.count == dimension, "vectors of one length")
        guard !shard.rows.isEmpty, takesPart(in: round) else {
            for i in gradient.indices { gradient[i] = 0 }
            return StepReport(loss: 0, samples: 0)
        }
        let batch = drawBatch(round: round, localStep: 0, &scratch)
        let loss = lossAndGradient(at: parameters, on: batch, round, 0, &scratch)
        scratch.rows = batch.rows
        let decay = settings.decayOfGradient
        let plain = scratch.gradient.span
        for i in gradient.indices { gradient[i] = plain[i] + decay * parameters[i] }
        return StepReport(loss: loss, samples: batch.count, hasGradient: true)
    }

    public func accumulate(_ gradient: inout [Float], state: inout LocalState, in round: Round) {
        guard !settings.momentum.isPlain else { return }
        let place = state.place(of: LocalSGD.momentum, dimension: dimension)
        let (keep, take) = settings.momentum.shares(stepSize: stepSize(in: round))
        var m = state.vectors[place].values.mutableSpan
        var g = gradient.mutableSpan
        precondition(m.count == g.count, "vectors of one length")
        for i in 0..<m.count {
            m[i] = keep * m[i] + take * g[i]
            g[i] = m[i]
        }
    }

    public func move(_ parameters: inout [Float], along direction: Span<Float>, in round: Round) {
        let stepSize = stepSize(in: round)
        var x = parameters.mutableSpan
        decay(&x, stepSize: stepSize)
        axpy(-Float(stepSize), direction, into: &x)
        settings.projection.project(&x)
    }

    public func project(_ parameters: inout [Float]) {
        var x = parameters.mutableSpan
        settings.projection.project(&x)
    }

    public func stepSize(in round: Round) -> Double {
        let scheduled = settings.stepSize.value(in: round)
        guard round.number < settings.warmUp else { return scheduled }
        return scheduled * (Double(round.number + 1) / Double(settings.warmUp + 1))
    }

    public func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] {
        guard !shard.rows.isEmpty else { return models.map { _ in 0 } }
        let batch = drawBatch(round: round, localStep: settings.localSteps - 1, &scratch)
        defer { scratch.rows = batch.rows }
        return models.map { objective.loss(at: $0.span, on: batch, scratch: &scratch.objective) }
    }

    /// The loss on the batch; the gradient, clipped, and noisy where it is private, is left in the scratch.
    func lossAndGradient(
        at parameters: Span<Float>, on batch: Batch, _ round: Round, _ localStep: Int,
        _ scratch: inout TrainingScratch
    ) -> Double {
        if scratch.gradient.count != dimension { scratch.gradient = [Float](repeating: 0, count: dimension) }
        // Taken out of the scratch, so that the objective may borrow the rest of it.
        var gradient: [Float] = []
        swap(&gradient, &scratch.gradient)
        defer { swap(&gradient, &scratch.gradient) }
        var batch = batch
        if let poison {
            batch = poison.poisoned(batch, at: parameters, of: objective, scratch: &scratch.objective)
        }
        var span = gradient.mutableSpan
        if let privacy = settings.privacy {
            let loss = objective.clippedGradientSum(
                at: parameters, on: batch, clip: privacy.clip, into: &span, scratch: &scratch.objective)
            privacy.finish(
                &span, expected: min(settings.batchSize, shard.count), seed: seed, node: node, round: round,
                localStep: localStep)
            return loss
        }
        let loss = objective.lossAndGradient(at: parameters, on: batch, gradient: &span, scratch: &scratch.objective)
        if let clip = settings.clip {
            let norm = squaredNorm(span.span).squareRoot()
            if norm > clip { scale(Float(clip / norm), &span) }
        }
        return loss
    }

    public func takesPart(in round: Round) -> Bool {
        Participation(chance: settings.participation, seed: seed).includes(node, in: round)
    }

    /// In the memory that the scratch has for rows; whoever draws gives it back.
    func drawBatch(round: Round, localStep: Int, _ scratch: inout TrainingScratch) -> Batch {
        guard settings.batchSize < shard.count else { return shard }
        var rows: [Int32] = []
        swap(&rows, &scratch.rows)
        rows.removeAll(keepingCapacity: true)
        if let privacy = settings.privacy {
            privacy.drawPlaces(
                batchSize: settings.batchSize, of: shard.count, step: round.number * settings.localSteps + localStep,
                seed: seed, node: node, round: round, localStep: localStep, into: &rows)
            for index in rows.indices { rows[index] = shard.rows[Int(rows[index])] }
            return Batch(shard.samples, rows: rows)
        }
        var random = RandomStream(seed: seed, purpose: .sampling, node: node, round: round, lane: localStep)
        switch settings.sampling {
        case .independent:
            for _ in 0..<settings.batchSize {
                rows.append(
                    shard.rows[
                        weightSums.isEmpty
                            ? random.below(shard.count) : place(of: random.uniform() * sampleWeight)])
            }
        case .window:
            let first = random.below(shard.count)
            for place in first..<first + settings.batchSize { rows.append(shard.rows[place % shard.count]) }
        }
        return Batch(shard.samples.unweighted, rows: rows)
    }

    /// The first sample of the shard up to which weights add up to more than this, by halving.
    private func place(of sum: Double) -> Int {
        var (low, high) = (0, weightSums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if weightSums[middle] > sum { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// What its momentum is called in files.
    private static let momentum = "momentum"

    /// x ← (1 − ηλ)x, where weight decay is decoupled.
    private func decay(_ x: inout MutableSpan<Float>, stepSize: Double) {
        let lambda = settings.decayOfModel
        if lambda > 0 { scale(Float(1 - stepSize * lambda), &x) }
    }

    /// - Parameter momentum: where in the state it is; `nil` for plain descent.
    private func descend(
        _ parameters: inout [Float], _ state: inout LocalState, _ momentum: Int?, along gradient: Span<Float>,
        stepSize: Double
    ) {
        let lambda = settings.decayOfGradient
        let eta = Float(stepSize)
        var x = parameters.mutableSpan
        decay(&x, stepSize: stepSize)
        if let momentum {
            let (keep, take) = settings.momentum.shares(stepSize: stepSize)
            var m = state.vectors[momentum].values.mutableSpan
            precondition(x.count == gradient.count && m.count == gradient.count, "vectors of one length")
            for i in 0..<gradient.count {
                m[i] = keep * m[i] + take * (gradient[i] + lambda * x[i])
                x[i] -= eta * m[i]
            }
        } else {
            precondition(x.count == gradient.count, "vectors of one length")
            for i in 0..<gradient.count { x[i] -= eta * (gradient[i] + lambda * x[i]) }
        }
        settings.projection.project(&x)
    }
}

/// How a batch is drawn from a shard.
public enum Sampling: String, Sendable, CaseIterable {
    /// Each sample by itself, as likely as its weight says and with replacement.
    case independent
    /// Samples that follow each other in the shard, which is taken for a ring, from one drawn uniformly on: none
    /// twice, and each as often as any other, so that weights have no place.
    case window
}

/// Where weight decay comes in.
public enum WeightDecay: String, Sendable, CaseIterable {
    /// Part of the gradient, and so of the momentum: what minimises loss + λ/2 |x|².
    case coupled
    /// Beside both (Loshchilov, Hutter 2019, arXiv 1711.05101).
    case decoupled
}
