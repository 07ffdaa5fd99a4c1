// Losses and gradients against finite differences and a slow twin, over every objective of the catalogue.
import Kernels
import Registry
import TestSupport
import Testing

@testable import Learning

@Suite("Every objective")
struct ObjectiveTests {
    static func data(features: Int, classes: Int, count: Int, seed: UInt64 = 1) -> Samples {
        var random = RandomStream(seed: seed, purpose: .data)
        var values = [Float](repeating: 0, count: features * count)
        random.fillGaussian(&values, mean: 0, standardDeviation: 1)
        let labels = (0..<count).map { _ in Int32(random.below(classes)) }
        return Samples(features: values, labels: labels, featureCount: features, classCount: classes)
    }

    static let shapes = [(1, 2, 1), (3, 2, 5), (7, 3, 4), (8, 5, 9), (17, 6, 32), (40, 11, 13), (64, 10, 40)]

    @Test("keeps the laws", arguments: ObjectiveLaws.all, CatalogObjective.all)
    func keeps(law: Law<CatalogObjective>, objective: CatalogObjective) throws {
        let violations = try law.violations(of: objective)
        #expect(violations == [])
    }

    @Test("that is made to break a law is found out", arguments: ObjectiveLaws.all)
    func breaks(law: Law<CatalogObjective>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    @Test("softmax agrees with its definition", arguments: shapes)
    func definition(features: Int, classes: Int, batch: Int) {
        let data = Self.data(features: features, classes: classes, count: batch, seed: 5)
        let point = (0..<(features + 1) * classes).map { Float($0 % 7) * 0.1 - 0.3 }
        var loss = 0.0
        var correct = 0
        for sample in 0..<batch {
            var scores: [Double] = []
            for c in 0..<classes {
                var score = Double(point[classes * features + c])
                for j in 0..<features {
                    let weight = Double(point[c * features + j])
                    score += weight * Double(data.features[sample * features + j])
                }
                scores.append(score)
            }
            let label = Int(data.labels[sample])
            let greatest = scores.max() ?? 0
            let total = scores.reduce(0) { $0 + Elementary.exp($1 - greatest) }
            loss += Elementary.log(total) - (scores[label] - greatest)
            if scores.firstIndex(of: greatest) == label { correct += 1 }
        }
        var scratch = ObjectiveScratch()
        let evaluation = softmax(on: data).evaluate(point.span, on: data, scratch: &scratch)
        #expect(abs(evaluation.meanLoss - loss / Double(batch)) < 1e-5)
        #expect(evaluation.correct == correct)
    }

    @Test("soft labels that are certain are labels, and others are the mixture of their losses and gradients")
    func softLabels() {
        let data = Self.data(features: 4, classes: 3, count: 6)
        let shares: [Float] = [0.25, 0.5, 0.25]
        let point = (0..<15).map { Float($0 % 5) * 0.2 - 0.3 }
        var scratch = ObjectiveScratch()
        func lossAndGradient(_ targets: Targets) -> (loss: Double, gradient: [Float]) {
            let batch = Batch(data.with(targets))
            var gradient = [Float](repeating: 0, count: 15)
            var span = gradient.mutableSpan
            let loss = softmax(on: batch.samples).lossAndGradient(
                at: point.span, on: batch, gradient: &span, scratch: &scratch)
            return (loss, gradient)
        }
        let certain = data.labels.flatMap { label in (0..<3).map { other -> Float in Int32(other) == label ? 1 : 0 } }
        let sharp = lossAndGradient(.distributions(certain, of: 3))
        #expect(sharp.gradient == lossAndGradient(data.targets).gradient)
        #expect(sharp.loss == lossAndGradient(data.targets).loss)
        let soft = lossAndGradient(.distributions((0..<6).flatMap { _ in shares }, of: 3))
        let single = (0..<3).map { lossAndGradient(.classes([Int32](repeating: $0, count: 6), of: 3)) }
        #expect(abs(soft.loss - zip(shares, single).reduce(0) { $0 + Double($1.0) * $1.1.loss }) < 1e-6)
        for index in soft.gradient.indices {
            let mixture = zip(shares, single).reduce(Float(0)) { $0 + $1.0 * $1.1.gradient[index] }
            #expect(abs(soft.gradient[index] - mixture) < 1e-6)
        }
    }
}

/// A model of the catalogue, by name in test listings.
struct CatalogObjective: CustomTestStringConvertible, Sendable {
    let type: any ModelArchitecture.Type
    var given: [(name: String, value: ParameterValue)] = []
    var testDescription: String {
        ([type.name] + given.map { "\($0.name) \($0.value)" }).joined(separator: ", ")
    }

