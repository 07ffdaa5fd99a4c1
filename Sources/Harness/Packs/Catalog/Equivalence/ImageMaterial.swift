// What the calculations of this pack on images have in common: samples, the target model, and accuracies.
import Kernels
import Learning
import Registry

/// The images, and the model that the strategic user wants: labels shifted by one, learned from the whole training
/// part.
struct ImageMaterial {
    let training: Samples
    let test: Samples
    let shiftedTest: Samples
    /// θ†, in single precision, as nodes are told it.
    let target: [Double]
    let objective: any Objective

    /// - Parameters:
    ///   - experiment: whose data these are.
    ///   - ridge: ν of each of so many nodes.
    ///   - isCancelled: asked again and again; the target is then not learned to its end.
    init(_ experiment: PackExperiment, ridge: Double, isCancelled: () -> Bool) throws(ConfigurationFault) {
        let assembly = try experiment.assembly()
        var shards: [Samples] = []
        for node in assembly.topology.nodes { shards.append(try assembly.shard(of: node).picked) }
        try self.init(
            training: Samples(joining: shards), test: try assembly.testPart(), ridge: ridge,
            isCancelled: isCancelled)
    }

    init(
        training: Samples, test: Samples, ridge: Double, isCancelled: () -> Bool
    ) throws(ConfigurationFault) {
        self.training = training
        self.test = test
        shiftedTest = test.shifted
        objective = try SoftmaxRegression().makeObjective(for: test.shape)
        target = LocalLoss.softmax(SoftSamples(training.shifted), ridge: ridge).minimiser(isCancelled: isCancelled)
            .map { Double(Float($0)) }
    }

    var classCount: Int { test.classCount }

    /// How far a model is from the target, without what is the same for all classes: softmax does not see it, so that
    /// neither data nor the others pull at it.
    func distance(_ model: [Double]) -> Double { model.minus(target).centred(classCount: classCount).norm }

    /// Share of a model's right answers.
    func accuracy(_ model: [Double], on samples: Samples) -> Double {
        var scratch = ObjectiveScratch()
        let parameters = model.map { Float($0) }
        return objective.evaluate(parameters.span, on: samples, scratch: &scratch).accuracy ?? 0
    }

    /// With true labels.
    func accuracy(_ model: [Double]) -> Double { accuracy(model, on: test) }
    /// With shifted ones.
    func success(_ model: [Double]) -> Double { accuracy(model, on: shiftedTest) }
}

extension Samples {
    /// 0 → 1 → … → C − 1 → 0.
    var shifted: Samples { with(targets.relabelled(by: (0..<classCount).map { ($0 + 1) % classCount })) }

    /// Of classes, one part after the other.
    init(joining parts: [Samples]) {
        self.init(
            features: parts.flatMap(\.features),
            targets: .classes(parts.flatMap { $0.targets.labels ?? [] }, of: parts[0].classCount),
            axes: parts[0].axes,
            weights: parts.contains { !$0.weights.isEmpty }
                ? parts.flatMap { part in (0..<Int32(part.count)).map { part.weight(of: $0) } } : [])
    }
}
