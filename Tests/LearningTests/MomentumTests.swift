// Every form of momentum: its shares, and the recursion that local steps make of them.
import Kernels
import Registry
import TestSupport
import Testing

@testable import Learning

@Suite("Momentum")
struct MomentumTests {
    static let law = Law(
        "earlier gradients are forgotten, and new ones counted", brokenBy: Swelling.self as any Momentum.Type
    ) { type, verdict in
        let momentum = try type.init(.defaults(type.parameters))
        for stepSize in [1e-6, 0.1, 0.9, 1, 50] {
            let (keep, take) = momentum.shares(stepSize: stepSize)
            verdict.expect(keep >= 0 && keep < 1 && take > 0 && take <= 1, "\(keep) and \(take) at \(stepSize)")
        }
    }

    @Test("earlier gradients are forgotten, and new ones counted", arguments: MomentumCatalog.all.names)
    func shares(_ name: String) throws {
        #expect(try Self.law.violations(of: MomentumCatalog.all.entry(named: name)) == [])
    }

    @Test("one that swells is found out")
    func swelling() throws { #expect(try !Self.law.violationsOfCounterexample.isEmpty) }

    private func make(_ name: String, _ given: [(name: String, value: ParameterValue)]) throws -> any Momentum {
        let type = try MomentumCatalog.all.entry(named: name)
        return try type.init(ParameterValues(given, declared: type.parameters, key: "momentum"))
    }

    @Test("each has the shares that its formula says")
    func formulas() throws {
        let average = try make("average", [("value", .number(0.75))])
        #expect(average.shares(stepSize: 3) == (0.75, 0.25) && !average.isPlain)
        let polyak = try make("heavyBall", [("value", .number(0.75))])
        #expect(polyak.shares(stepSize: 3) == (0.75, 1) && !polyak.isPlain)
        let tied = try make("tied", [("c", .number(2))])
        #expect(tied.shares(stepSize: 0.125) == (0.75, 0.25) && tied.shares(stepSize: 7) == (0, 1) && !tied.isPlain)
        #expect(try make("average", [("value", .number(0))]).isPlain && make("polyak", [("value", .number(0))]).isPlain)
    }

    /// A trainer of one parameter on one sample, 1: the gradient at x is x − 1.
    private func trainer(_ change: (inout LocalSGD.Settings) throws -> Void) rethrows -> LocalSGD {
        var settings = LocalSGD.Settings(
            batchSize: 1, momentum: 0, weightDecay: 0, stepSize: ConstantStep(.defaults(ConstantStep.parameters)))
        try change(&settings)
        let samples = Samples(features: [1], targets: .none(1), axes: [1])
        return LocalSGD(
            objective: Quadratic(.defaults(Quadratic.parameters)).makeObjective(for: samples.shape),
            shard: Batch(samples), settings: settings, seed: 1, node: NodeID(0))
    }

    private func constant(_ value: Double) throws -> ConstantStep {
        ConstantStep(try ParameterValues([("value", .number(value))], declared: ConstantStep.parameters, key: ""))
    }

    /// x after each of so many rounds from there.
    private func points(_ trainer: LocalSGD, from start: Float, rounds: Int) -> [Float] {
        var (point, state, scratch) = ([start], LocalState(), TrainingScratch())
        return (0..<rounds).map { round in
            _ = trainer.step(&point, state: &state, round: Round(round), scratch: &scratch)
            return point[0]
        }
    }

    @Test("the heavy ball adds whole gradients, the average shares of them")
    func balls() throws {
        // g: −1, then −0.5 and −0.25 and so on by hand, with η = ½ and β = ½.
        let polyak = try trainer {
            $0.momentum = try make("polyak", [("value", .number(0.5))])
            $0.stepSize = try constant(0.5)
        }
        #expect(points(polyak, from: 0, rounds: 3) == [0.5, 1, 1.25])
        let average = try trainer {
            $0.momentum = try make("average", [("value", .number(0.5))])
            $0.stepSize = try constant(0.5)
        }
        #expect(points(average, from: 0, rounds: 3) == [0.25, 0.5625, 0.828125])
        // c η = ¼: the average with β = ¾.
        let tied = try trainer {
            $0.momentum = try make("tied", [("c", .number(0.5))])
            $0.stepSize = try constant(0.5)
        }
        #expect(points(tied, from: 0, rounds: 2) == [0.125, 0.328125])
    }

    @Test("a gradient that is too long is shortened, weight decay is not")
    func clipping() throws {
        let clipped = try trainer {
            $0.clip = 0.25
            $0.stepSize = try constant(1)
        }
        #expect(points(clipped, from: 4, rounds: 2) == [3.75, 3.5])
        #expect(points(clipped, from: 1.125, rounds: 1) == [1])
        let decayed = try trainer {
            $0.clip = 0.25
            $0.weightDecay = 0.5
            $0.stepSize = try constant(1)
        }
        #expect(points(decayed, from: 4, rounds: 1) == [1.75])
    }

    @Test("decoupled decay shrinks the model beside the momentum")
    func decoupled() throws {
        let trainer = try trainer {
            $0.momentum = try make("average", [("value", .number(0.5))])
            $0.weightDecay = 0.5
            $0.decays = .decoupled
            $0.stepSize = try constant(0.5)
        }
        // m = ½ (x − 1) = 1.5, x ← ¾ · 4 − ½ · 1.5.
        #expect(points(trainer, from: 4, rounds: 1) == [2.25])
        var scratch = TrainingScratch()
        var gradient: [Float] = [0]
        var span = gradient.mutableSpan
        _ = trainer.gradient(at: ([4] as [Float]).span, round: Round(0), into: &span, scratch: &scratch)
        #expect(gradient == [3], "it is no part of the gradient that is sent")
        var moved: [Float] = [4]
        trainer.move(&moved, along: gradient.span, in: Round(0))
        #expect(moved == [1.5], "and of every step that follows the mix")
    }

    @Test("the step size rises to its schedule in the rounds of the warm-up")
    func warmUp() throws {
        let trainer = try trainer {
            $0.warmUp = 3
            $0.stepSize = try constant(8)
        }
        #expect((0..<5).map { trainer.stepSize(in: Round($0)) } == [2, 4, 6, 8, 8])
    }

    @Test("every step ends in the set, and so does the first model")
    func projected() throws {
        let box = try ParameterValues(
            [("low", .number(2)), ("high", .number(3))], declared: BoxProjection.parameters, key: "")
        let trainer = try trainer {
            $0.projection = try BoxProjection(box)
            $0.stepSize = try constant(0.5)
        }
        #expect(trainer.initialParameters() == [2])
        #expect(points(trainer, from: 8, rounds: 3) == [3, 2, 2])
        var moved: [Float] = [3]
        trainer.move(&moved, along: ([-8] as [Float]).span, in: Round(0))
        #expect(moved == [3])
    }
}
