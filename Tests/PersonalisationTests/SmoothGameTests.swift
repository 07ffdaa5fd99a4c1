// The solver of smooth games against the dense one, its preconditioner against its curvature, and Adam on such a game.
import Kernels
import Testing

@testable import Learning
@testable import Personalisation

@Suite("Smooth games")
struct SmoothGameTests {
    private static func points(_ count: Int, _ seed: UInt64, isSigned: Bool = false) -> [DataPoint] {
        var random = RandomStream(seed: seed, purpose: .data)
        return (0..<count).map { _ in
            // Of sizes from 1 to 100, which no scaling by a diagonal of all evens out.
            let query = (0..<3).map { j in [1.0, 10, 100][j] * random.gaussian() + random.gaussian() }
            let answer = random.gaussian()
            return DataPoint(query, isSigned ? (answer < 0 ? -1 : 1) : answer)
        }
    }

    private static let losses = [
        LocalLoss.leastSquares(points(8, 1), ridge: 0.1), .logistic(points(9, 2, isSigned: true), ridge: 0.1),
        .leastSquares(points(5, 3), ridge: 0.1),
    ]

    @Test("what is found without matrices is what the dense solver finds", arguments: [0.01, 1, 100])
    func twins(strength: Double) throws {
        for coupling in [SquaredL2Coupling(strength: strength) as any Coupling, SmoothL2Coupling(strength: strength)] {
            let game = CommonModelGame(Self.losses, coupling, ridge: 0.05).joined(by: [1, -1, 2])
            let coupled = coupling as? any TermCoupling
            let term = try #require(coupled).term(dimension: 3)
            let problem = CommonModelProblem(
                dimension: 3, Self.losses.map { .init(.loss($0), term) } + [.init(.fixed([1, -1, 2]), term)],
                regulariser: NormPower(weight: 0.05, power: 2, norm: 2, dimension: 3))
            let (found, dense) = (game.solve(), problem.solve())
            expectNear(found.common, dense.common, 1e-7, "\(coupling)")
            expectNear(found.own[1], dense.personal[1], 1e-7, "\(coupling)")
            expectNear(game.pull(at: [0.3, 0.2, -1]), problem.respond(to: [0.3, 0.2, -1]).pull, 1e-6)
        }
    }

    @Test("with one score and squaredL2 the preconditioner is the inverse, and not that of another coupling")
    func preconditioner() {
        func error(_ strength: Double) -> Double {
            func game(_ strength: Double) -> SmoothGame {
                SmoothGame(
                    losses: Self.losses, models: [[1, 2, 3]], coupling: SquaredL2Coupling(strength: strength),
                    ridge: 0.3)
            }
            var random = RandomStream(seed: 4, purpose: .measurement)
            let direction = (0..<12).map { _ in random.gaussian() }
            let bent = game(2).evaluate(direction).curvature.product(direction)
            return game(strength).evaluate(direction).curvature.preconditioner()(bent).distance(to: direction)
        }
        #expect(error(2) < 1e-6, "\(error(2))")
        #expect(error(2.2) > 1e-3)
    }

    @Test("of several classes it is as near as to make steps short of conjugate gradients")
    func classes() throws {
        var random = RandomStream(seed: 6, purpose: .data)
        let features = (0..<300).map { $0 % 3 == 0 ? 30 * random.gaussian() : random.gaussian() }
        let shares = (0..<100).flatMap { row in (0..<4).map { row % 4 == $0 ? 1.0 : 0 } }
        let loss = LocalLoss.softmax(
            SoftSamples(features: features, featureCount: 3, shares: shares, classCount: 4), ridge: 0.1)
        let point = [Double](repeating: 0.01, count: 16)
        let there = loss.secondOrder(at: point).curvature
        let near = there.approximation(plus: 0.5)
        var directions = (0..<20).map { _ in point.map { _ in random.gaussian() } }
        for place in point.indices { directions.append(point.indices.map { $0 == place ? 1 : 0 }) }
        var without: [Double] = []
        // Away from what all classes have in common, which the loss does not see.
        for direction in directions.map({ $0.centred(classCount: 4) }) {
            let bent = there.product(direction).moved(0.5, along: direction)
            let ratio = near.solve(bent).dot(bent) / direction.dot(bent)
            #expect(ratio > 0.3 && ratio < 5, "\(ratio)")
            without.append(bent.dot(bent) / direction.dot(bent))
        }
        // The identity, however scaled, is as near in no such range.
        let (least, greatest) = (try #require(without.min()), try #require(without.max()))
        #expect(greatest > 5 / 0.3 * least, "\(least) to \(greatest)")
    }

    @Test("a pull near by is found from the answers before, as from none")
    func warm() {
        for coupling in [L2Coupling(strength: 1) as any Coupling, L1Coupling(strength: 1)] {
            let game = CommonModelGame(Self.losses, coupling)
            var answers: [CommonModelGame.Answer] = []
            for step in 0..<10 {
                let common = [0.1 * Double(step), 0.2, -0.05 * Double(step)]
                expectNear(game.pull(at: common, &answers), game.pull(at: common), 1e-8, "\(coupling)")
            }
        }
    }

    @Test("a step of Adam is as long as its size at first, and many come to what is solved for")
    func adam() throws {
        var (point, adam) = ([1.0, -2], Adam(dimension: 2))
        adam.step(&point, along: [300, -0.01], stepSize: 0.5)
        expectNear(point, [0.5, -1.5], 1e-5)

        var random = RandomStream(seed: 8, purpose: .data)
        let samples = Samples(
            features: (0..<60).map { _ in Float(random.gaussian()) }, labels: (0..<30).map { Int32($0 % 2) },
            featureCount: 2, classCount: 2)
        let objective = try SoftmaxRegression().makeObjective(for: samples.shape)
        let coupling = SquaredL2Coupling(strength: 1)
        let target = [0.5, 0, -0.5, 0, 0, 0]
        var users = AdamUsers(
            [(samples, 1)], objective: objective, coupling: coupling, ridge: 0.1, batchSize: 100,
            from: target.map { _ in 0 }, seed: 1)
        var pull: [Double] = []
        for step in 0..<600 { pull = users.step(towards: target, stepSize: 0.05 * (1 - Double(step) / 600)) }
        let game = CommonModelGame([.softmax(SoftSamples(samples), ridge: 0.1)], coupling)
        expectNear(pull, game.pull(at: target), 1e-2)
    }
}
