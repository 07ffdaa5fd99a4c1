// Which samples a node trains on, watched through an objective that counts them, and the recursion it descends by.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

@Suite("Batches")
struct BatchTests {
    /// Its gradient counts how often each sample was drawn.
    private struct Counting: Objective {
        let parameters = [ParameterShape("counts", [100])]
        let activationsPerSample = 0

        func initialise(random: inout RandomStream) -> [Float] { [Float](repeating: 0, count: 100) }

        func lossAndGradient(
            at parameters: Span<Float>, on batch: Batch, gradient: inout MutableSpan<Float>,
            scratch: inout ObjectiveScratch
        ) -> Double {
            fill(&gradient, with: 0)
            for row in batch.rows { gradient[Int(row)] += 1 }
            return 1
        }

        func loss(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> Double { 1 }

        func inputGradients(
            at parameters: Span<Float>, on batch: Batch, into gradients: inout MutableSpan<Float>,
            scratch: inout ObjectiveScratch
        ) { preconditionFailure("nobody asks what only counts") }

        func evaluate(
            _ parameters: Span<Float>, on batch: Batch, into evaluation: inout Evaluation.Sum,
            scratch: inout ObjectiveScratch
        ) { preconditionFailure("nobody evaluates what only counts") }
    }

    private let data = seededData(samples: 100, features: 3, classes: 4)

    private func settings(
        batch: Int, localSteps: Int = 1, momentum: Double = 0, weightDecay: Double = 0, stepSize: Double = 1,
        participation: Double = 1
    ) throws -> LocalSGD.Settings {
        let constant = try ParameterValues(
            [("value", .number(stepSize))], declared: ConstantStep.parameters, key: "stepSize")
        return LocalSGD.Settings(
            batchSize: batch, localSteps: localSteps, momentum: momentum, weightDecay: weightDecay,
            stepSize: ConstantStep(constant), participation: participation)
    }

    /// How often each sample is drawn in one round.
    private func draws(
        _ settings: LocalSGD.Settings, of samples: [Int32], round: Int = 0, node: Int = 0, seed: UInt64 = 1
    ) -> [Float] {
        let trainer = LocalSGD(
            objective: Counting(), shard: Batch(data, rows: samples), settings: settings, seed: seed,
            node: NodeID(node))
        var point = [Float](repeating: 0, count: 100)
        var state = LocalState()
        var scratch = TrainingScratch()
        let report = trainer.step(&point, state: &state, round: Round(round), scratch: &scratch)
        #expect(Float(report.samples) == -point.reduce(0, +))
        #expect(state == LocalState(), "plain descent remembers nothing")
        return point.map { -$0 }
    }

    @Test("a batch no smaller than the shard is the whole shard, each sample once")
    func whole() throws {
        let samples: [Int32] = [4, 50, 7]
        for batch in [3, 4, 1_000] {
            let counts = draws(try settings(batch: batch), of: samples)
            #expect(counts.indices.allSatisfy { counts[$0] == (samples.contains(Int32($0)) ? 1 : 0) })
        }
    }

    @Test("a smaller batch is drawn evenly, with replacement, from the node's own shard")
    func drawn() throws {
        let samples = (20..<40).map { Int32($0) }
        var total = [Float](repeating: 0, count: 100)
        var repeated = false
        for round in 0..<2_000 {
            let counts = draws(try settings(batch: 10), of: samples, round: round)
            #expect(counts.reduce(0, +) == 10)
            repeated = repeated || counts.contains { $0 > 1 }
            for index in total.indices { total[index] += counts[index] }
        }
        #expect(repeated)
        for (index, count) in total.enumerated() {
            #expect((20..<40).contains(index) ? abs(count - 1_000) < 160 : count == 0)
        }
    }

    @Test("samples are drawn as often as they count, and then count once; a whole shard is taken with its weights")
    func weighted() throws {
        let weights = (0..<100).map { Float($0 < 50 ? 1 : $0 < 99 ? 2 : 52) }
        let samples = Samples(
            features: data.features, targets: data.targets, axes: data.axes, weights: weights)
        let trainer = LocalSGD(
            objective: Counting(), shard: Batch(samples), settings: try settings(batch: 20), seed: 1, node: NodeID(0))
        #expect(trainer.sampleWeight == 200)
        var scratch = TrainingScratch()
        var total = [Int](repeating: 0, count: 100)
        for round in 0..<1_000 {
            let batch = trainer.drawBatch(round: Round(round), localStep: 0, &scratch)
            #expect(batch.count == 20 && batch.weight == 20)
            for row in batch.rows { total[Int(row)] += 1 }
        }
        // Of 20,000 draws 50 in 200 are of the first half, 98 of the next 49, 52 of the last sample.
        let parts = [0..<50, 50..<99, 99..<100].map { total[$0].reduce(0, +) }
        for (part, expected) in zip(parts, [5_000, 9_800, 5_200]) {
            #expect(abs(part - expected) < 350, "\(parts)")
        }
        #expect(total.allSatisfy { $0 > 50 })
        let whole = LocalSGD(
            objective: Counting(), shard: Batch(samples), settings: try settings(batch: 100), seed: 1, node: NodeID(0))
        #expect(whole.drawBatch(round: Round(0), localStep: 0, &scratch) == Batch(samples))
    }

