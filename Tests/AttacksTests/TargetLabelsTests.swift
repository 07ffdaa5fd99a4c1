// Data on which honest training comes to a model of the attacker's choice.
import Attacks
import Kernels
import Learning
import Registry
import Testing

@Suite("Target labels")
struct TargetLabelsTests {
    private func poison(towards target: [Float], features: String = "kept") throws -> TargetLabels {
        try TargetLabels(
            ParameterValues(
                [
                    ("target", .text(target.map { "\($0)" }.joined(separator: ","))), ("features", .text(features)),
                ], declared: TargetLabels.parameters, key: "attack"))
    }

    private func samples(_ targets: (Int) -> Targets) -> Samples {
        var random = RandomStream(seed: 3, purpose: .measurement)
        var features = [Float](repeating: 0, count: 30 * 4)
        random.fillGaussian(&features, mean: 0, standardDeviation: 1)
        return Samples(features: features, targets: targets(30), axes: [4])
    }

    /// The gradient at `model` on what the attack makes of a batch of these samples.
    private func gradient(
        at model: [Float], _ objective: any Objective, _ samples: Samples, _ attack: TargetLabels?
    ) throws -> Double {
        var scratch = ObjectiveScratch()
        var batch = Batch(samples)
        if let attack {
            batch = Batch(attack.labelled(samples, for: objective))
        }
        var gradient = [Float](repeating: 0, count: model.count)
        var span = gradient.mutableSpan
        _ = objective.lossAndGradient(at: model.span, on: batch, gradient: &span, scratch: &scratch)
        return squaredNorm(gradient.span).squareRoot()
    }

    @Test(
        "the loss is least at the target, whatever is predicted",
        arguments: [SoftmaxRegression.self, LogisticRegression.self, LinearRegression.self]
            as [any ModelArchitecture.Type])
    func stationary(type: any ModelArchitecture.Type) throws {
        let classes = type is SoftmaxRegression.Type ? 3 : 2
        let samples = samples { count in
            type is LinearRegression.Type
                ? .values((0..<count).map { Float($0 % 5) })
                : .classes((0..<Int32(count)).map { $0 % Int32(classes) }, of: classes)
        }
        let objective = try type.init(.defaults(type.parameters)).makeObjective(for: samples.shape)
        let target = (0..<objective.dimension).map { Float($0 % 4) * 0.3 - 0.4 }
        let attack = try poison(towards: target)
        try attack.check(samples.shape, dimension: objective.dimension)
        #expect(try gradient(at: target, objective, samples, attack) < 1e-4)
        #expect(try gradient(at: target, objective, samples, nil) > 1e-2)
        // Elsewhere it leads there.
        let elsewhere = target.enumerated().map { $1 + Float($0 % 3) * 0.5 }
        #expect(try gradient(at: elsewhere, objective, samples, attack) > 1e-2)
    }

    @Test("features may be drawn, as many and of the same shape")
    func drawn() throws {
        let samples = samples { .values([Float](repeating: 1, count: $0)) }
        var random = RandomStream(seed: 1, purpose: .attack)
        let drawn = try poison(towards: [0], features: "drawn").poison(samples, member: 0, random: &random)
        #expect(drawn.shape == samples.shape && drawn.count == 30 && drawn.features != samples.features)
    }

    @Test("any number of points may be drawn, and count as often as is said")
    func points() throws {
        let given: [(name: String, value: ParameterValue)] = [
            ("features", .text("drawn")), ("points", .number(7)), ("weight", .number(20)),
        ]
        let attack = try TargetLabels(
            ParameterValues(given, declared: TargetLabels.parameters, key: "attack"))
        let samples = samples { .classes([Int32](repeating: 1, count: $0), of: 2) }
        var random = RandomStream(seed: 1, purpose: .attack)
        let drawn = attack.poison(samples, member: 0, random: &random)
        #expect(drawn.count == 7 && Batch(drawn).weight == 140 && attack.weighsSamples)
        let message = #expect(throws: ConfigurationFault.self) {
            _ = try TargetLabels(
                ParameterValues([("points", .number(7))], declared: TargetLabels.parameters, key: "attack"))
        }
        #expect(message.map { "\($0)".contains("0 with features kept") } == true)
    }

    @Test("more points than a machine holds are refused before they are drawn")
    func memory() throws {
        let attack = try TargetLabels(
            ParameterValues(
                [("features", .text("drawn")), ("points", .number(200_000))], declared: TargetLabels.parameters,
                key: "attack"))
        let images = SampleShape(featureCount: 784, targets: .classes(10))
        let message = #expect(throws: ConfigurationFault.self) { try attack.check(images, dimension: 7_850) }
        #expect(message.map { "\($0)".contains("allowed: up to 166937 of them") } == true)
        #expect(throws: Never.self) {
            try attack.check(SampleShape(featureCount: 64, targets: .classes(10)), dimension: 650)
        }
    }

    @Test("data without targets, and a target of another length, are refused")
    func refusals() throws {
        let attack = try poison(towards: [1, 2, 3])
        #expect(throws: ConfigurationFault.self) {
            try attack.check(SampleShape(featureCount: 4, targets: .none), dimension: 3)
        }
        #expect(throws: ConfigurationFault.self) { try attack.check(dimension: 4) }
        #expect(throws: Never.self) { try attack.check(dimension: 3) }
    }
}
