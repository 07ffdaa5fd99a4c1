// (2f, ε)-redundancy of quadratics by enumeration, beside what rules do where it is ε.
import Kernels
import Registry

/// Losses ½|x − c_i|²: the optimum of a set is its mean. ε is the greatest |mean of S′ − mean of S|² over n − 2f of
/// n − f honest nodes. For a pair S′ ⊂ S that attains it, the hostile nodes stand at the mean of S′. Either S is
/// honest, or S′ and the hostile ones are, whose optimum is the mean of S′: in one of these worlds a rule is at least
/// √ε/2 off.
enum Redundancy {
    static let name = "redundancy"
    static let epsilon = "ε"
    static let error = "squared error"
    private static let count = 9
    private static let hostile = 2
    private static let deviations: [Float] = [0, 0.1, 1]
    private static let rules: [(name: String, rule: String, before: [String])] = [
        ("mean", "mean", []), ("median", "median", []), ("trimmed mean", "trimmedMean", []),
        ("geometric median", "geometricMedian", []), ("Krum", "krum", []),
        ("trimmed mean after NNM", "trimmedMean", ["nnm"]), ("MVA", "mva", []),
    ]
    private static func row(_ rule: String, _ deviation: Float) -> String { "\(rule), centres ± \(deviation)" }

    static func calculation() throws(ConfigurationFault) -> Calculation {
        var trials: [(name: String, rule: RuleTrial)] = []
        for (name, rule, before) in rules { trials.append((name, try RuleTrial(rule, after: before))) }
        let all = trials
        return Calculation(name) { shouldStop in
            var table = CalculatedTable(rows: "rule, honest centres", columns: [epsilon, error])
            for deviation in deviations {
                if shouldStop() { return nil }
                let instance = Instance(deviation)
                for (name, rule) in all {
                    var rule = rule
                    let output = try rule.aggregate(instance.inputs, hostile: hostile)
                    let worst = max(distance(output, instance.all), distance(output, instance.some))
                    table.add(row(name, deviation), [instance.epsilon, worst])
                }
            }
            return table
        }
    }

    /// The centres of seven honest nodes, the pair of sets that are farthest apart, and the hostile inputs to match.
    private struct Instance {
        let inputs: [[Float]]
        /// The mean of S.
        let all: [Float]
        /// The mean of S′.
        let some: [Float]
        let epsilon: Double

        init(_ deviation: Float) {
            let honest = count - hostile
            var random = RandomStream(seed: 1, purpose: .data)
            let centres = (0..<honest).map { _ in
                [1 + deviation * Float(random.gaussian()), deviation * Float(random.gaussian())]
            }
            all = mean(centres)
            var (farthest, greatest) = (all, 0.0)
            for mask in 0..<(1 << honest) where mask.nonzeroBitCount == count - 2 * hostile {
                let part = mean((0..<honest).filter { mask & (1 << $0) != 0 }.map { centres[$0] })
                if distance(part, all) > greatest { (farthest, greatest) = (part, distance(part, all)) }
            }
            some = farthest
            epsilon = greatest
            inputs = centres + Array(repeating: farthest, count: hostile)
        }
    }

    private static func mean(_ points: [[Float]]) -> [Float] {
        points[0].indices.map { j in points.reduce(Float(0)) { $0 + $1[j] } / Float(points.count) }
    }

    private static func distance(_ x: [Float], _ y: [Float]) -> Double {
        zip(x, y).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    }

    static var claims: [Claim] {
        let least = Claim(
            "Where redundancy is ε no rule is nearer than ε/4 in both worlds",
            published: "exact recovery up to ε needs (2f, ε)-redundancy (tutorial)",
            quantity: "least squared error of all rules over ε/4", .above(1), tolerance: 1e-3, isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            var least = Double.infinity
            for (rule, _, _) in rules {
                for deviation in deviations where deviation > 0 {
                    let row = row(rule, deviation)
                    least = min(
                        least, 4 * (try evidence.number(name, row, error)) / (try evidence.number(name, row, epsilon)))
                }
            }
            return least
        }
        let exact = Claim(
            "Where all honest optima agree every robust rule recovers them", published: "ε = 0 (tutorial)",
            quantity: "greatest squared error of all rules, all centres in one point", .below(0), tolerance: 1e-9,
            isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            var greatest = 0.0
            for (rule, _, _) in rules { greatest = max(greatest, try evidence.number(name, row(rule, 0), error)) }
            return greatest
        }
        let order = Claim(
            "Where redundancy is ε robust rules err by no more than order ε",
            published: "recovery up to order ε is possible (tutorial)",
            quantity: "greatest squared error of the robust rules over ε", .below(4), isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            var greatest = 0.0
            for (rule, _, _) in rules where rule != "mean" {
                for deviation in deviations where deviation > 0 {
                    let row = row(rule, deviation)
                    greatest = max(
                        greatest, try evidence.number(name, row, error) / evidence.number(name, row, epsilon))
                }
            }
            return greatest
        }
        return [least, exact, order]
    }

    static var figures: [PackFigure] {
        [
            PackFigure(
                "Redundancy and error",
                note: "9 quadratics, 2 of them hostile: ε by enumeration, and the greater squared error of two worlds.",
                .calculation(name))
        ]
    }
}
