// Private gradients: what one sample can do to them, the noise, and who is drawn.
import Kernels
import Registry
import TestSupport
import Testing

@testable import Learning

@Suite("Private gradients")
struct PrivateGradientTests {
    private let data = seededData(samples: 60, features: 9, classes: 4)

    private func trainer(
        _ privacy: PrivateGradient?, batch: Int = 20, samples: Int = 60, localSteps: Int = 1, momentum: Double = 0,
        seed: UInt64 = 1
    ) throws -> LocalSGD {
        let step = ConstantStep(
            try ParameterValues([("value", .number(0.5))], declared: ConstantStep.parameters, key: "stepSize"))
        var settings = LocalSGD.Settings(
            batchSize: batch, localSteps: localSteps, momentum: momentum, weightDecay: 0.01, stepSize: step)
        settings.privacy = privacy
        return LocalSGD(
            objective: softmax(on: data), shard: Batch(data, rows: (0..<Int32(samples)).map { $0 }),
            settings: settings, seed: seed, node: NodeID(2))
    }

    private func gradient(_ trainer: LocalSGD, round: Int = 0) -> (gradient: [Float], report: StepReport) {
        var scratch = TrainingScratch()
        var gradient = [Float](repeating: .nan, count: trainer.dimension)
        var span = gradient.mutableSpan
        let report = trainer.gradient(
            at: trainer.initialParameters().span, round: Round(round), into: &span, scratch: &scratch)
        return (gradient, report)
    }

    private func places(
        _ sampling: PrivateGradient.Sampling, batch: Int, of samples: Int, step: Int, seed: UInt64 = 1
    ) -> [Int32] {
        var rows: [Int32] = []
        PrivateGradient(clip: 1, noise: 1, sampling: sampling).drawPlaces(
            batchSize: batch, of: samples, step: step, seed: seed, node: NodeID(3), round: Round(step), localStep: 0,
            into: &rows)
        return rows
    }

    // MARK: What a sample can do

    @Test("taking a sample away moves the sum by no more than the clip; unclipped sums fail this", arguments: 0..<8)
    func sensitivity(seed: UInt64) {
        let objective = softmax(on: data)
        let point = seededValues(objective.dimension, seed: 40 + seed)
        func sum(_ rows: [Int32], clip: Double) -> [Float] {
            var scratch = ObjectiveScratch()
            var sum = point
            var span = sum.mutableSpan
            _ = objective.clippedGradientSum(
                at: point.span, on: Batch(data, rows: rows), clip: clip, into: &span, scratch: &scratch)
            return sum
        }
        let rows = (0..<Int32(60)).map { $0 }
        let away = Int(seed) * 7
        func moved(clip: Double) -> Double {
            let without = sum(rows.filter { $0 != Int32(away) }, clip: clip)
            return squaredDistance(sum(rows, clip: clip).span, without.span).squareRoot()
        }
        #expect(moved(clip: 0.3) <= 0.3 * 1.000_01 && moved(clip: 0.3) > 0.299)
        #expect(moved(clip: 1e6) > 0.3)
    }

    @Test("a gradient that is not finite counts as zero, and nothing at all is a zero sum")
    func notFinite() {
        var features = data.features
        features[0] = 3e38
        let broken = Samples(features: features, targets: data.targets, axes: data.axes)
        let objective = softmax(on: data)
        let point = seededValues(objective.dimension, seed: 5).map { 100 * $0 }
        func sum(_ samples: Samples, _ rows: [Int32]) -> [Float] {
            var scratch = ObjectiveScratch()
            var sum = point
            var span = sum.mutableSpan
            _ = objective.clippedGradientSum(
                at: point.span, on: Batch(samples, rows: rows), clip: 1, into: &span, scratch: &scratch)
            return sum
        }
        #expect(sum(broken, [0, 1, 2]) == sum(data, [1, 2]))
        #expect(sum(data, []).allSatisfy { $0 == 0 })
    }

    // MARK: The gradient of a step

    @Test("without noise, with a clip that nothing reaches and all samples, it is the plain gradient")
    func plain() throws {
        let privately = gradient(try trainer(PrivateGradient(clip: 1e6, noise: 0), batch: 60))
        let plainly = gradient(try trainer(nil, batch: 60))
        #expect(zip(privately.gradient, plainly.gradient).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(abs(privately.report.loss - plainly.report.loss) < 1e-12 && privately.report.samples == 60)
        let clipped = gradient(try trainer(PrivateGradient(clip: 0.1, noise: 0), batch: 60))
        #expect(zip(clipped.gradient, plainly.gradient).contains { abs($0 - $1) > 1e-3 })
    }

