// Network: an objective made of layers, one after the other, and a loss on what the last one gives. The lowest layers
// may be held: they map samples, and are no part of what is trained.
public import Kernels

/// A composition of layers with a loss.
public struct Network: Objective {
    /// A layer, and what its parameters are called by; empty for none.
    struct Stage: Sendable {
        let name: String
        let layer: any Layer

        init(_ name: String, _ layer: any Layer) {
            self.name = name
            self.layer = layer
        }

        var parameters: [ParameterShape] {
            layer.parameters.map { ParameterShape(name.isEmpty ? $0.name : "\(name).\($0.name)", $0.axes) }
        }
    }

    let stages: [Stage]
    let loss: any LossFunction
    /// Where the parameters of each stage start, and where those of the last end; as many as can be counted.
    private let bounds: [Int]
    /// Stages whose parameters are `held`; the others are trained.
    private let heldStages: Int
    private let held: [Float]

    init(_ stages: [Stage], loss: any LossFunction) {
        self.init(stages, loss: loss, heldStages: 0, held: [])
    }

    private init(_ stages: [Stage], loss: any LossFunction, heldStages: Int, held: [Float]) {
        precondition(!stages.isEmpty && stages.last?.layer.outputCount == loss.scoreCount, "scores for the loss")
        precondition(
            zip(stages, stages.dropFirst()).allSatisfy { $0.layer.outputCount == $1.layer.inputCount },
            "layers fit each other")
        self.stages = stages
        self.loss = loss
        bounds = stages.reduce(into: [0]) { bounds, stage in
            bounds.append(stage.layer.parameters.reduce(bounds.last ?? 0) { $0.clampedPlus($1.clampedCount) })
        }
        self.heldStages = heldStages
        self.held = held
    }

    // MARK: - Parts

    /// Of what is trained.
    public var parameters: [ParameterShape] { stages[heldStages...].flatMap(\.parameters) }
    /// Of all layers, held or not.
    public var allParameters: [ParameterShape] { stages.flatMap(\.parameters) }
    /// The names of the layers that have parameters, lowest first.
    public var layerNames: [String] { stages.filter { !$0.parameters.isEmpty }.map(\.name) }

    public var activationsPerSample: Int {
        stages.reduce(0) { $0.clampedPlus($1.layer.outputCount) }
    }

    public var isCrossEntropy: Bool { loss is CrossEntropy }

    public var heldFloats: Int { stages.reduce(held.count) { $0 + $1.layer.heldFloats } }

    public func initialise(random: inout RandomStream) -> [Float] {
        // All are drawn, so that what is trained begins as it would if nothing were held.
        let all = stages.flatMap { $0.layer.initialise(random: &random) }
        return Array(all[(all.count - dimension)...])
    }

    /// Of the lowest `count` layers with parameters.
    public func parameters(ofLowest count: Int) -> [ParameterShape] {
        stages.filter { !$0.parameters.isEmpty }.prefix(count).flatMap(\.parameters)
    }

    /// The same network of which the lowest `count` layers with parameters are held at `parameters`, theirs in order.
    public func holding(_ count: Int, at parameters: [Float]) -> Network {
        let withParameters = stages.indices.filter { !stages[$0].parameters.isEmpty }
        precondition((0..<withParameters.count).contains(count), "a layer is left to train")
        let heldStages = withParameters[count]
        precondition(parameters.count == bounds[heldStages], "all parameters to hold")
        return Network(stages, loss: loss, heldStages: heldStages, held: parameters)
    }

    // MARK: - The layers below those that are trained

    /// The first stage with anything to train; those below are the same for all models.
    private var firstTrained: Int {
        stages.indices.dropFirst(heldStages).first { !trained($0).isEmpty } ?? heldStages
    }

    public var trainedPart: any Objective { Network(Array(stages[firstTrained...]), loss: loss) }

    public func shapeOfEmbeddings(of shape: SampleShape) -> SampleShape {
        firstTrained == 0
            ? shape : SampleShape(featureCount: stages[firstTrained].layer.inputCount, targets: shape.targets)
    }

    public func embedded(_ samples: Samples) -> Samples {
        let last = firstTrained - 1
        guard last >= 0 else { return samples }
        var scratch = ObjectiveScratch()
        let width = stages[last].layer.outputCount
        let nothing: [Float] = []
        var features: [Float] = []
        features.reserveCapacity(samples.count * width)
        for chunk in Batch(samples).chunks(of: samplesOfChunk) {
            forward(nothing.span, chunk, &scratch, below: firstTrained)
            features += scratch.outputs[last].prefix(chunk.count * width)
        }
        return Samples(features: features, targets: samples.targets, axes: [width], weights: samples.weights)
    }

    // MARK: - Losses

