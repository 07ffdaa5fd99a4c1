// Losses and gradients against finite differences and a slow twin, over every objective of the catalogue.
import Kernels
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

/// An objective of the catalogue, by name in test listings.
struct CatalogObjective: CustomTestStringConvertible, Sendable {
    let type: any ModelArchitecture.Type
    var testDescription: String { type.name }
    static let all = ModelCatalog.all.entries.map { CatalogObjective(type: $0) }
}

enum ObjectiveLaws {
    static let all = [gradient, lossAlone, sampleGradients, inputGradients, evaluation]

    /// An objective at a random point on random data.
    private struct Place {
        let objective: any Objective
        let batch: Batch
        var point: [Float]

        init(_ subject: CatalogObjective, _ shape: (features: Int, classes: Int, batch: Int)) throws {
            batch = Batch(
                ObjectiveTests.data(features: shape.features, classes: shape.classes, count: shape.batch))
            objective = try subject.type.init(.defaults(subject.type.parameters)).makeObjective(
                for: batch.samples.shape)
            var random = RandomStream(seed: 2, purpose: .initialisation)
            point = [Float](repeating: 0, count: objective.dimension)
            random.fillGaussian(&point, mean: 0, standardDeviation: 0.3)
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
    }

    private static func law(
        _ description: String, brokenBy planted: any ModelArchitecture.Type,
        _ judge: @escaping @Sendable (inout Place, inout Verdict) -> Void
    ) -> Law<CatalogObjective> {
        Law(description, brokenBy: CatalogObjective(type: planted)) { subject, verdict in
            for shape in ObjectiveTests.shapes {
                var place = try Place(subject, shape)
                judge(&place, &verdict)
            }
        }
    }

    static let gradient = law("its gradient is that of the loss", brokenBy: Steep.self) { place, verdict in
        let gradient = place.lossAndGradient().gradient
        for index in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 23)) {
            let step: Float = 0.01
            let here = place.point[index]
            place.point[index] = here + step
            let ahead = place.evaluation().meanLoss
            place.point[index] = here - step
            let slope = (ahead - place.evaluation().meanLoss) / Double(2 * step)
            place.point[index] = here
            verdict.expect(
                abs(slope - Double(gradient[index])) < 2e-3 * max(1, abs(slope)),
                "element \(index): \(gradient[index]), slope \(slope)")
        }
    }

    static let lossAlone = law("its loss alone has the bits of that with the gradient", brokenBy: TwoLosses.self) {
        place, verdict in
        let (with, alone) = (place.lossAndGradient().loss, place.loss())
        verdict.expect(with == alone, "\(with) with the gradient, \(alone) without")
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
            verdict.expect(abs(sum[index] * share - Double(gradient[index])) < 1e-5, "element \(index)")
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
        for index in stride(from: 0, to: gradients.count, by: max(1, gradients.count / 23)) {
            let step: Float = 0.01
            func loss(_ offset: Float) -> Double {
                var features = place.batch.samples.features
                features[index] += offset
                let moved = Samples(
                    features: features, targets: place.batch.samples.targets, axes: place.batch.samples.axes)
                return place.loss(on: Batch(moved, rows: [Int32(index / width)]))
            }
            let slope = (loss(step) - loss(-step)) / Double(2 * step)
            verdict.expect(
                abs(slope - Double(gradients[index])) < 2e-3 * max(1, abs(slope)),
                "feature \(index): \(gradients[index]), slope \(slope)")
        }
    }

    static let evaluation = law("it evaluates to its mean loss", brokenBy: Flattering.self) { place, verdict in
        let (loss, evaluation) = (place.loss(), place.evaluation())
        verdict.expect(abs(evaluation.meanLoss - loss) < 1e-9 * max(1, loss), "\(loss), evaluated \(evaluation)")
        verdict.expect(
            evaluation.count == place.batch.count && evaluation.correct ?? 0 <= evaluation.count, "\(evaluation)")
    }
}