    @Test("the loss of a shard and that of its batches count samples by weight")
    func weightedLosses() throws {
        let weights = (0..<100).map { Float(1 + $0 % 4) }
        let samples = Samples(features: data.features, targets: data.targets, axes: data.axes, weights: weights)
        let copies = weights.indices.flatMap { [Int32](repeating: Int32($0), count: Int(weights[$0])) }
        var scratch = TrainingScratch()
        let results = try [Batch(samples), Batch(data, rows: copies)].map { shard in
            let trainer = LocalSGD(
                objective: softmax(on: data), shard: shard, settings: try settings(batch: 1_000), seed: 1,
                node: NodeID(0))
            let point = trainer.initialParameters()
            var (whole, batch) = (point.map { _ in 0.0 }, point.map { _ in 0.0 })
            let losses = [
                trainer.wholeLoss(at: point, gradient: &whole, scratch: &scratch),
                trainer.batchLoss(at: point, localStep: 0, of: Round(0), gradient: &batch, scratch: &scratch),
            ]
            return losses + whole + batch
        }
        for (weighted, repeated) in zip(results[0], results[1]) {
            #expect(abs(weighted - repeated) < 1e-3 * max(1, abs(repeated)), "\(weighted) \(repeated)")
        }
    }

    @Test("seed, node, round and local step each draw their own batch, and nothing else matters")
    func keyed() throws {
        let samples = Batch(data).rows
        let one = try settings(batch: 30)
        let first = draws(one, of: samples)
        #expect(draws(one, of: samples) == first)
        let twice = draws(try settings(batch: 30, localSteps: 2), of: samples)
        let second = zip(twice, first).map { $0 - $1 }
        #expect(second.allSatisfy { $0 >= 0 } && second.reduce(0, +) == 30)
        let others = [
            second, draws(one, of: samples, round: 1), draws(one, of: samples, node: 1),
            draws(one, of: samples, seed: 2),
        ]
        #expect(Set(others + [first]).count == 5)
    }

    @Test("a node trains in about the share of rounds that its participation says")
    func participation() throws {
        let settings = try settings(batch: 1, participation: 0.3)
        let rounds = (0..<2_000).filter { draws(settings, of: [1, 2], round: $0).contains { $0 > 0 } }
        #expect(abs(rounds.count - 600) < 103)
        let others = (0..<2_000).filter { draws(settings, of: [1, 2], round: $0, node: 1).contains { $0 > 0 } }
        #expect(rounds != others)
    }

    @Test("descent follows its recursion", arguments: [0, 0.9], [1, 3])
    func recursion(_ momentum: Double, _ localSteps: Int) throws {
        let trainer = LocalSGD(
            objective: softmax(on: data), shard: Batch(data),
            settings: try settings(
                batch: 100, localSteps: localSteps, momentum: momentum, weightDecay: 0.1, stepSize: 0.5),
            seed: 1, node: NodeID(0))
        var point = trainer.initialParameters()
        var state = LocalState()
        var scratch = TrainingScratch()
        let twin = SlowSoftmax(data)
        var slow = SlowDescent(from: point.map(Double.init))
        for round in 0..<6 {
            let report = trainer.step(&point, state: &state, round: Round(round), scratch: &scratch)
            var loss = 0.0
            for _ in 0..<localSteps {
                loss += twin.loss(slow.point) / Double(localSteps)
                slow.step(along: twin.gradient(slow.point), size: 0.5, momentum: momentum, weightDecay: 0.1)
            }
            #expect(abs(report.loss - loss) < 1e-6 && report.samples == 100 * localSteps)
        }
        for (fast, expected) in zip(point, slow.point) { #expect(abs(Double(fast) - expected) < 1e-5) }
        #expect(state.vectors.count == (momentum > 0 ? 1 : 0))
    }
}
