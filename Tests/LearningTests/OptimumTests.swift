// Solutions of training problems: against closed forms, against each other, and against what strong convexity says.
import Kernels
import Registry
import TestSupport
import Testing

@testable import Learning

/// A problem with a solution, perhaps a wrong one.
struct SolvedProblem: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let problem: any ConvexProblem
    /// Added to the first element of what was found.
    var error = 0.0

    static let data = seededData(samples: 60, features: 5, classes: 3)
    /// Three shards of different sizes.
    static let batch = WeightedBatch(
        data, equally: [Array(0..<10), Array(10..<30), [], Array(30..<60)].map { $0.map { Int32($0) } })
    static let shares = (0..<60).map { Double($0 % 4) / 3 }
    static let values = (0..<60).map { Double($0 % 7) - 2.5 }

    static let all = [
        SolvedProblem(testDescription: "mean", problem: SampleMeanProblem(batch, weightDecay: 0.5)),
        SolvedProblem(
            testDescription: "softmax",
            problem: LinearScoresProblem(batch, .crossEntropy(of: batch), weightDecay: 1e-3)),
        SolvedProblem(
            testDescription: "logistic", problem: LinearScoresProblem(batch, .logistic(shares), weightDecay: 1e-3)),
        SolvedProblem(
            testDescription: "linear", problem: LinearScoresProblem(batch, .squared(values), weightDecay: 1e-3)),
        SolvedProblem(
            testDescription: "squared hinge",
            problem: LinearScoresProblem(batch, .squaredHinge(of: batch), weightDecay: 1e-2)),
        SolvedProblem(
            testDescription: "Crammer, Singer", problem: HingeProblem(batch, .crammerSinger, weightDecay: 0.1)),
        SolvedProblem(
            testDescription: "Weston, Watkins", problem: HingeProblem(batch, .westonWatkins, weightDecay: 0.1)),
    ]
}

@Suite("Optimum")
struct OptimumTests {
    /// F(y) ≥ F(x*) + μ/2 |y − x*|² for every y, which no other point than x* satisfies.
    static let law = Law(
        "nothing lies below it, and nothing near it but what is near in value",
        brokenBy: SolvedProblem(
            testDescription: "misplaced", problem: SampleMeanProblem(SolvedProblem.batch, weightDecay: 0.5), error: 0.1)
    ) { subject, verdict in
        let optimum = subject.problem.solve()
        var point = optimum.point
        point[0] += subject.error
        let least = subject.problem.value(at: point)
        let slack = 1e-12 + 2 * optimum.certificate.excess
        let step = 0.07
        for index in point.indices {
            for sign in [-step, step] {
                var other = point
                other[index] += sign
                let gain = subject.problem.value(at: other) - least
                verdict.expect(
                    gain >= subject.problem.convexity / 2 * step * step - slack, "element \(index): only \(gain)")
            }
        }
    }