    /// With the defaults, and with all other choices.
    static let all =
        ModelCatalog.all.entries.map { CatalogObjective(type: $0) } + [
            CatalogObjective(type: SupportVectorMachine.self, given: [("hinge", .text("westonWatkins"))]),
            CatalogObjective(type: SupportVectorMachine.self, given: [("hinge", .text("squaredOneVersusRest"))]),
            CatalogObjective(
                type: Perceptron.self, given: [("hidden", .numbers([7, 20])), ("activation", .text("tanh"))]),
            CatalogObjective(type: Perceptron.self, given: [("hidden", .numbers([]))]),
            CatalogObjective(
                type: ConvolutionalNet.self,
                given: [
                    ("channels", .numbers([3])), ("hidden", .numbers([])), ("kernel", .number(3)),
                    ("padding", .number(2)),
                ]),
            CatalogObjective(type: LastLayer.self, given: [("map", .text("fourier")), ("count", .number(20))]),
            CatalogObjective(type: LinearLoss.self, given: [("delta", .number(0.5)), ("constant", .number(3))]),
        ]

    func objective(for shape: SampleShape) throws -> any Objective {
        try type.init(ParameterValues(given, declared: type.parameters, key: "model")).makeObjective(for: shape)
    }
}

enum ObjectiveLaws {
    static let all = [
        gradient, lossAlone, sampleLosses, sampleGradients, sampleNorms, clippedGradients, inputGradients, evaluation,
        weights,
    ]

    /// Data of all kinds: classes, images, two classes, real values.
    private static let data: [Samples] =
        ObjectiveTests.shapes.map { features, classes, count in
            ObjectiveTests.data(features: features, classes: classes, count: count)
        } + [
            images([16, 17], classes: 3, count: 2), images([2, 19, 16], classes: 4, count: 3),
            ObjectiveTests.data(features: 9, classes: 2, count: 21),
            ObjectiveTests.data(features: 6, classes: 2, count: 19).with(.values(seededValues(19, seed: 3))),
        ]

    private static func images(_ axes: [Int], classes: Int, count: Int) -> Samples {
        let flat = ObjectiveTests.data(features: axes.reduce(1, *), classes: classes, count: count)
        return Samples(features: flat.features, targets: flat.targets, axes: axes)
    }

    /// An objective at a random point on data.
    private struct Place {
        let objective: any Objective
        var batch: Batch
        var point: [Float]

        /// `nil` where the model is not for such data.
        init?(_ subject: CatalogObjective, _ samples: Samples) {
            guard let objective = try? subject.objective(for: samples.shape) else { return nil }
            self.objective = objective
            batch = Batch(samples)
            var random = RandomStream(seed: 2, purpose: .initialisation)
            point = [Float](repeating: 0, count: objective.dimension)
            random.fillGaussian(&point, mean: 0, standardDeviation: 0.3)
            // Deep networks at their own scale, or nothing is left of small differences.
            if objective.parameters.count > 2 { point = objective.initialise(random: &random) }
        }

        func lossAndGradient() -> (loss: Double, gradient: [Float]) {
            var scratch = ObjectiveScratch()
            var gradient = [Float](repeating: .nan, count: point.count)
            var span = gradient.mutableSpan
            let loss = objective.lossAndGradient(at: point.span, on: batch, gradient: &span, scratch: &scratch)
            return (loss, gradient)
        }

        func loss() -> Double { loss(on: batch) }

        func loss(on batch: Batch) -> Double {
            var scratch = ObjectiveScratch()
            return objective.loss(at: point.span, on: batch, scratch: &scratch)
        }

        func evaluation() -> Evaluation {
            var scratch = ObjectiveScratch()
            return objective.evaluate(point.span, on: batch.samples, scratch: &scratch)
        }

