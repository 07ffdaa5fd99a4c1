// Objective: the loss that a model minimises, and its gradients. An objective knows shapes and losses; it knows nothing
// of nodes, rounds or step sizes.
public import Kernels

/// A part of a model's parameters, as files call it.
public struct ParameterShape: Sendable, Equatable {
    public let name: String
    /// Elements along each axis, the last axis fastest.
    public let axes: [Int]

    public init(_ name: String, _ axes: [Int]) {
        self.name = name
        self.axes = axes
    }

    public var count: Int { axes.reduce(1, *) }
    /// `Int.max` where there are more than can be counted.
    var clampedCount: Int { axes.reduce(1) { $0.clampedTimes($1) } }
}

/// A differentiable loss over samples of one shape, with parameters in one flat vector of `dimension` elements. All
/// losses are means over the batch, in which a sample counts as often as its weight says; weight decay is not included.
public protocol Objective: Sendable {
    /// The parts of the vector, in their order.
    var parameters: [ParameterShape] { get }

    /// Floats that it keeps beside the vector.
    var heldFloats: Int { get }

    /// Floats of scratch memory for each sample that is evaluated at once.
    var activationsPerSample: Int { get }

    /// Parameters to begin with.
    func initialise(random: inout RandomStream) -> [Float]

    /// Whether it is the cross-entropy of softmax probabilities.
    var isCrossEntropy: Bool { get }

    /// What its lowest layers make of samples, where these have nothing to train: embeddings. Other samples stay.
    func embedded(_ samples: Samples) -> Samples
    /// The loss of embeddings, with the same parameters.
    var trainedPart: any Objective { get }
    /// Of embeddings of samples of this shape.
    func shapeOfEmbeddings(of shape: SampleShape) -> SampleShape