    @Test("lies below everything, as strong convexity says", arguments: SolvedProblem.all)
    func least(subject: SolvedProblem) throws { #expect(try Self.law.violations(of: subject) == []) }

    @Test("a point beside it is found out")
    func misplaced() throws { #expect(try !Self.law.violationsOfCounterexample.isEmpty) }

    @Test("its gradient by differences is zero, and its certificate holds", arguments: SolvedProblem.all)
    func stationary(subject: SolvedProblem) {
        let optimum = subject.problem.solve()
        #expect(optimum.certificate.holds && optimum.value == subject.problem.value(at: optimum.point))
        guard optimum.certificate.kind == .gradientNorm else { return }
        let slopes = centralDifferences(of: subject.problem.value, at: optimum.point)
        #expect(slopes.allSatisfy { abs($0) < 1e-8 })
        #expect(optimum.certificate.distance < 1e-8 && optimum.certificate.excess < 1e-15)
    }

    @Test("analytic slopes are those of the values, away from the optimum", arguments: SolvedProblem.all)
    func slopes(subject: SolvedProblem) {
        guard let problem = subject.problem as? any NewtonProblem else { return }
        let point = (0..<problem.dimension).map { Double($0 % 5) * 0.3 - 0.6 }
        let (_, gradient, curvature) = problem.evaluate(point)
        for (slope, expected) in zip(gradient, centralDifferences(of: problem.value, at: point)) {
            #expect(abs(slope - expected) < 1e-7)
        }
        let direction = (0..<problem.dimension).map { Double($0 % 3) - 1 }
        func gradientAlong(_ t: Double) -> [Double] {
            problem.evaluate(zip(point, direction).map { $0 + t * $1 }).gradient
        }
        let differences = zip(gradientAlong(1e-5), gradientAlong(-1e-5)).map { ($0 - $1) / 2e-5 }
        for (bent, expected) in zip(curvature.product(direction), differences) { #expect(abs(bent - expected) < 1e-6) }
        for index in point.indices {
            var unit = [Double](repeating: 0, count: problem.dimension)
            unit[index] = 1
            // Scaled by its diagonal.
            #expect(abs(curvature.product(unit)[index] * curvature.preconditioner()(unit)[index] - 1) < 1e-10)
        }
    }

    @Test("of a mean is the mean of the shards' means, shrunk by weight decay")
    func mean() {
        let samples = Samples(features: [1, 3, 9], targets: .none(3), axes: [1])
        let batch = WeightedBatch(samples, equally: [[0, 1], [], [2]])
        #expect(batch.rows == [0, 1, 2] && batch.weights == [0.25, 0.25, 0.5])
        #expect(SampleMeanProblem(batch, weightDecay: 0).solve().point == [5.5])
        #expect(SampleMeanProblem(batch, weightDecay: 0.1).solve().point == [5.5 / 1.1])
    }

    @Test("of a ridge regression of one feature is that of its two normal equations")
    func ridge() {
        let samples = Samples(features: [0, 1, 2, 4], targets: .values([1, 2, 2, 5]), axes: [1])
        let batch = WeightedBatch(samples, equally: [[0, 1, 2, 3]])
        let optimum = LinearScoresProblem(batch, .squared(of: batch), weightDecay: 0.25).solve()
        // (21/4 + λ) w + 7/4 b = 26/4, 7/4 w + (1 + λ) b = 10/4.
        let (a, b, d) = (21.0 / 4 + 0.25, 7.0 / 4, 1.25)
        let determinant = a * d - b * b
        #expect(abs(optimum.point[0] - (6.5 * d - 2.5 * b) / determinant) < 1e-12)
        #expect(abs(optimum.point[1] - (2.5 * a - 6.5 * b) / determinant) < 1e-12)
    }

    @Test("of two classes is the same by softmax and, with half the weight decay, by the logistic loss")
    func twoClasses() {
        let data = seededData(samples: 40, features: 3, classes: 2)
        let batch = WeightedBatch(data, equally: [(0..<40).map { Int32($0) }])
        let softmax = LinearScoresProblem(batch, .crossEntropy(of: batch), weightDecay: 2e-3).solve()
        let logistic = LinearScoresProblem(batch, .logistic(of: batch), weightDecay: 1e-3).solve()
        #expect(abs(softmax.value - logistic.value) < 1e-12)
        // w₁ − w₀, weights and then biases.
        let difference =
            (0..<3).map { softmax.point[3 + $0] - softmax.point[$0] } + [softmax.point[7] - softmax.point[6]]
        for (one, other) in zip(difference, logistic.point) { #expect(abs(one - other) < 1e-7) }
    }

    @Test("of two classes is the same by either hinge, whose gap bounds the distance", arguments: [0.05, 1])
    func hinges(weightDecay: Double) {
        let data = seededData(samples: 30, features: 3, classes: 2)
        let batch = WeightedBatch(data, equally: [(0..<30).map { Int32($0) }])
        let found = HingeProblem.Form.allCases.map { HingeProblem(batch, $0, weightDecay: weightDecay).solve() }
        #expect(found.allSatisfy { $0.certificate.holds && $0.certificate.kind == .dualityGap })
        #expect(abs(found[0].value - found[1].value) < 2e-9)
        let square = zip(found[0].point, found[1].point).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(square.squareRoot() <= found[0].certificate.distance + found[1].certificate.distance)
    }

    @Test("of a hinge on one sample is by hand")
    func oneSample() {
        // Score gap 2w for f = 0 and bias alone: max(0, 1 − (b₀ − b₁)) + λ/2 (b₀² + b₁²).
        let samples = Samples(features: [0], labels: [0], featureCount: 1, classCount: 2)
        let batch = WeightedBatch(samples, equally: [[0]])
        for form in HingeProblem.Form.allCases {
            // Beyond λ = 2 the margin is not reached: b = ±1/λ.
            let strong = HingeProblem(batch, form, weightDecay: 4).solve()
            #expect(zip(strong.point, [0, 0, 0.25, -0.25]).allSatisfy { abs($0 - $1) < 1e-9 })
            let weak = HingeProblem(batch, form, weightDecay: 1).solve()
            #expect(zip(weak.point, [0, 0, 0.5, -0.5]).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    @Test("agrees with the loss that nodes train with, at any point")
    func objective() throws {
        let data = SolvedProblem.data
        let problem = LinearScoresProblem(SolvedProblem.batch, .crossEntropy(of: SolvedProblem.batch), weightDecay: 0.5)
        let point = (0..<problem.dimension).map { Double(Float(Double($0 % 5) * 0.3 - 0.6)) }
        let shards = [Array(0..<10), Array(10..<30), Array(30..<60)].map { $0.map { Int32($0) } }
        let losses = shards.map { SlowSoftmax(data, samples: $0).loss(point) }
        let decay = 0.25 * point.reduce(0) { $0 + $1 * $1 }
        #expect(abs(problem.value(at: point) - losses.reduce(0, +) / 3 - decay) < 1e-12)
    }

    /// Models whose optimum is known, with data that they learn from.
    private static let models: [(model: any ModelArchitecture, samples: Samples)] = {
        var models: [(model: any ModelArchitecture, samples: Samples)] = []
        for type in ModelCatalog.all.entries where type.knownOptimum != .none {
            let forms = HingeLoss.Form.allCases.map { [(name: "hinge", value: ParameterValue.text($0.rawValue))] }
            for given in type is SupportVectorMachine.Type ? forms : [[]] {
                guard let values = try? ParameterValues(given, declared: type.parameters, key: ""),
                    let model = try? type.init(values)
                else { continue }
                models.append((model, samples(for: type)))
            }
        }
        return models
    }()

    private static func samples(for type: any ModelArchitecture.Type) -> Samples {
        let data = seededData(samples: 30, features: 4, classes: type is LogisticRegression.Type ? 2 : 3)
        return type is LinearRegression.Type ? data.with(.values((0..<30).map { Float($0 % 7) - 2.5 })) : data
    }

    @Test("of every model is that of the loss that its nodes train with", arguments: models.indices)
    func everyModel(index: Int) throws {
        let (model, samples) = Self.models[index]
        let all = Batch(samples)
        let objective = try model.makeObjective(for: samples.shape)
        let problem = try #require(model.makeProblem(on: WeightedBatch(samples, equally: [all.rows]), weightDecay: 0.5))
        var scratch = ObjectiveScratch()
        for factor: Float in [0, 0.3, -0.7] {
            let point = (0..<objective.dimension).map { factor * (Float($0 % 5) - 1.5) }
            let decay = 0.25 * point.reduce(0) { $0 + Double($1) * Double($1) }
            let trained = objective.loss(at: point.span, on: all, scratch: &scratch) + decay
            #expect(abs(problem.value(at: point.map(Double.init)) - trained) < 1e-5 * max(1, trained))
        }
        #expect(problem.solve().certificate.holds)
    }

    @Test("a search that is called off ends at once, and says how far off it is", arguments: SolvedProblem.all)
    func cancelled(subject: SolvedProblem) {
        var asked = 0
        let optimum = subject.problem.solve {
            asked += 1
            return true
        }
        #expect(asked < 4 && optimum.certificate.holds == (asked == 0))
    }

    @Test("is known of every convex model of the catalogue")
    func known() {
        #expect(
            Self.models.map { type(of: $0.model).name } == [
                "softmax", "linear", "logistic", "svm", "svm", "svm", "quadratic",
            ])
    }

    @Test("certificates bound what is above the least value, and how far it is")
    func certificates() {
        let gradient = Certificate(.gradientNorm, 0.5, convexity: 0.25)
        #expect(gradient.excess == 0.5 && gradient.distance == 2 && !gradient.holds)
        let gap = Certificate(.dualityGap, 0.5, convexity: 0.25)
        #expect(gap.excess == 0.5 && gap.distance == 2)
    }
}
