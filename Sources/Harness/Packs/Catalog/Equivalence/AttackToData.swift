// The main theorem: any gradient attack that converges becomes a model attack, and that a data set, which leads the
// nearer to where the attack led the more points it has.
import Kernels
import Learning
import Personalisation

enum AttackToData {
    static let name = "attack to data"
    static let counts = [10, 100, 1_000, 10_000]
    static func column(_ count: Int) -> String { "\(count) points" }
    static let way = "way of the attack"
    static let byModel = "model attack"
    static let attacks = ["counter-gradients", "constant", "sign flip", "bounded random"]
    private static let dimension = 4

    static let couplings: [(name: String, coupling: any Coupling)] = [
        ("squaredL2", SquaredL2Coupling(strength: 1)), ("l2", L2Coupling(strength: 1)),
        ("smoothL2", SmoothL2Coupling(strength: 1)),
    ]
    static func row(_ coupling: String, _ attack: String) -> String { "\(coupling), \(attack)" }

    static let calculation = Calculation(name) { shouldStop in
        var table = CalculatedTable(
            rows: "coupling, attack", columns: [way, byModel] + counts.map(column))
        for (title, coupling) in couplings {
            let game = CommonModelGame(honest, coupling)
            let free = game.solve(isCancelled: shouldStop).common
            let target = (0..<dimension).map { free[$0] + ($0.isMultiple(of: 2) ? 2.0 : -1.5) }
            let scale = target.distance(to: free)
            for attack in attacks {
                if shouldStop() { return nil }
                let path = AttackToData.path(of: attack, on: game, to: target, shouldStop)
                guard let common = path.models.last, let report = path.reports.last else { continue }
                let model = strategicModel(report, at: common, under: coupling)
                func distance(_ game: CommonModelGame) -> Double {
                    game.solve(from: common, isCancelled: shouldStop).common.distance(to: common) / scale
                }
                var distances: [Double?] = [common.distance(to: free) / scale]
                distances.append(model.map { distance(game.joined(by: $0)) })
                for count in counts {
                    distances.append(model.map { distance(game.joined(by: labelled(by: $0, count))) })
                }
                table.add(row(title, attack), distances)
            }
        }
        return table
    }

    /// Of five nodes, each with its own mind.
    private static let honest: [LocalLoss] = {
        var random = RandomStream(seed: 11, purpose: .data)
        return (0..<5).map { node -> LocalLoss in
            let shift = 0.4 * Double(node - 2)
            return regression(by: [shift - 0.5, -shift, shift + 0.5, shift + 1], 40, noise: 0.3, &random)
        }
    }()

    private static func regression(
        by model: [Double], _ count: Int, noise: Double, _ random: inout RandomStream
    ) -> LocalLoss {
        .leastSquares(
            (0..<count).map { _ in
                let query = model.map { _ in random.gaussian() }
                let answer = zip(query, model).reduce(noise * random.gaussian()) { $0 + $1.0 * $1.1 }
                return DataPoint(query, answer)
            }, ridge: 0.01)
    }

    /// Data on which an honest learner comes to this model.
    private static func labelled(by model: [Double], _ count: Int) -> LocalLoss {
        var random = RandomStream(seed: 12, purpose: .data)
        let points = (0..<count).map { _ in
            let query = model.map { _ in random.gaussian() }
            return DataPoint(query, zip(query, model).reduce(0) { $0 + $1.0 * $1.1 })
        }
        return .leastSquares(points)
    }

    /// At the bound of smoothL2 no model has the gradient, but those far away nearly do.
    static func strategicModel(
        _ report: [Double], at common: [Double], under coupling: any Coupling
    ) -> [Double]? {
        let isOpen = coupling is SmoothL2Coupling && report.norm > coupling.strength * (1 - 1e-5)
        return StrategicModel.model(
            pullingBy: isOpen ? report.map { $0 * (1 - 1e-5) } : report, at: common, under: coupling)
    }

    private static func path(
        of attack: String, on game: CommonModelGame, to target: [Double], _ shouldStop: () -> Bool
    ) -> StrategicDescent.Path {
        let (step, rounds) = (0.02, 3_000)
        if attack == attacks[0] {
            return GradientLimits.counterGradients(game, to: target, stepSize: step, rounds: rounds, shouldStop)
        }
        var random = RandomStream(seed: 13, purpose: .attack)
        var direction = target.map { _ in random.gaussian() }
        direction = direction.map { $0 * 0.8 / direction.norm }
        // What an honest node with data of another mind would say.
        let other = CommonModelGame([regression(by: target, 40, noise: 0.3, &random)], game.coupling)
        let descent = StrategicDescent(against: game, stepSize: step)
        return descent.run(from: target.map { _ in 0 }, rounds: rounds, isOver: shouldStop) { common, round in
            let said: [Double] =
                switch attack {
                case attacks[1]: direction
                case attacks[2]: other.pull(at: common, isCancelled: shouldStop).map { -$0 }
                default: direction.map { $0 + random.gaussian() / Double((round + 1) * (round + 1)) }
                }
            return game.coupling.projected(said)
        }
    }

    static var claims: [Claim] {
        var claims: [Claim] = []
        for (title, _) in couplings {
            claims.append(
                Claim.computed(
                    "Under \(title) a model attack leads where any converging gradient attack led",
                    published: "theorem 1, propositions 2 to 4",
                    quantity: "greatest distance, as a share of the way to the target", .below(0), tolerance: 1e-4
                ) { evidence throws(MissingFigure) in
                    var greatest = 0.0
                    for attack in attacks {
                        greatest = max(greatest, try evidence.number(name, row(title, attack), byModel))
                    }
                    return greatest
                })
            claims.append(
                Claim.computed(
                    "Under \(title) data lead there, and the nearer the more points there are",
                    published: "theorem 1: within any ε, with enough data",
                    quantity: "greatest distance with ten thousand points, as a share of the way to the target",
                    .below(1e-3)
                ) { evidence throws(MissingFigure) in
                    var greatest = 0.0
                    for attack in attacks {
                        var last = Double.infinity
                        for count in counts {
                            let distance = try evidence.number(name, row(title, attack), column(count))
                            // What is no nearer with more points is no proof, unless it is there already.
                            if distance > last, distance > 1e-6 { greatest = .infinity }
                            last = distance
                        }
                        greatest = max(greatest, last)
                    }
                    return greatest
                })
        }
        return claims
    }
}
