// The lower bound of order f/n on its own instance: a mixture in Huber's sense that two honest distributions explain
// equally well.
import Registry

/// n − f nodes say 0 and f nodes say 1. Either the former are honest, or n − 2f of them and all of the latter: then the
/// honest mean is α = f/(n − f) and their variance f(n − 2f)/(n − f)². What a rule makes of it is the same in both
/// worlds, so its squared error is at least α²/4 in one of them, which is f/(4(n − 2f)) of the variance.
enum HuberMixture {
    static let name = "two worlds of one mixture"
    static let error = "error"
    static let bound = "bound"
    private static let nodes = 15
    private static let counts = [1, 3, 5, 7]
    private static let rules: [(name: String, rule: String, before: [String])] = [
        ("mean", "mean", []), ("median", "median", []), ("trimmed mean", "trimmedMean", []),
        ("geometric median", "geometricMedian", []), ("Krum", "krum", []),
        ("trimmed mean after NNM", "trimmedMean", ["nnm"]),
    ]
    private static func row(_ rule: String, _ hostile: Int) -> String { "\(rule), f = \(hostile)" }

    static func calculation() throws(ConfigurationFault) -> Calculation {
        var trials: [(name: String, rule: RuleTrial)] = []
        for (name, rule, before) in rules { trials.append((name, try RuleTrial(rule, after: before))) }
        let all = trials
        return Calculation(name) { _ in
            var table = CalculatedTable(rows: "rule, hostile", columns: ["output", error, bound])
            for (name, rule) in all {
                for hostile in counts {
                    var rule = rule
                    let inputs = (0..<nodes).map { [Float($0 < nodes - hostile ? 0 : 1)] }
                    let output = Double(try rule.aggregate(inputs, hostile: hostile)[0])
                    let (n, f) = (Double(nodes), Double(hostile))
                    let mean = f / (n - f)
                    let variance = f * (n - 2 * f) / ((n - f) * (n - f))
                    let worst = max(output * output, (output - mean) * (output - mean)) / variance
                    table.add(row(name, hostile), [output, worst, f / (4 * (n - 2 * f))])
                }
            }
            return table
        }
    }

    static var claims: [Claim] {
        let holds = Claim(
            "On Huber's mixture no rule's error is below the order f/n",
            published: "error of order f/n at least, whatever the rule (tutorial, lower bound)",
            quantity: "squared error in the worse of two worlds over f/(4(n − 2f)) of the variance, least of all rules",
            .above(1), tolerance: 1e-6, isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            var least = Double.infinity
            for rule in rules { least = min(least, try ratios(evidence, rule.name).min() ?? .infinity) }
            return least
        }
        let reached = rules.filter { $0.name != "mean" }.map { rule in
            Claim(
                "On Huber's mixture the \(rule.name) reaches that order",
                published: "the bound is tight in order (tutorial)",
                quantity: "greatest such ratio over f = 1, 3, 5, 7", .below(4), tolerance: 1e-4, isShare: false,
                over: nil
            ) { evidence throws(MissingFigure) in
                try ratios(evidence, rule.name).max() ?? .infinity
            }
        }
        return [holds] + reached
    }

    private static func ratios(_ evidence: Evidence, _ rule: String) throws(MissingFigure) -> [Double] {
        var ratios: [Double] = []
        for hostile in counts {
            let row = row(rule, hostile)
            ratios.append(try evidence.number(name, row, error) / evidence.number(name, row, bound))
        }
        return ratios
    }

    static var figures: [PackFigure] {
        [
            PackFigure(
                "One mixture, two worlds",
                note: "What a rule makes of n − f zeros and f ones, and the greater of its two squared errors in units "
                    + "of the variance.", .calculation(name))
        ]
    }
}
