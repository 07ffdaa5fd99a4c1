// Slopes and curvatures that models state of their losses, against gradients that are taken at random.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

/// A model with samples, and what is stated of its loss times a factor.
private struct StatedLoss: CustomTestStringConvertible, Sendable {
    var type: any ModelArchitecture.Type
    var given: [(name: String, value: ParameterValue)] = []
    var slopeFactor = 1.0
    var curvatureFactor = 1.0
    static let radius = 3.0
    var testDescription: String { ([type.name] + given.map { "\($0.value)" }).joined(separator: " ") }

    static let all = [
        StatedLoss(type: SoftmaxRegression.self), StatedLoss(type: LogisticRegression.self),
        StatedLoss(type: LinearRegression.self), StatedLoss(type: Quadratic.self),
        StatedLoss(type: SupportVectorMachine.self),
        StatedLoss(type: SupportVectorMachine.self, given: [("hinge", .text("westonWatkins"))]),
        StatedLoss(type: SupportVectorMachine.self, given: [("hinge", .text("squaredOneVersusRest"))]),
        StatedLoss(type: LinearLoss.self, given: [("constant", .number(5))]),
        StatedLoss(type: LinearLoss.self, given: [("constant", .number(2)), ("delta", .number(0.5))]),
    ]

    var samples: Samples {
        let classes = type is LogisticRegression.Type ? 2 : 3
        let data = ObjectiveTests.data(features: 3, classes: classes, count: 8, seed: 3)
        if type is LinearRegression.Type { return data.with(.values((0..<8).map { Float($0) - 4 })) }
        guard !given.isEmpty, type is LinearLoss.Type else { return data }
        return Samples(features: data.features.map(abs), targets: data.targets, axes: data.axes)
    }

    func make() throws -> (objective: any Objective, stated: LossRegularity) {
        let model = try type.init(ParameterValues(given, declared: type.parameters, key: ""))
        let stated = try #require(model.regularity(of: samples, radius: Self.radius))
        return (
            try model.makeObjective(for: samples.shape),
            LossRegularity(
                slope: stated.slope * slopeFactor, curvature: stated.curvature.map { $0 * curvatureFactor },
                greatestAtZero: stated.greatestAtZero)
        )
    }
}

@Suite("Stated slopes and curvatures")
struct LossRegularityTests {
    private static let law = Law(
        "no gradient is longer than the slope, none changes faster than the curvature, and no loss at 0 is greater",
        brokenBy: StatedLoss(type: LinearLoss.self, slopeFactor: 0.99)
    ) { (subject: StatedLoss, verdict) in
        let (objective, stated) = try subject.make()
        let samples = subject.samples
        var scratch = ObjectiveScratch()
        func gradient(_ point: [Float], _ row: Int32) -> [Float] {
            var gradient = [Float](repeating: 0, count: point.count)
            var span = gradient.mutableSpan
            _ = objective.lossAndGradient(
                at: point.span, on: Batch(samples, rows: [row]), gradient: &span, scratch: &scratch)
            return gradient
        }
        func distance(_ x: [Float], _ y: [Float]) -> Double { squaredDistance(x.span, y.span).squareRoot() }
        let origin = [Float](repeating: 0, count: objective.dimension)
        let losses = objective.sampleLosses(at: origin.span, on: Batch(samples), scratch: &scratch)
        for (row, loss) in losses.enumerated() {
            verdict.expect(loss <= stated.greatestAtZero + 1e-6, "sample \(row): \(loss) at 0")
        }
        for seed in 0..<40 {
            var random = RandomStream(seed: UInt64(seed), purpose: .measurement)
            let radius = StatedLoss.radius * (seed % 2 == 0 ? 0.999 : random.uniform())
            let point = random.direction(objective.dimension, norm: radius)
            let step = random.direction(objective.dimension, norm: 0.01)
            let near = zip(point, step).map { $0 * 0.99 + $1 }
            for row in 0..<Int32(samples.count) {
                let here = gradient(point, row)
                let norm = distance(here, origin)
                verdict.expect(norm <= stated.slope * (1 + 1e-5), "a gradient of norm \(norm), not \(stated.slope)")
                guard let curvature = stated.curvature else { continue }
                let change = distance(here, gradient(near, row))
                verdict.expect(
                    change <= curvature * distance(point, near) + 1e-5 * (1 + norm), "it changes by \(change)")
            }
        }
    }