        /// Compares slopes with differences of a loss, which `loss` tells at an offset from a place. Slopes ahead and
        /// behind differ in proportion to the distance where a loss is curved, and otherwise where it has a bend: there
        /// nothing is compared, nor where rounding hides the slope; a quarter of the places are left at least.
        func compare(
            _ slopes: [Float], _ verdict: inout Verdict, _ loss: (_ place: Int, _ offset: Float) -> Double
        ) {
            var (compared, tried) = (0, 0)
            for place in stride(from: 0, to: slopes.count, by: max(1, slopes.count / 23)) {
                let here = loss(place, 0)
                func slopesAround(_ step: Float) -> (ahead: Double, behind: Double) {
                    ((loss(place, step) - here) / Double(step), (here - loss(place, -step)) / Double(step))
                }
                let (far, near) = (slopesAround(0.004), slopesAround(0.002))
                let slope = (near.ahead + near.behind) / 2
                let tolerance = 2e-3 * max(1, abs(slope))
                tried += 1
                guard abs((near.ahead - near.behind) - (far.ahead - far.behind) / 2) < tolerance / 4 else { continue }
                compared += 1
                verdict.expect(
                    abs(slope - Double(slopes[place])) < tolerance, "element \(place): \(slopes[place]), slope \(slope)"
                )
            }
            verdict.expect(4 * compared > tried, "\(compared) of \(tried) elements could be compared")
        }
    }

    private static func law(
        _ description: String, brokenBy planted: any ModelArchitecture.Type,
        _ judge: @escaping @Sendable (inout Place, inout Verdict) -> Void
    ) -> Law<CatalogObjective> {
        Law(description, brokenBy: CatalogObjective(type: planted)) { subject, verdict in
            var places = 0
            for samples in data {
                guard var place = Place(subject, samples) else { continue }
                judge(&place, &verdict)
                places += 1
            }
            verdict.expect(places > 0, "no data are for it")
        }
    }

    static let gradient = law("its gradient is that of the loss", brokenBy: Steep.self) { place, verdict in
        let gradient = place.lossAndGradient().gradient
        let start = place
        place.compare(gradient, &verdict) { index, offset in
            var moved = start
            moved.point[index] += offset
            return moved.evaluation().meanLoss
        }
    }

    static let lossAlone = law("its loss alone has the bits of that with the gradient", brokenBy: TwoLosses.self) {
        place, verdict in
        let (with, alone) = (place.lossAndGradient().loss, place.loss())
        verdict.expect(with == alone, "\(with) with the gradient, \(alone) without")
    }

    static let sampleLosses = law("the losses of its samples are those of each alone", brokenBy: Rounding.self) {
        place, verdict in
        var scratch = ObjectiveScratch()
        let losses = place.objective.sampleLosses(at: place.point.span, on: place.batch, scratch: &scratch)
        let alone = place.batch.rows.map { place.loss(on: Batch(place.batch.samples, rows: [$0])) }
        verdict.expect(
            losses.count == alone.count && zip(losses, alone).allSatisfy { abs($0 - $1) < 1e-5 * max(1, $1) },
            "\(losses), alone \(alone)")
    }

    static let sampleNorms = law("the norms of its samples' gradients are those of each", brokenBy: Blunt.self) {
        place, verdict in
        var scratch = ObjectiveScratch()
        let norms = place.objective.squaredGradientNorms(at: place.point.span, on: place.batch, scratch: &scratch)
        var alone: [Double] = []
        place.objective.sampleGradients(at: place.point.span, on: place.batch, scratch: &scratch) {
            alone.append(squaredNorm($1))
        }
        verdict.expect(
            norms.count == alone.count && zip(norms, alone).allSatisfy { abs($0 - $1) < 1e-4 * max(1, $1) },
            "\(norms), alone \(alone)")
    }

    static let sampleGradients = law(
        "the gradients of its samples have the mean that is its gradient", brokenBy: Forgetful.self
    ) { place, verdict in
        let (loss, gradient) = place.lossAndGradient()
        var (losses, sum, count) = (0.0, [Double](repeating: 0, count: gradient.count), 0)
        var scratch = ObjectiveScratch()
        place.objective.sampleGradients(at: place.point.span, on: place.batch, scratch: &scratch) { one, span in
            losses += one
            for index in span.indices { sum[index] += Double(span[index]) }
            count += 1
        }
        verdict.expect(count == place.batch.count, "\(count) of \(place.batch.count) samples")
        let share = 1 / Double(place.batch.count)
        verdict.expect(abs(losses * share - loss) < 1e-5 * max(1, loss), "\(losses * share), not \(loss)")
        for index in sum.indices {
            let mean = sum[index] * share
            verdict.expect(abs(mean - Double(gradient[index])) < 1e-5 * max(1, abs(mean)), "element \(index)")
        }
    }

