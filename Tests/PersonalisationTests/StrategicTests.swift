// Strategic players of personalised learning: closed forms, tabulated descents, and data that lead where attacks led.
import Kernels
import TestSupport
import Testing

@testable import Learning
@testable import Personalisation

@Suite("Strategic players")
struct StrategicTests {
    // MARK: One point

    private static let twoNodes = [
        [DataPoint([1, 0], 1), DataPoint([0, 1], 0)], [DataPoint([1, 0], 0), DataPoint([0, 1], 1)],
    ]
    private static let target = [-1.0, 2]

    private static func game(ridge: Double) -> CommonModelGame {
        CommonModelGame(twoNodes.map { .leastSquares($0, ridge: ridge) }, SquaredL2Coupling(strength: 1))
    }

    /// What the one player with one point comes to.
    private static func led(by point: DataPoint, ridge: Double) -> [Double] {
        game(ridge: ridge).joined(by: LocalLoss.leastSquares([point], ridge: ridge)).solve().common
    }

    @Test("one point leads the common model to the target, at every ridge and scale")
    func onePoint() throws {
        for (ridge, honest, pull, model, query, answer) in [
            (0.0, [0.5, 0.5], [-2.0, 2], [-2.0, 3], [-2.0, 2], 11.0),
            (0.1, [0.3716216216, 0.3716216216], [-2.125, 2.375], [-2.0625, 3.1875], [-2.5375, 3.0125], 15.8359375),
        ] {
            let game = Self.game(ridge: ridge)
            // The strategic player has no data yet, and its ridge all the same.
            expectClose(Self.led(by: DataPoint([0, 0], 0), ridge: ridge), honest, within: 1e-10)
            let found = game.pull(at: Self.target)
            expectClose(found, pull, within: 1e-11)
            let strategic = try #require(
                StrategicModel.model(pullingBy: found.map { -$0 }, at: Self.target, under: game.coupling))
            expectClose(strategic, model, within: 1e-11)
            let point = OnePoint.leading(to: strategic, against: found, ridge: ridge)
            expectClose(point.query, query, within: 1e-11)
            #expect(abs(point.answer - answer) < 1e-10)
            for scale in [1, 0.2, -3] {
                let scaled = OnePoint.leading(to: strategic, against: found, ridge: ridge, scale: scale)
                expectClose(Self.led(by: scaled, ridge: ridge), Self.target, within: 1e-9)
            }
        }
    }

    @Test("as the paper prints it, the point leads elsewhere")
    func printedPoint() {
        expectClose(
            Self.led(by: DataPoint([-2, 2], 9), ridge: 0), [-0.7272727273, 1.7272727273], within: 1e-10)
        // Without the ridge in the query.
        expectClose(
            Self.led(by: DataPoint([-2.125, 2.375], 12.953125), ridge: 0.1), [-1.0219117119, 1.9291000532],
            within: 1e-10)
    }

    // MARK: Counter-gradients

    private static let line = CommonModelGame(
        [.quadratic(around: [1]), .quadratic(around: [0])], SquaredL2Coupling(strength: 1))

    private static func descent(
        _ game: CommonModelGame, stepSize: Double, rounds: Int, to target: [Double],
        start: CounterGradientReport.Start = .still
    ) -> StrategicDescent.Path {
        var attack = CounterGradientReport(target: target, start: start)
        return StrategicDescent(against: game, stepSize: stepSize)
            .run(from: target.map { _ in 0 }, rounds: rounds) { common, _ in
                attack.report(at: common, stepSize: stepSize, under: game.coupling)
            }
    }

    @Test("counter-gradients lead the common model along the tabulated path")
    func path() {
        let path = Self.descent(Self.line, stepSize: 0.1, rounds: 7, to: [3])
        expectClose(
            path.models.map { $0[0] },
            [0, 3.06666667, 2.59111111, 3.06340741, 2.93702716, 3.01685070, 2.98935686, 3.00366585], within: 1e-8)
        expectClose(
            path.reports.prefix(6).map { $0[0] },
            [-30, 1.33333333, -7.51111111, -2.15407407, -4.04760494, -3.08086255], within: 1e-8)
        let silent = Self.descent(Self.line, stepSize: 0.1, rounds: 3, to: [3], start: .silent)
        expectClose(silent.models.map { $0[0] }, [0, 0.06666667, 2.99111111, 2.61007407], within: 1e-8)
    }

    @Test("they converge at steps below 1 over twice the curvature, and not above")
    func greatestStep() {
        let good = Self.descent(Self.line, stepSize: 0.374, rounds: 4_000, to: [3])
        #expect(abs(good.models.last![0] - 3) < 1e-3)
        expectClose(good.reports.last!, [-10.0 / 3], within: 1e-2)
        let bad = Self.descent(Self.line, stepSize: 0.376, rounds: 4_000, to: [3])
        #expect(abs(bad.models.last![0] - 3) > 1)
    }

    @Test("under bounded couplings they end where what they may say holds the others' pull")
    func limits() {
        let plane = [LocalLoss.quadratic(around: [1, 0]), .quadratic(around: [0, 1])]
        let line = [LocalLoss.quadratic(around: [1]), .quadratic(around: [0])]
        let root = 0.7071067812
        for (coupling, onLine, report, onPlane, reports) in [
            (SquaredL2Coupling(strength: 1) as any Coupling, 3.0, -10.0 / 3, 5.0, -6.0),
            (L2Coupling(strength: 1), 1, -1, 0.8535533906, -root),
            (SmoothL2Coupling(strength: 1), 1.6387620938, -1, 1.29196377, -root),
            (L1Coupling(strength: 1), 1, -1, 1, -1),
        ] {
            let one = Self.descent(CommonModelGame(line, coupling), stepSize: 0.1, rounds: 600, to: [3])
            #expect(abs(one.models.last![0] - onLine) < 1e-8, "\(coupling)")
            #expect(abs(one.reports.last![0] - report) < 1e-7)
            let two = Self.descent(CommonModelGame(plane, coupling), stepSize: 0.05, rounds: 1_500, to: [5, 5])
            expectClose(two.models.last!, [onPlane, onPlane], within: 1e-8)
            expectClose(two.reports.last!, [reports, reports], within: 1e-7)
        }
    }

    @Test("a target is out of reach by as much as the pull there exceeds what the coupling has")
    func reach() {
        let losses = [LocalLoss.quadratic(around: [1]), .quadratic(around: [0])]
        for (coupling, target, isReached) in [
            (SquaredL2Coupling(strength: 1) as any Coupling, 3.0, true), (L2Coupling(strength: 1), 3, false),
            (L2Coupling(strength: 1), 0.8, true), (L1Coupling(strength: 1), 0.8, true),
            (L1Coupling(strength: 1), 1.1, false), (SmoothL2Coupling(strength: 1), 1.6, true),
            (SmoothL2Coupling(strength: 1), 1.7, false),
        ] {
            let game = CommonModelGame(losses, coupling)
            let shortfall = StrategicModel.shortfall(of: game.pull(at: [target]), under: coupling)
            #expect((shortfall < 1e-12) == isReached, "\(coupling) \(target) \(shortfall)")
            let path = Self.descent(game, stepSize: 0.05, rounds: 3_000, to: [target])
            #expect((abs(path.models.last![0] - target) < 1e-6) == isReached)
        }
    }

    @Test("no pull comes from a minimum over the node's own model but that of its slope")
    func envelope() {
        // The gradient of min over θ against differences of its value, which needs no formula for θ.
        let loss = LocalLoss.leastSquares([DataPoint([1, 2], 1), DataPoint([-1, 0.5], 2)], ridge: 0.3)
        for coupling in [
            SquaredL2Coupling(strength: 0.7) as any Coupling, L2Coupling(strength: 0.7),
            SmoothL2Coupling(strength: 0.7), L1Coupling(strength: 0.7, diagonal: [1, 2]),
        ] {
            for common in [[2.0, -1], [0.1, 0.4], [-0.5, 0.6]] {
                let game = CommonModelGame([loss], coupling)
                func least(_ common: [Double]) -> Double {
                    var answers: [CommonModelGame.Answer] = []
                    _ = game.pull(at: common, &answers)
                    let own = answers[0].model
                    return loss.evaluate(own).value + coupling.value(common.moved(-1, along: own))
                }
                let pull = game.pull(at: common)
                for j in 0..<2 {
                    let (up, down) = (
                        common.replacing(j, with: common[j] + 1e-5), common.replacing(j, with: common[j] - 1e-5)
                    )
                    #expect(abs((least(up) - least(down)) / 2e-5 - pull[j]) < 1e-6, "\(coupling) \(common)")
                }
            }
        }
    }

    // MARK: From any converging attack to data

    /// Honest nodes with different data, and queries for the strategic one.
    private static func regression(_ coupling: any Coupling) -> CommonModelGame {
        var random = RandomStream(seed: 3, purpose: .data)
        let losses = (0..<3).map { node in
            LocalLoss.leastSquares(
                (0..<20).map { _ in
                    let query = (0..<3).map { _ in random.gaussian() }
                    return DataPoint(query, query[0] - query[1] + Double(node) + 0.3 * random.gaussian())
                }, ridge: 0.1)
        }
        return CommonModelGame(losses, coupling)
    }

    @Test("what a gradient attack led to, a model and then enough data lead to")
    func equivalence() throws {
        for coupling in [
            SquaredL2Coupling(strength: 1) as any Coupling, L2Coupling(strength: 1), SmoothL2Coupling(strength: 1),
        ] {
            let game = Self.regression(coupling)
            let target = [2.0, 2, 2]
            let attacked = Self.descent(game, stepSize: 0.02, rounds: 3_000, to: target)
            let (common, report) = (attacked.models.last!, attacked.reports.last!)
            // At the bound of smoothL2 no model has the gradient, but those near by do.
            let said = coupling is SmoothL2Coupling ? report.map { $0 * (1 - 1e-6) } : report
            let model = try #require(StrategicModel.model(pullingBy: said, at: common, under: coupling))
            let held = game.joined(by: model).solve(from: common).common
            #expect(held.distance(to: common) < 1e-4, "\(coupling) \(held) \(common)")

            var random = RandomStream(seed: 4, purpose: .data)
            var distances: [Double] = []
            for count in [10, 100, 1_000] {
                let points = (0..<count).map { _ in
                    let query = (0..<3).map { _ in random.gaussian() }
                    return DataPoint(query, zip(query, model).reduce(0) { $0 + $1.0 * $1.1 })
                }
                let led = game.joined(by: LocalLoss.leastSquares(points)).solve(from: common).common
                distances.append(led.distance(to: common))
            }
            #expect(distances[1] < 0.5 * distances[0] || distances[1] < 1e-5, "\(coupling) \(distances)")
            #expect(distances[2] < 0.5 * distances[1] || distances[2] < 1e-5, "\(coupling) \(distances)")
            #expect(distances[2] < 0.05)
        }
    }

    // MARK: Soft labels

    @Test("tilted soft labels lead softmax to the target, and plain ones not all the way")
    func softLabels() throws {
        let instance = SoftLabelInstance(seed: 1)
        let game = CommonModelGame(instance.honest, SquaredL2Coupling(strength: 1))
        let pull = game.pull(at: instance.target)
        let model = try #require(
            StrategicModel.model(pullingBy: pull.map { -$0 }, at: instance.target, under: game.coupling))
        var random = RandomStream(seed: 2, purpose: .data)
        let points = (0..<1_000).map { _ in random.gaussian() }
        let poison = SoftLabels(for: model, classCount: 3, points: points, scatter: 1, random: &random)
        func distance(_ data: SoftSamples) -> Double {
            let led = game.joined(by: LocalLoss.softmax(data, weight: 300)).solve()
            return led.common.centred(classCount: 3).distance(to: instance.target)
        }
        let start = game.solve().common.centred(classCount: 3).distance(to: instance.target)
        #expect(start > 3)
        let plain = distance(poison.plain)
        #expect(plain > 0.1 && plain < start)
        let tilted = poison.tilted(against: pull, ridge: 0, weight: 300)
        #expect(try distance(#require(tilted.samples)) < 1e-4)
        // Too light to hold the pull: no labels are enough.
        if case .notFound(let steps) = poison.tilted(against: pull, ridge: 0, weight: 30) {
            #expect(steps > 100)
        } else {
            Issue.record("a search that finds nothing does not say so")
        }
        // Nor is a search that is cut short one that found none.
        var asked = 0
        let cut = poison.tilted(against: pull, ridge: 0, weight: 300) {
            asked += 1
            return asked > 5
        }
        if case .notFound(let steps) = cut { #expect(steps < 10) } else { Issue.record("it was not cut short") }
        // What is the same for all classes is nothing to softmax: rounding leaves some of it, and more is not answered.
        let rounded = poison.tilted(against: pull.map { Double(Float($0)) }, ridge: 0, weight: 300)
        #expect(try distance(#require(rounded.samples)) < 1e-3)
        guard case .sameForAllClasses = poison.tilted(against: pull.map { $0 + 1 }, ridge: 0, weight: 300) else {
            Issue.record("a pull that is the same for all classes has no answer")
            return
        }
    }
}

