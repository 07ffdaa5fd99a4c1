// Losses and gradients against finite differences and a slow twin, over every objective of the catalogue.
import Kernels
import TestSupport
import Testing

@testable import Learning

@Suite("Every objective")
struct ObjectiveTests {
    static func data(features: Int, classes: Int, count: Int, seed: UInt64 = 1) -> LabelledData {
        var random = RandomStream(seed: seed, purpose: .data)
        var values = [Float](repeating: 0, count: features * count)
        random.fillGaussian(&values, mean: 0, standardDeviation: 1)
        let labels = (0..<count).map { _ in Int32(random.below(classes)) }
        return LabelledData(features: values, labels: labels, featureCount: features, classCount: classes)
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
    func softmax(features: Int, classes: Int, batch: Int) {
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
        let evaluation = SoftmaxRegression().evaluate(point.span, on: data, scratch: &scratch)
        #expect(abs(evaluation.meanLoss - loss / Double(batch)) < 1e-5)
        #expect(evaluation.correct == correct)
    }

    @Test("a relabelled shard learns the poisoned labels and copies nothing")
    func relabelled() {
        let data = Self.data(features: 4, classes: 3, count: 12)
        let flipped = LabelledData(
            features: data.features, labels: data.labels.map { 2 - $0 }, featureCount: 4, classCount: 3)
        let poisoned = Shard(data: data, samples: Shard(data).samples, relabelling: [2, 1, 0])
        var scratch = ObjectiveScratch()
        func gradient(_ shard: Shard) -> [Float] {
            var gradient = [Float](repeating: 0, count: 15)
            var span = gradient.mutableSpan
            _ = SoftmaxRegression().lossAndGradient(
                at: [Float](repeating: 0.1, count: 15).span, shard: shard, samples: shard.samples.span,
                gradient: &span, scratch: &scratch)
            return gradient
        }
        #expect(gradient(poisoned) == gradient(Shard(flipped)))
    }
}

/// An objective of the catalogue, by name in test listings.
struct CatalogObjective: CustomTestStringConvertible, Sendable {
    let type: any Objective.Type
    var testDescription: String { type.name }
    static let all = ObjectiveCatalog.all.entries.map { CatalogObjective(type: $0) }
}

enum ObjectiveLaws {
    static let all = [gradient, lossAlone, evaluation]

    /// An objective at a random point on random data.
    private struct Place {
        let objective: any Objective
        let data: LabelledData
        let shard: Shard
        var point: [Float]

        init(_ subject: CatalogObjective, _ shape: (features: Int, classes: Int, batch: Int)) throws {
            objective = try subject.type.init(.defaults(subject.type.parameters))
            data = ObjectiveTests.data(features: shape.features, classes: shape.classes, count: shape.batch)
            shard = Shard(data)
            var random = RandomStream(seed: 2, purpose: .initialisation)
            point = [Float](
                repeating: 0, count: objective.dimension(featureCount: shape.features, classCount: shape.classes))
            random.fillGaussian(&point, mean: 0, standardDeviation: 0.3)
        }

        func lossAndGradient() -> (loss: Double, gradient: [Float]) {
            var scratch = ObjectiveScratch()
            var gradient = [Float](repeating: .nan, count: point.count)
            var span = gradient.mutableSpan
            let loss = objective.lossAndGradient(
                at: point.span, shard: shard, samples: shard.samples.span, gradient: &span, scratch: &scratch)
            return (loss, gradient)
        }

        func loss() -> Double {
            var scratch = ObjectiveScratch()
            return objective.loss(at: point.span, shard: shard, samples: shard.samples.span, scratch: &scratch)
        }

        func evaluation() -> Evaluation {
            var scratch = ObjectiveScratch()
            return objective.evaluate(point.span, on: data, scratch: &scratch)
        }
    }

    private static func law(
        _ description: String, brokenBy planted: any Objective.Type,
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

    static let evaluation = law("it evaluates to its mean loss", brokenBy: Flattering.self) { place, verdict in
        let (loss, evaluation) = (place.loss(), place.evaluation())
        verdict.expect(abs(evaluation.meanLoss - loss) < 1e-9 * max(1, loss), "\(loss), evaluated \(evaluation)")
        verdict.expect(evaluation.count == place.data.count && evaluation.correct <= evaluation.count, "\(evaluation)")
    }
}