    public func loss(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> Double {
        forward(parameters, batch, &scratch)
        return losses(batch, share: nil, &scratch) / batch.weight
    }

    public func lossAndGradient(
        at parameters: Span<Float>, on batch: Batch, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        let weight = batch.weight
        forward(parameters, batch, &scratch)
        let loss = losses(batch, share: 1 / Float(weight), &scratch)
        backward(batch, parameters, into: &gradient, &scratch)
        return loss / weight
    }

    public func sampleLosses(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> [Double] {
        var losses: [Double] = []
        losses.reserveCapacity(batch.count)
        let width = loss.scoreCount
        var own = [Float](repeating: 0, count: width)
        forEachChunk(of: batch.unweighted) { chunk in
            forward(parameters, chunk, &scratch)
            let scores = taken(from: &scratch.outputs[stages.count - 1], atLeast: 0)
            let rows = chunk.rows.span
            for s in rows.indices {
                for c in 0..<width { own[c] = scores[s * width + c] }
                var span = own.mutableSpan
                losses.append(
                    loss.sum(&span, rows: rows.extracting(s..<s + 1), of: chunk.samples, share: nil))
            }
            scratch.outputs[stages.count - 1] = scores
        }
        return losses
    }

    public func squaredGradientNorms(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> [Double] {
        var norms: [Double] = []
        norms.reserveCapacity(batch.count)
        forEachChunk(of: batch.unweighted) { chunk in
            forward(parameters, chunk, &scratch)
            _ = losses(chunk, share: 1, &scratch)
            norms.append(contentsOf: squaredNorms(parameters, chunk, &scratch))
        }
        return norms
    }

    /// Without any gradient of a single sample, at the cost of one more pass back: their norms come of what layers are
    /// given and of the errors behind them, and then each sample's errors are shortened as its gradient would be.
    public func clippedGradientSum(
        at parameters: Span<Float>, on batch: Batch, clip: Double, into sum: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        guard batch.count > 0 else {
            for i in sum.indices { sum[i] = 0 }
            return 0
        }
        let batch = batch.unweighted
        forward(parameters, batch, &scratch)
        let loss = losses(batch, share: 1, &scratch)
        let width = self.loss.scoreCount
        var errors = Array(scratch.errors[..<(batch.count * width)])
        let norms = squaredNorms(parameters, batch, &scratch)
        for s in 0..<batch.count {
            let factor = clipFactor(squaredNorm: norms[s], clip: clip)
            for c in s * width..<(s + 1) * width { errors[c] = factor == 0 ? 0 : factor * errors[c] }
        }
        scratch.errors = errors
        backward(batch, parameters, into: &sum, &scratch)
        return loss / Double(batch.count)
    }

    public func inputGradients(
        at parameters: Span<Float>, on batch: Batch, into gradients: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) {
        let batch = batch.unweighted
        forward(parameters, batch, &scratch)
        _ = losses(batch, share: 1, &scratch)
        for index in stages.indices.reversed() { pass(index, batch, parameters, &scratch) }
        let errors = scratch.errors.span
        for i in 0..<batch.count * stages[0].layer.inputCount { gradients[i] = errors[i] }
    }

    public func evaluate(
        _ parameters: Span<Float>, on batch: Batch, into evaluation: inout Evaluation.Sum,
        scratch: inout ObjectiveScratch
    ) {
        forward(parameters, batch, &scratch)
        let scores = taken(from: &scratch.outputs[stages.count - 1], atLeast: 0)
        let hits = loss.hits(scores.span, rows: batch.rows.span, targets: batch.samples.targets)
        scratch.outputs[stages.count - 1] = scores
        evaluation.correct = hits.flatMap { hits in evaluation.correct.map { $0 + hits } }
        evaluation.loss += losses(batch, share: nil, &scratch)
        evaluation.add(batch)
    }
}

// MARK: - Passes

extension Network {
    /// Calls `body` with the parameters of a stage.
    private func withParameters(of index: Int, _ parameters: Span<Float>, _ body: (Span<Float>) -> Void) {
        if index < heldStages {
            body(held.span.extracting(bounds[index]..<bounds[index + 1]))
        } else {
            body(parameters.extracting(trained(index)))
        }
    }

    /// Where the parameters of a stage lie among those that are trained.
    private func trained(_ index: Int) -> Range<Int> {
        bounds[index] - bounds[heldStages]..<bounds[index + 1] - bounds[heldStages]
    }

    /// Calls `body` with what a stage is given: the data, or what the one before it made of them.
    private func withInput(
        of index: Int, _ batch: Batch, _ scratch: inout ObjectiveScratch,
        _ body: (_ input: Span<Float>, _ rows: Span<Int32>, _ scratch: inout ObjectiveScratch) -> Void
    ) {
        guard index > 0 else {
            body(batch.samples.features.span, batch.rows.span, &scratch)
            return
        }
        let output = taken(from: &scratch.outputs[index - 1], atLeast: 0)
        let rows = scratch.takeRows(batch.count)
        body(
            output.span.extracting(0..<batch.count * stages[index - 1].layer.outputCount),
            rows.span.extracting(0..<batch.count), &scratch)
        scratch.rows = rows
        scratch.outputs[index - 1] = output
    }

    /// Leaves what every stage makes of the batch in the scratch, or every stage below one.
    private func forward(
        _ parameters: Span<Float>, _ batch: Batch, _ scratch: inout ObjectiveScratch, below end: Int? = nil
    ) {
        while scratch.outputs.count < stages.count { scratch.outputs.append([]) }
        for (index, stage) in stages[..<(end ?? stages.count)].enumerated() {
            var output = taken(from: &scratch.outputs[index], atLeast: batch.count * stage.layer.outputCount)
            withInput(of: index, batch, &scratch) { input, rows, scratch in
                withParameters(of: index, parameters) { parameters in
                    var span = output.mutableSpan
                    stage.layer.forward(
                        input, rows: rows, parameters: parameters, into: &span, scratch: &scratch.layers)
                }
            }
            scratch.outputs[index] = output
        }
    }

    /// The sum of the losses; with a share, the gradient by the scores is left as the errors.
    private func losses(_ batch: Batch, share: Float?, _ scratch: inout ObjectiveScratch) -> Double {
        swap(&scratch.errors, &scratch.outputs[stages.count - 1])
        var span = scratch.errors.mutableSpan
        return loss.sum(&span, rows: batch.rows.span, of: batch.samples, share: share)
    }

    /// The gradient of all that is trained, from the errors behind the last stage.
    private func backward(
        _ batch: Batch, _ parameters: Span<Float>, into gradient: inout MutableSpan<Float>,
        _ scratch: inout ObjectiveScratch
    ) {
        for index in (heldStages..<stages.count).reversed() {
            backward(index, batch, into: &gradient, &scratch)
            if index > heldStages { pass(index, batch, parameters, &scratch) }
        }
    }

    /// The squared norm of each sample's gradient, from the errors behind the last stage, which are lost.
    private func squaredNorms(
        _ parameters: Span<Float>, _ batch: Batch, _ scratch: inout ObjectiveScratch
    ) -> [Double] {
        var norms = [Double](repeating: 0, count: batch.count)
        for index in (heldStages..<stages.count).reversed() {
            addSquaredNorms(of: index, batch, to: &norms, &scratch)
            if index > heldStages { pass(index, batch, parameters, &scratch) }
        }
        return norms
    }

    /// Adds the squared norm of each sample's gradient by one stage's parameters, from the errors.
    private func addSquaredNorms(
        of index: Int, _ batch: Batch, to norms: inout [Double], _ scratch: inout ObjectiveScratch
    ) {
        guard !trained(index).isEmpty else { return }
        let errors = taken(from: &scratch.errors, atLeast: 0)
        withInput(of: index, batch, &scratch) { input, rows, scratch in
            stages[index].layer.addSquaredNorms(
                input, rows: rows, errors: errors.span, to: &norms, scratch: &scratch.layers)
        }
        scratch.errors = errors
    }

    /// The gradient of one stage's parameters, from the errors.
    private func backward(
        _ index: Int, _ batch: Batch, into gradient: inout MutableSpan<Float>, _ scratch: inout ObjectiveScratch
    ) {
        let range = trained(index)
        guard !range.isEmpty else { return }
        let errors = taken(from: &scratch.errors, atLeast: 0)
        withInput(of: index, batch, &scratch) { input, rows, scratch in
            stages[index].layer.backward(
                input, rows: rows, errors: errors.span, into: &gradient, at: range.lowerBound, scratch: &scratch.layers)
        }
        scratch.errors = errors
    }

    /// Turns the errors after a stage into those before it. What the last stage gave has become errors already: it must
    /// be one that does not ask for it.
    private func pass(
        _ index: Int, _ batch: Batch, _ parameters: Span<Float>, _ scratch: inout ObjectiveScratch
    ) {
        let layer = stages[index].layer
        let errors = taken(from: &scratch.errors, atLeast: 0)
        let output = taken(from: &scratch.outputs[index], atLeast: 0)
        var before = taken(from: &scratch.otherErrors, atLeast: batch.count * layer.inputCount)
        withInput(of: index, batch, &scratch) { input, rows, scratch in
            withParameters(of: index, parameters) { parameters in
                var span = before.mutableSpan
                layer.inputErrors(
                    input, rows: rows, output: output.span, errors: errors.span, parameters: parameters, into: &span,
                    scratch: &scratch.layers)
            }
        }
        scratch.outputs[index] = output
        (scratch.errors, scratch.otherErrors) = (before, errors)
    }
}

extension ObjectiveScratch {
    /// 0, 1, … in memory that the caller gives back.
    fileprivate mutating func takeRows(_ count: Int) -> [Int32] {
        var rows: [Int32] = []
        swap(&rows, &self.rows)
        if rows.count < count { rows.append(contentsOf: Int32(rows.count)..<Int32(count)) }
        return rows
    }
}
