// Local training: it learns, it is pinned to the bit, and it draws what its streams say.
import Kernels
import Registry
import TestSupport
import Testing

@testable import Learning

@Suite("Local SGD")
struct LocalSGDTests {
    private func trainer(
        batch: Int = 32, localSteps: Int = 1, momentum: Double = 0.9, participation: Double = 1,
        samples: Int32 = 1437, together: Bool = true, node: Int = 0, sampling: Sampling = .independent,
        deviation: Double? = nil
    ) throws -> LocalSGD {
        let step = ConstantStep(
            try ParameterValues([("value", .number(0.5))], declared: ConstantStep.parameters, key: "stepSize"))
        var settings = LocalSGD.Settings(
            batchSize: batch, localSteps: localSteps, momentum: momentum, weightDecay: 1e-4, stepSize: step,
            participation: participation, startsTogether: together)
        settings.sampling = sampling
        settings.startDeviation = deviation
        let data = try Digits().trainingPart()
        return LocalSGD(
            objective: softmax(on: data), shard: Batch(data, rows: (0..<samples).map { $0 }),
            settings: settings, seed: 1, node: NodeID(node))
    }

    private func train(_ trainer: LocalSGD, steps: Int) -> (model: [Float], report: StepReport) {
        var model = trainer.initialParameters()
        var state = LocalState()
        var scratch = TrainingScratch()
        var report = StepReport(loss: 0, samples: 0)
        for round in 0..<steps {
            report = trainer.step(&model, state: &state, round: Round(round), scratch: &scratch)
        }
        return (model, report)
    }

    @Test("a single node with all the data learns the digits")
    func learns() throws {
        let (model, _) = train(try trainer(), steps: 400)
        var scratch = ObjectiveScratch()
        let test = Digits().testPart()
        let accuracy = softmax(on: test).evaluate(model.span, on: test, scratch: &scratch).accuracy
        #expect(accuracy! > 0.9)
    }

    @Test("ten steps are these bits, on every machine and in every build")
    func pinned() throws {
        let model = train(try trainer(), steps: 10).model
        #expect(unsafe XXH64.hash(model.span.bytes) == PinnedTraining.digest)
    }

