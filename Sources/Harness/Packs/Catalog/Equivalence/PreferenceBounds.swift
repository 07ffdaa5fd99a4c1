// Proposition 1 and its corollaries: how near to the honest mean any algorithm can come, and that none can where half
// of the nodes are hostile.
import Learning
import Personalisation
import Registry

/// N nodes, F of which want 1 and the others 0. Either those at 1 are hostile: all honest nodes want 0, and whoever
/// does not come out with 0 has no bound at all. Or F of those at 0 are: the honest mean is F/(N − F) and their
/// diameter 1. An algorithm sees the same in both.
enum PreferenceBounds {
    static let name = "preferences"
    private static let output = "output"
    private static let constant = "C"
    private static let bound = "F/(N − F)"
    private static let nodes = 10
    private static let minority = 3
    private static let couplings: [(name: String, coupling: any Coupling)] = [
        ("squaredL2", SquaredL2Coupling(strength: 1)), ("l2", L2Coupling(strength: 1)),
        ("smoothL2", SmoothL2Coupling(strength: 1)), ("l1", L1Coupling(strength: 1)),
    ]
    private static let rules = ["mean", "median", "trimmedMean", "geometricMedian", "krum"]
    private static func row(_ algorithm: String, _ hostile: Int) -> String { "\(algorithm), F = \(hostile)" }
    private static var algorithms: [String] { couplings.map(\.name) + rules }

    static func calculation() throws(ConfigurationFault) -> Calculation {
        var trials: [(name: String, rule: RuleTrial)] = []
        for rule in rules { trials.append((rule, try RuleTrial(rule))) }
        let all = trials
        return Calculation(name) { shouldStop in
            var table = CalculatedTable(rows: "algorithm", columns: [output, constant, bound])
            for hostile in [minority, nodes / 2] {
                let wishes = (0..<nodes).map { $0 < hostile ? 1.0 : 0 }
                for (name, coupling) in couplings {
                    if shouldStop() { return nil }
                    // As many samples as make own models what nodes want, up to what the coupling weighs in them.
                    let losses = wishes.map { LocalLoss.leastSquares([DataPoint([1], $0)], weight: 1e4) }
                    let game = CommonModelGame(losses, coupling, ridge: 1e-9)
                    add(&table, name, hostile, game.solve(isCancelled: shouldStop).common[0])
                }
                // Rules that want an honest majority get one to believe in.
                for (name, rule) in all {
                    var rule = rule
                    let told = min(hostile, (nodes - 1) / 2)
                    guard let output = try? rule.aggregate(wishes.map { [Float($0)] }, hostile: told) else { continue }
                    add(&table, name, hostile, Double(output[0]))
                }
            }
            return table
        }
    }

    private static func add(_ table: inout CalculatedTable, _ name: String, _ hostile: Int, _ output: Double) {
        let share = Double(hostile) / Double(nodes - hostile)
        // In the first world the diameter is 0.
        let isExact = abs(output) < 1e-3
        table.add(row(name, hostile), [output, isExact ? abs(output - share) : nil, share])
    }

    static var claims: [Claim] {
        [
            Claim.computed(
                "No algorithm comes nearer to the honest mean in both worlds than F/(N − F) of the diameter",
                published: "proposition 1", quantity: "least C of all algorithms over F/(N − F)", .above(1),
                tolerance: 1e-3
            ) { evidence throws(MissingFigure) in
                var least = Double.infinity
                for algorithm in algorithms {
                    guard let constant = try? evidence.number(name, row(algorithm, minority), constant) else {
                        continue
                    }
                    least = min(least, constant / (try evidence.number(name, row(algorithm, minority), bound)))
                }
                return least
            },
            Claim.computed(
                "The plain average has no bound: one of the minority moves it where all honest nodes agree",
                published: "proposition 1", quantity: "output of the mean, where all honest nodes want 0", .above(0.1)
            ) { evidence throws(MissingFigure) in try evidence.number(name, row("mean", minority), output) },
            Claim.computed(
                "With half of the nodes hostile every algorithm errs by half of the diameter or more in one world",
                published: "corollary: none works for F ≥ N/2",
                quantity: "least, of all algorithms, of the greater error of two worlds", .above(0.5), tolerance: 1e-3
            ) { evidence throws(MissingFigure) in
                var least = Double.infinity
                for algorithm in algorithms {
                    guard let output = try? evidence.number(name, row(algorithm, nodes / 2), output) else { continue }
                    least = min(least, max(abs(output), abs(output - 1)))
                }
                return least
            },
        ]
    }
}