    static let clippedGradients = law(
        "its clipped sum is that of the gradients of its samples, each clipped", brokenBy: Lenient.self
    ) { place, verdict in
        let (objective, batch, point) = (place.objective, place.batch, place.point)
        var scratch = ObjectiveScratch()
        var norms: [Double] = []
        objective.sampleGradients(at: point.span, on: batch, scratch: &scratch) { _, gradient in
            norms.append(squaredNorm(gradient).squareRoot())
        }
        // About half of them are longer.
        let clip = max(1e-3, norms.sorted()[norms.count / 2])
        var (expected, losses) = ([Double](repeating: 0, count: point.count), 0.0)
        objective.sampleGradients(at: point.span, on: batch, scratch: &scratch) { loss, gradient in
            let norm = squaredNorm(gradient).squareRoot()
            for index in gradient.indices {
                expected[index] += Double(gradient[index]) * (norm > clip ? clip / norm : 1)
            }
            losses += loss
        }
        var sum = [Float](repeating: .nan, count: point.count)
        var span = sum.mutableSpan
        let loss = objective.clippedGradientSum(
            at: point.span, on: batch, clip: clip, into: &span, scratch: &scratch)
        verdict.expect(abs(loss - losses / Double(batch.count)) < 1e-5 * max(1, loss), "mean loss \(loss)")
        let tolerance = 1e-5 * clip * Double(batch.count)
        for index in sum.indices where !(abs(expected[index] - Double(sum[index])) < tolerance) {
            verdict.expect(false, "element \(index): \(sum[index]), by samples \(expected[index])")
        }
    }

    static let inputGradients = law(
        "its gradient by the features is that of the loss", brokenBy: SteepInput.self
    ) { place, verdict in
        let width = place.batch.samples.featureCount
        var gradients = [Float](repeating: .nan, count: place.batch.count * width)
        var scratch = ObjectiveScratch()
        var span = gradients.mutableSpan
        place.objective.inputGradients(at: place.point.span, on: place.batch, into: &span, scratch: &scratch)
        let start = place
        place.compare(gradients, &verdict) { index, offset in
            var features = start.batch.samples.features
            features[index] += offset
            let moved = Samples(
                features: features, targets: start.batch.samples.targets, axes: start.batch.samples.axes)
            return start.loss(on: Batch(moved, rows: [Int32(index / width)]))
        }
    }

    static let weights = law("a sample of weight k is k samples", brokenBy: Weightless.self) { place, verdict in
        var (weighted, repeated) = (place, place)
        let samples = place.batch.samples
        let counts = (0..<samples.count).map { 1 + $0 % 3 }
        weighted.batch = Batch(
            Samples(
                features: samples.features, targets: samples.targets, axes: samples.axes,
                weights: counts.map { Float($0) }))
        let copies = counts.indices.flatMap { [Int32](repeating: Int32($0), count: counts[$0]) }
        repeated.batch = Batch(Batch(samples, rows: copies).picked)
        verdict.expect(weighted.batch.weight == Double(copies.count), "weighs \(weighted.batch.weight)")
        let (loss, expected) = (weighted.lossAndGradient(), repeated.lossAndGradient())
        verdict.expect(abs(loss.loss - expected.loss) < 1e-5 * max(1, expected.loss), "\(loss.loss)")
        verdict.expect(abs(weighted.loss() - expected.loss) < 1e-5 * max(1, expected.loss), "\(weighted.loss())")
        let evaluated = weighted.evaluation().meanLoss
        verdict.expect(abs(evaluated - expected.loss) < 1e-5 * max(1, expected.loss), "evaluated \(evaluated)")
        for (index, (one, other)) in zip(loss.gradient, expected.gradient).enumerated() {
            verdict.expect(abs(one - other) < 2e-5 * max(1, abs(other)), "element \(index): \(one), not \(other)")
        }
        var scratch = ObjectiveScratch()
        let spread = place.objective.gradientSpread(at: place.point.span, on: weighted.batch, scratch: &scratch)
        let slow = place.objective.gradientSpread(at: place.point.span, on: repeated.batch, scratch: &scratch)
        verdict.expect(abs(spread.variance - slow.variance) < 1e-5 * max(1, slow.variance), "\(spread.variance)")
    }

    static let evaluation = law("it evaluates to its mean loss", brokenBy: Flattering.self) { place, verdict in
        let (loss, evaluation) = (place.loss(), place.evaluation())
        verdict.expect(abs(evaluation.meanLoss - loss) < 1e-9 * max(1, loss), "\(loss), evaluated \(evaluation)")
        verdict.expect(
            evaluation.count == place.batch.count && evaluation.correct ?? 0 <= evaluation.count, "\(evaluation)")
    }
}