    @Test("hold", arguments: StatedLoss.all)
    fileprivate func holds(subject: StatedLoss) throws { #expect(try Self.law.violations(of: subject) == []) }

    @Test("are found out where they are too small")
    func breaks() throws {
        #expect(try !Self.law.violationsOfCounterexample.isEmpty)
        for type in [Quadratic.self, LinearRegression.self] as [any ModelArchitecture.Type] {
            #expect(try !Self.law.violations(of: StatedLoss(type: type, curvatureFactor: 0.8)).isEmpty)
        }
    }

    @Test("are none of what is not convex, and infinite where only a radius bounds them")
    func none() throws {
        let samples = StatedLoss(type: LinearRegression.self).samples
        let linear = LinearRegression(try .init([], declared: LinearRegression.parameters, key: ""))
        #expect(linear.regularity(of: samples, radius: nil)?.slope == .infinity)
        let net = try Perceptron(.init([], declared: Perceptron.parameters, key: ""))
        #expect(net.regularity(of: samples, radius: 1) == nil)
        let decaying = LossRegularity(slope: 2, curvature: 1, greatestAtZero: 0).decaying(0.5, radius: 4)
        #expect(decaying == LossRegularity(slope: 4, curvature: 1.5, greatestAtZero: 0))
        let bent = try LinearLoss(.init([("delta", .number(1))], declared: LinearLoss.parameters, key: ""))
        #expect(bent.regularity(of: Samples(features: [0, -1], targets: .none(1), axes: [2]), radius: 1) == nil)
        #expect(throws: ConfigurationFault.self) {
            try bent.makeObjective(for: SampleShape(featureCount: 1, targets: .none))
        }
    }

    @Test("one sample is exchanged, whatever its targets are, and nothing else")
    func replacing() {
        for targets in [.classes([0, 1, 2], of: 3), .values([1, 2, 3]), .none(3)] as [Targets] {
            let samples = Samples(features: [1, 2, 3, 4, 5, 6], targets: targets, axes: [2])
            let other = Batch(samples, rows: [2]).picked
            let exchanged = samples.replacing(0, with: other)
            #expect(exchanged.hasSame(0, as: samples, at: 2) && !exchanged.hasSame(0, as: samples, at: 0))
            #expect(exchanged.hasSame(1, as: samples, at: 1) && exchanged.hasSame(2, as: samples, at: 2))
        }
        let soft = Samples(features: [1, 1], targets: .distributions([1, 0, 0.5, 0.5], of: 2), axes: [1])
        #expect(!soft.hasSame(0, as: soft, at: 1))
        #expect(soft.replacing(0, with: Batch(soft, rows: [1]).picked).hasSame(0, as: soft, at: 1))
    }

    @Test("the spread of a batch's gradients is that of their definition")
    func spread() throws {
        let samples = ObjectiveTests.data(features: 3, classes: 3, count: 6)
        let objective = try SoftmaxRegression().makeObjective(for: samples.shape)
        var scratch = ObjectiveScratch()
        let point = (0..<objective.dimension).map { Float($0 % 5) * 0.1 }
        let (mean, variance) = objective.gradientSpread(at: point.span, on: Batch(samples), scratch: &scratch)
        var gradients: [[Float]] = []
        objective.sampleGradients(at: point.span, on: Batch(samples), scratch: &scratch) { _, gradient in
            gradients.append(gradient.indices.map { gradient[$0] })
        }
        for j in mean.indices { #expect(abs(mean[j] - gradients.reduce(0) { $0 + Double($1[j]) } / 6) < 1e-6) }
        let direct = gradients.reduce(0.0) { sum, gradient in
            sum
                + mean.indices.reduce(0.0) {
                    $0 + (Double(gradient[$1]) - mean[$1]) * (Double(gradient[$1]) - mean[$1])
                }
        }
        #expect(abs(variance - direct / 6) < 1e-6 && variance > 0.01)
    }
}