    func loss(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> Double

    /// The same loss to the bit, and its gradient, d elements overwritten.
    func lossAndGradient(
        at parameters: Span<Float>, on batch: Batch, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double

    /// Shows the loss of each sample of the batch and its gradient, d elements, in the batch's order.
    func sampleGradients(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch,
        _ body: (_ loss: Double, _ gradient: Span<Float>) -> Void
    )

    /// The loss of each sample of the batch, in its order: what `loss` says of it alone, but for rounding.
    func sampleLosses(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> [Double]

    /// The squared norm of the gradient of each sample of the batch, in its order.
    func squaredGradientNorms(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> [Double]

    /// The sum of the gradients of the batch's samples, each shortened to the norm `clip` where it is longer, d
    /// elements overwritten; one that is not finite counts as zero. 0 for an empty batch. Weights are left out: what is
    /// shortened counts once.
    ///
    /// - Returns: the mean loss; 0 for an empty batch.
    func clippedGradientSum(
        at parameters: Span<Float>, on batch: Batch, clip: Double, into sum: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double

    /// The gradient of each sample's own loss by its features, `batch.count` × p elements overwritten.
    func inputGradients(
        at parameters: Span<Float>, on batch: Batch, into gradients: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    )

    /// Adds loss, hits and the batch itself, which is small enough to be held at once, to `evaluation`.
    func evaluate(
        _ parameters: Span<Float>, on batch: Batch, into evaluation: inout Evaluation.Sum,
        scratch: inout ObjectiveScratch
    )
}

extension Objective {
    public var heldFloats: Int { 0 }
    public var isCrossEntropy: Bool { false }

    public func embedded(_ samples: Samples) -> Samples { samples }
    public var trainedPart: any Objective { self }
    public func shapeOfEmbeddings(of shape: SampleShape) -> SampleShape { shape }

    /// d, the elements of the vector; `Int.max` where there are more than can be counted.
    public var dimension: Int {
        parameters.reduce(0) { $0.clampedPlus($1.clampedCount) }
    }

    /// How many samples are evaluated at once.
    public var samplesOfChunk: Int {
        max(1, min(Evaluation.largestChunk, Evaluation.chunkFloats / max(1, activationsPerSample)))
    }

    /// One sample after the other.
    public func sampleGradients(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch,
        _ body: (_ loss: Double, _ gradient: Span<Float>) -> Void
    ) {
        var gradient = [Float](repeating: 0, count: dimension)
        var one = Batch(batch.samples, rows: [0])
        for row in batch.rows {
            one.rows[0] = row
            var span = gradient.mutableSpan
            let loss = lossAndGradient(at: parameters, on: one, gradient: &span, scratch: &scratch)
            body(loss, gradient.span)
        }
    }

    /// One sample after the other.
    public func sampleLosses(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> [Double] {
        var one = Batch(batch.samples, rows: [0])
        var losses: [Double] = []
        losses.reserveCapacity(batch.count)
        for row in batch.rows {
            one.rows[0] = row
            losses.append(loss(at: parameters, on: one, scratch: &scratch))
        }
        return losses
    }

    /// From the gradients themselves, one after the other.
    public func squaredGradientNorms(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> [Double] {
        var norms: [Double] = []
        norms.reserveCapacity(batch.count)
        sampleGradients(at: parameters, on: batch, scratch: &scratch) { norms.append(squaredNorm($1)) }
        return norms
    }

    /// Loss and accuracy over all samples, a chunk at a time.
    public func evaluate(
        _ parameters: Span<Float>, on samples: Samples, scratch: inout ObjectiveScratch
    ) -> Evaluation {
        var sum = Evaluation.Sum(counts: samples.classCount > 0)
        forEachChunk(of: Batch(samples)) { evaluate(parameters, on: $0, into: &sum, scratch: &scratch) }
        return Evaluation(sum)
    }

    /// Shows the batch in parts that are small enough to be held at once, in its order.
    func forEachChunk(of batch: Batch, _ body: (Batch) -> Void) {
        var chunk = Batch(batch.samples, rows: [])
        for start in stride(from: 0, to: batch.count, by: samplesOfChunk) {
            chunk.rows.removeAll(keepingCapacity: true)
            chunk.rows.append(contentsOf: batch.rows[start..<min(batch.count, start + samplesOfChunk)])
            body(chunk)
        }
    }
}

/// How good parameters are on some data.
public struct Evaluation: Sendable, Equatable {
    /// Over samples as often as they count.
    public let meanLoss: Double
    /// Samples whose label has the greatest score (the lowest such class on a tie); `nil` where there are no classes.
    public let correct: Int?
    public let count: Int

    /// Share of samples that are right; `nil` where there are no classes.
    public var accuracy: Double? { correct.map { count == 0 ? 0 : Double($0) / Double(count) } }

    /// What is evaluated at once has no more samples than this, and no more floats of scratch memory (16 MiB).
    static let largestChunk = 1_024
    static let chunkFloats = 4 << 20

    /// An evaluation in the making.
    public struct Sum: Sendable {
        public var loss = 0.0
        public var correct: Int?
        /// Samples, and the sum of their weights.
        public private(set) var count = 0
        public private(set) var weight = 0.0

        /// - Parameter counts: whether there are classes, so that samples are right or wrong.
        public init(counts: Bool) { correct = counts ? 0 : nil }

        /// Counts the samples of a batch whose losses and hits are added.
        public mutating func add(_ batch: Batch) {
            count += batch.count
            weight += batch.weight
        }
    }

    init(_ sum: Sum) {
        meanLoss = sum.count == 0 ? 0 : sum.loss / sum.weight
        correct = sum.correct
        count = sum.count
    }
}

/// Memory that objectives reuse; no value in it survives a call.
public struct ObjectiveScratch: Sendable {
    /// What each layer of a network gives.
    var outputs: [[Float]] = []
    /// Gradients by what a layer gives and by what it is given.
    var errors: [Float] = []
    var otherErrors: [Float] = []
    /// 0, 1, …
    var rows: [Int32] = []
    var layers = LayerScratch()

    public init() {}
}
