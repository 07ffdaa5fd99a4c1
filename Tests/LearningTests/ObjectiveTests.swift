// Losses and gradients against finite differences and a slow twin, over every objective of the catalogue.
import Kernels
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

    @Test("the gradient is that of the loss", arguments: shapes)
    func gradient(features: Int, classes: Int, batch: Int) throws {
        let data = Self.data(features: features, classes: classes, count: batch)
        let shard = Shard(data)
        for entry in ObjectiveCatalog.all.entries {
            let objective = try entry.init(.defaults(entry.parameters))
            let dimension = objective.dimension(featureCount: features, classCount: classes)
            var random = RandomStream(seed: 2, purpose: .initialisation)
            var point = [Float](repeating: 0, count: dimension)
            random.fillGaussian(&point, mean: 0, standardDeviation: 0.3)
            var scratch = ObjectiveScratch()
            var gradient = [Float](repeating: .nan, count: dimension)
            var span = gradient.mutableSpan
            _ = objective.lossAndGradient(
                at: point.span, shard: shard, samples: shard.samples.span, gradient: &span, scratch: &scratch)
            for index in stride(from: 0, to: dimension, by: max(1, dimension / 23)) {
                let step: Float = 0.01
                var (ahead, behind) = (point, point)
                ahead[index] += step
                behind[index] -= step
                let slope =
                    (objective.evaluate(ahead.span, on: data, scratch: &scratch).meanLoss
                        - objective.evaluate(behind.span, on: data, scratch: &scratch).meanLoss) / Double(2 * step)
                #expect(abs(slope - Double(gradient[index])) < 2e-3 * max(1, abs(slope)), "\(entry.name) at \(index)")
            }
        }
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
