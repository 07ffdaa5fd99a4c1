// What label-poisoning computes beside its sweeps: how heterogeneous gradients are, the robustness constants with the
// error bounds they give, and the instance on which no rule can do well in both of two worlds.
import Kernels
import Registry
import Scenario

enum LabelPoisoningTheory {
    static let spreadName = "heterogeneity"
    static let regular = "ξ"
    static let poisoned = "A"
    static let regularBound = "bound on ξ"
    static let poisonedBound = "bound on A"
    static let meanBound = "10δ²A², mean"

    /// δ, the share of poisoned nodes.
    static let share = 0.1

    /// The constants ρ of rules by their names in the pack, for R regular nodes and dimension D large enough not to
    /// count (arXiv 2404.13647).
    static let constants: [(name: String, rho: Double)] = [
        ("trimmed mean", 3 * share / (1 - 2 * share) * 3), ("FABA", 2 * share / (1 - 3 * share)),
        ("CC", (24 * share).squareRoot()),
    ]

    static func boundColumn(_ rule: String) -> String { "10ρ²ξ², \(rule)" }

    /// ξ and A along a run of the mean on the complete graph, and what follows from them.
    ///
    /// - Parameter runs: rows of the table by name.
    static func spreads(_ runs: [PackExperiment]) -> Calculation {
        Calculation(spreadName, running: runs) { shouldStop in
            var table = CalculatedTable(
                rows: "split, flip, seed",
                columns: [regular, poisoned, regularBound, poisonedBound, meanBound]
                    + constants.map { boundColumn($0.name) })
            for run in runs {
                guard let spread = try GradientSpread(run.assembly(), shouldStop: shouldStop) else { return nil }
                let (xi, a) = (spread.regular, spread.poisoned)
                table.add(
                    run.name,
                    [
                        xi, a, spread.regularBound, spread.poisonedBound, 10 * share * share * a * a,
                    ] + constants.map { 10 * $0.rho * $0.rho * xi * xi })
            }
            return table
        }
    }

    // MARK: Two labels

    static let twoLabelName = "two worlds"
    static let worlds = ["world 1", "world 2"]
    /// By their names in the rule catalogue.
    static let twoLabelRules = ["mean", "trimmedMean", "median", "faba"]
    private static let nodes = 10
    static func twoLabelRow(_ rule: String, hostile: Int) -> String { "\(rule), \(hostile) of \(nodes)" }
    static let lowerBound = "lower bound"

    /// f(x; k) = (1 − δ) ξ x_k / √2 + ½|x|² with ξ = 1: so many of ten nodes hold label 2, the others label 1. In world
    /// 1 the former are poisoned, in world 2 as many of the latter. A rule sees the same in both; the gradient norm of
    /// the regular nodes' mean where it comes to rest is at least δξ/2 in one of them (arXiv 2404.13647, theorem 3).
    static func twoLabels(hostile counts: [Int]) throws(ConfigurationFault) -> Calculation {
        var trials: [(name: String, rule: RuleTrial)] = []
        for name in twoLabelRules { trials.append((name, try RuleTrial(name))) }
        let rules = trials
        return Calculation(twoLabelName) { _ in
            var table = CalculatedTable(rows: "rule, poisoned", columns: worlds + [lowerBound])
            for hostile in counts {
                let delta = Double(hostile) / Double(nodes)
                for trial in rules {
                    var rule = trial.rule
                    let rest = try restingPoint(of: &rule, hostile: hostile)
                    let norms = [[1, 0], sharesOfWorldTwo(hostile)].map { gradientNorm(at: rest, $0, delta) }
                    table.add(twoLabelRow(trial.name, hostile: hostile), norms + [delta / 2])
                }
            }
            return table
        }
    }

    /// Where x ← x − ½ aggregate of the gradients stops.
    private static func restingPoint(of rule: inout RuleTrial, hostile: Int) throws -> [Float] {
        let push = Float((1 - Double(hostile) / Double(nodes)) / 2.0.squareRoot())
        var x: [Float] = [0, 0]
        for _ in 0..<60 {
            let gradients = (0..<nodes).map { node -> [Float] in
                node < hostile ? [x[0], x[1] + push] : [x[0] + push, x[1]]
            }
            let step = try rule.aggregate(gradients, hostile: hostile)
            for i in x.indices { x[i] -= 0.5 * step[i] }
        }
        return x
    }

    /// Of its regular nodes, those that hold each label; in world 1 all hold the first.
    private static func sharesOfWorldTwo(_ hostile: Int) -> [Double] {
        let regular = Double(nodes - hostile)
        return [Double(nodes - 2 * hostile) / regular, Double(hostile) / regular]
    }

    /// |∇f(x)| where so large shares of the regular nodes hold each label.
    private static func gradientNorm(at x: [Float], _ shares: [Double], _ delta: Double) -> Double {
        let push = (1 - delta) / 2.0.squareRoot()
        return zip(x, shares).reduce(0) { sum, pair in
            let slope = Double(pair.0) + push * pair.1
            return sum + slope * slope
        }.squareRoot()
    }
}