    @Test("momentum and decay are what they say, against a slow twin")
    func twin() throws {
        let trainer = try trainer(batch: 2000, samples: 40)
        let fast = train(trainer, steps: 3).model
        var x = trainer.initialParameters().map(Double.init)
        var m = [Double](repeating: 0, count: x.count)
        var scratch = ObjectiveScratch()
        for _ in 0..<3 {
            var gradient = [Float](repeating: 0, count: x.count)
            var span = gradient.mutableSpan
            let point = x.map { Float($0) }
            _ = trainer.objective.lossAndGradient(
                at: point.span, on: trainer.shard, gradient: &span, scratch: &scratch)
            for index in x.indices {
                m[index] = 0.9 * m[index] + 0.1 * (Double(gradient[index]) + 1e-4 * x[index])
                x[index] -= 0.5 * m[index]
            }
        }
        #expect(zip(fast, x).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }

    @Test("a node without data keeps its model, and one that sits a round out too")
    func idle() throws {
        let empty = try trainer(samples: 0)
        let (model, report) = train(empty, steps: 3)
        #expect(model == empty.initialParameters() && report.samples == 0)
        let rare = try trainer(participation: 1e-9)
        #expect(train(rare, steps: 3).model == rare.initialParameters())
    }

    @Test("any model can be judged on the batch of the round's last step", arguments: [1, 3])
    func batchLoss(localSteps: Int) throws {
        let trainer = try trainer(localSteps: localSteps)
        var model = trainer.initialParameters()
        var (state, scratch) = (LocalState(), TrainingScratch())
        func loss(_ trainer: LocalSGD, _ model: [Float]) -> Double {
            trainer.batchLosses(of: [model], round: Round(4), scratch: &scratch)[0]
        }
        let before = loss(trainer, model)
        let report = trainer.step(&model, state: &state, round: Round(4), scratch: &scratch)
        #expect((before == report.loss) == (localSteps == 1))
        #expect(loss(trainer, model) < before)
        #expect(trainer.stepSize(in: Round(4)) == 0.5)
        let empty = try self.trainer(samples: 0)
        #expect(loss(empty, model) == 0)
    }

    @Test("local steps draw different batches, and nodes start together or apart as told")
    func draws() throws {
        #expect(train(try trainer(localSteps: 2), steps: 1).model != train(try trainer(), steps: 1).model)
        #expect(train(try trainer(localSteps: 2), steps: 1).report.samples == 64)
        #expect(try trainer().initialParameters() == trainer(node: 1).initialParameters())
        #expect(try trainer(together: false, node: 1).initialParameters() != trainer().initialParameters())
    }

    /// The gradient of each batch is that of one window of the ring, and independent draws are none.
    @Test("a window is of samples that follow each other, from any on, around the end", arguments: Sampling.allCases)
    func windows(sampling: Sampling) throws {
        let (count, size) = (12, 5)
        let trainer = try trainer(batch: size, samples: Int32(count), sampling: sampling)
        let point = trainer.initialParameters()
        var (scratch, objectiveScratch) = (TrainingScratch(), ObjectiveScratch())
        var loss = 0.0
        let losses = (0..<count).map { first -> Double in
            let rows = (0..<size).map { trainer.shard.rows[(first + $0) % count] }
            return trainer.objective.loss(
                at: point.span, on: Batch(trainer.shard.samples, rows: rows), scratch: &objectiveScratch)
        }
        #expect(Set(losses).count == count)
        var seen = [Int](repeating: 0, count: count)
        var strangers = 0
        for round in 0..<600 {
            loss = trainer.batchLosses(of: [point], round: Round(round), scratch: &scratch)[0]
            if let first = losses.firstIndex(of: loss) { seen[first] += 1 } else { strangers += 1 }
        }
        switch sampling {
        case .window:
            #expect(strangers == 0)
            // Each 50 times, give or take five deviations.
            #expect(seen.allSatisfy { abs($0 - 50) < 5 * 7 })
        case .independent: #expect(strangers > 500)
        }
    }

    @Test("first models have the deviation that is asked for, the same for all nodes or not, and zero is zero")
    func starts() throws {
        let (one, other) = (
            try trainer(together: false, deviation: 6).initialParameters(),
            try trainer(together: false, node: 1, deviation: 6).initialParameters()
        )
        #expect(one != other && one.count == 650)
        // Biases, too.
        for part in [one[...], one.suffix(10)] {
            let variance = part.reduce(0.0) { $0 + Double($1 * $1) } / Double(part.count)
            // Five standard errors.
            #expect(abs(variance / 36 - 1) < 5 * (2 / Double(part.count)).squareRoot())
        }
        #expect(try trainer(deviation: 6).initialParameters() == trainer(node: 1, deviation: 6).initialParameters())
        #expect(try trainer(deviation: 0).initialParameters().allSatisfy { $0 == 0 })
    }

    @Test("every schedule starts at its value and never grows")
    func schedules() throws {
        for entry in StepSizeCatalog.all.entries {
            let schedule = try entry.init(.defaults(entry.parameters))
            let values = (0..<400).map { schedule.value(in: Round($0)) }
            #expect(values[0] == 0.1, "\(entry.name)")
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 && $1 > 0 }, "\(entry.name)")
        }
        let inverse = InverseSquareRootStep(.defaults(InverseSquareRootStep.parameters))
        #expect(inverse.value(in: Round(3)) == 0.05)
        let decay = StepDecay(.defaults(StepDecay.parameters))
        #expect(decay.value(in: Round(99)) == 0.1 && decay.value(in: Round(200)) == 0.025)
    }
}

enum PinnedTraining {
    static let digest: UInt64 = 5_020_928_703_487_441_598
}