    @Test("noise has deviation z C / B in every coordinate, is its own in every round, and one seed's is the same")
    func noise() throws {
        let privacy = PrivateGradient(clip: 0.5, noise: 4)
        func noise(round: Int, seed: UInt64 = 1) throws -> [Double] {
            let quiet = gradient(try trainer(PrivateGradient(clip: 0.5, noise: 0), seed: seed), round: round).gradient
            let loud = gradient(try trainer(privacy, seed: seed), round: round).gradient
            return zip(loud, quiet).map { Double($0 - $1) }
        }
        let draws = try (0..<100).flatMap { try noise(round: $0) }
        let mean = draws.reduce(0, +) / Double(draws.count)
        let deviation = (draws.reduce(0) { $0 + $1 * $1 } / Double(draws.count)).squareRoot()
        // Of 4,000 draws: five standard errors.
        #expect(abs(mean) < 0.008 && abs(deviation / 0.1 - 1) < 0.06, "\(mean) \(deviation)")
        #expect(try noise(round: 3) == noise(round: 3) && noise(round: 3) != noise(round: 4))
        #expect(try noise(round: 3) != noise(round: 3, seed: 2))
        // So it is in every local step, and at every node.
        func alone(node: Int, localStep: Int) -> [Float] {
            var noise = [Float](repeating: 0, count: 5)
            var span = noise.mutableSpan
            privacy.finish(
                &span, expected: 1, seed: 1, node: NodeID(node), round: Round(0), localStep: localStep)
            return noise
        }
        #expect(alone(node: 0, localStep: 0) != alone(node: 0, localStep: 1))
        #expect(alone(node: 0, localStep: 0) != alone(node: 1, localStep: 0))
    }

    @Test("an empty batch is noise, and no loss: who was drawn does not show")
    func empty() throws {
        let trainer = try trainer(PrivateGradient(clip: 1, noise: 1), batch: 1, momentum: 0.9)
        let round = try #require((0..<40).first { gradient(trainer, round: $0).report.samples == 0 })
        let (noise, report) = gradient(trainer, round: round)
        #expect(report.hasGradient && report.loss == 0 && noise.allSatisfy { $0.isFinite })
        #expect(squaredNorm(noise.span) > Double(noise.count) / 2)
        var (state, scratch, model) = (LocalState(), TrainingScratch(), trainer.initialParameters())
        let step = trainer.step(&model, state: &state, round: Round(round), scratch: &scratch)
        #expect(step.samples == 0 && step.hasGradient && step.loss == 0 && model != trainer.initialParameters())
        let nobody = gradient(try self.trainer(PrivateGradient(clip: 1, noise: 1), samples: 0))
        #expect(!nobody.report.hasGradient && nobody.gradient.allSatisfy { $0 == 0 })
    }

    // MARK: Who is drawn

    @Test("Poisson batches have B samples in the mean with variance B (1 − q), every sample as often")
    func poisson() {
        let steps = 4_000
        var counts = [Int](repeating: 0, count: 40)
        var (sum, squares) = (0.0, 0.0)
        for step in 0..<steps {
            let drawn = places(.poisson, batch: 10, of: 40, step: step)
            #expect(zip(drawn, drawn.dropFirst()).allSatisfy { $0 < $1 })
            for place in drawn { counts[Int(place)] += 1 }
            sum += Double(drawn.count)
            squares += Double(drawn.count * drawn.count)
        }
        let mean = sum / Double(steps)
        let variance = squares / Double(steps) - mean * mean
        // Five standard errors: √(7.5 / 4000), 7.5 √(2 / 4000), √(4000 · 3/16).
        #expect(abs(mean - 10) < 0.22 && abs(variance - 7.5) < 0.84, "\(mean) \(variance)")
        #expect(counts.allSatisfy { abs(Double($0) - 1_000) < 137 }, "\(counts)")
        // Batches of one size would not pass.
        #expect((0..<steps).contains { places(.poisson, batch: 10, of: 40, step: $0).count != 10 })
    }

    @Test("shuffled batches take every sample once before any a second time, in another order in every pass")
    func shuffled() {
        func pass(_ number: Int) -> [Int32] {
            (0..<4).flatMap { places(.shuffled, batch: 10, of: 43, step: 4 * number + $0) }
        }
        let passes = (0..<3).map(pass)
        for pass in passes { #expect(Set(pass).count == 40 && pass.count == 40) }
        #expect(passes[0] != passes[1] && Set(passes[0]) != Set(passes[1]))
    }
}