/// Five nodes with 60 samples each of three classes, and another model as the target.
private struct SoftLabelInstance {
    let honest: [LocalLoss]
    let target: [Double]

    init(seed: UInt64) {
        var random = RandomStream(seed: seed, purpose: .data)
        let truth = (0..<33).map { _ in random.gaussian() }.centred(classCount: 3)
        target = (0..<33).map { _ in 1.5 * random.gaussian() }.centred(classCount: 3)
        var losses: [LocalLoss] = []
        for _ in 0..<5 {
            var (features, shares): ([Double], [Double]) = ([], [])
            for _ in 0..<60 {
                let x = (0..<10).map { _ in random.gaussian() }
                // The greatest score with Gumbel noise has the probabilities of softmax.
                var (label, greatest) = (0, -Double.infinity)
                for a in 0..<3 {
                    var score = truth[30 + a] - Elementary.log(-Elementary.log(random.uniform()))
                    for j in 0..<10 { score += truth[a * 10 + j] * x[j] }
                    if score > greatest { (label, greatest) = (a, score) }
                }
                features += x
                shares += (0..<3).map { $0 == label ? 1 : 0 }
            }
            losses.append(
                .softmax(SoftSamples(features: features, featureCount: 10, shares: shares, classCount: 3)))
        }
        honest = losses
    }
}

private func expectClose(
    _ found: [Double], _ expected: [Double], within tolerance: Double, _ place: SourceLocation = #_sourceLocation
) {
    #expect(found.count == expected.count, sourceLocation: place)
    for (a, b) in zip(found, expected) {
        #expect(abs(a - b) <= tolerance, "\(found) \(expected)", sourceLocation: place)
    }
}
