// The bound that no rule is below where gradients are (G, B)-dissimilar, on the instance that attains it, and what
// rules come to there.
import Registry

/// One coordinate, n nodes: f have the loss (α/2)(x − z)², f others (α/2)(x + z)², the rest ½x². Either the first f are
/// hostile or the second f; a rule sees the same in both worlds. With s = f/(n − f) and α = 1 + B²/(1 − s − sB²) the
/// honest losses of each world are (G, B)-dissimilar, (1/(n − f)) Σ |∇f_i − ∇F|² ≤ G² + B² |∇F|², for the least G², and
/// |∇F|² = fG²/(n − (2 + B²)f) at x = 0 in both worlds: the tutorial's bound (its G and B are G² and B² here; Allouah
/// et al. 2023, arXiv 2309.13591, have a quarter of it), worked out and checked on a grid.
enum DissimilarityBound {
    static let name = "(G, B)-dissimilarity"
    static let bound = "fG²/(n−(2+B²)f)"
    static let worse = "|∇F|² in the worse world"
    static let tightness = "greatest dissimilarity over G² + B²|∇F|²"
    static let count = 17
    static let hostile = 4
    /// Below n/f − 2 = 2.25, beyond which nothing withstands f of n.
    static let squaredB = [0.0, 0.5, 1, 2]
    private static let centre = 1.0
    private static let rules: [(name: String, rule: String, before: [String])] = [
        ("mean", "mean", []), ("median", "median", []), ("trimmed mean", "trimmedMean", []),
        ("geometric median", "geometricMedian", []), ("Krum", "krum", []),
        ("trimmed mean after NNM", "trimmedMean", ["nnm"]), ("trimmed mean after ARC", "trimmedMean", ["arc"]),
        ("trimmed mean after ARC and NNM", "trimmedMean", ["arc", "nnm"]),
    ]

    static func row(_ rule: String, _ squaredB: Double) -> String { "\(rule), B² = \(significant(squaredB))" }

    /// The instance for one B².
    struct Instance {
        let squaredB: Double
        /// The curvature α.
        let alpha: Double
        /// f/(n − f).
        let share = Double(hostile) / Double(count - hostile)

        init(squaredB: Double) {
            self.squaredB = squaredB
            alpha = 1 + squaredB / (1 - share - share * squaredB)
        }

        /// The honest gradients of the two kinds at x, in the world whose f odd nodes are drawn to `centre`.
        private func slopes(at x: Double) -> (odd: Double, other: Double) { (alpha * (x - centre), x) }

        /// |∇F(x)|².
        func squaredNorm(at x: Double) -> Double {
            let (odd, other) = slopes(at: x)
            let mean = share * odd + (1 - share) * other
            return mean * mean
        }

        /// (1/(n − f)) Σ |∇f_i − ∇F|² at x.
        func dissimilarity(at x: Double) -> Double {
            let (odd, other) = slopes(at: x)
            return share * (1 - share) * (odd - other) * (odd - other)
        }

        /// The least for this B²: |∇F|² at 0 by the bound turned round.
        var squaredG: Double {
            let (n, f) = (Double(count), Double(hostile))
            return squaredNorm(at: 0) * (n - (2 + squaredB) * f) / f
        }

        /// What no rule is below in both worlds.
        var bound: Double { squaredNorm(at: 0) }

        /// The greatest quotient that the definition bounds by 1, on a grid of points.
        var tightness: Double {
            stride(from: -20.0, through: 20, by: 0.01).map { x in
                dissimilarity(at: x) / (squaredG + squaredB * squaredNorm(at: x))
            }.max() ?? 0
        }

        /// Where descent by the rule's aggregate of all gradients comes to rest.
        func rest(of rule: inout RuleTrial) throws(ConfigurationFault) -> Double {
            var x: Float = 3
            for _ in 0..<2_000 {
                let (a, z) = (Float(alpha), Float(centre))
                let gradients = (0..<count).map { node -> [Float] in
                    node < hostile ? [a * (x - z)] : node < 2 * hostile ? [a * (x + z)] : [x]
                }
                x -= 0.05 * (try rule.aggregate(gradients, hostile: hostile))[0]
            }
            return Double(x)
        }
    }

    static func calculation() throws(ConfigurationFault) -> Calculation {
        var trials: [(name: String, rule: RuleTrial)] = []
        for (name, rule, before) in rules { trials.append((name, try RuleTrial(rule, after: before))) }
        let all = trials
        return Calculation(name) { shouldStop in
            var table = CalculatedTable(rows: "rule", columns: [bound, worse, tightness])
            for squaredB in squaredB {
                let instance = Instance(squaredB: squaredB)
                for (name, rule) in all {
                    if shouldStop() { return nil }
                    var rule = rule
                    let x = try instance.rest(of: &rule)
                    let norms = [x, -x].map(instance.squaredNorm)
                    table.add(row(name, squaredB), [instance.bound, norms.max(), instance.tightness])
                }
            }
            return table
        }
    }

    // MARK: What is claimed and shown

    private static let source = "(tutorial, lower bound; arXiv 2309.13591)"

    static var claims: [Claim] {
        @Sendable func quotients(_ evidence: Evidence, _ names: [String]) throws(MissingFigure) -> [Double] {
            var quotients: [Double] = []
            for squaredB in squaredB {
                for rule in names {
                    let row = row(rule, squaredB)
                    quotients.append(try evidence.number(name, row, worse) / evidence.number(name, row, bound))
                }
            }
            return quotients
        }
        return [
            Claim(
                "The instance is (G, B)-dissimilar, and for no smaller G",
                published: "dissimilarity ≤ G² + B²|∇F|² \(source)",
                quantity: "greatest dissimilarity over G² + B²|∇F|², over all points, the least and greatest B²",
                .near(1), tolerance: 1e-4, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                var farthest = 1.0
                for squaredB in squaredB {
                    let value = try evidence.number(name, row("mean", squaredB), tightness)
                    if (value - 1).magnitude > (farthest - 1).magnitude { farthest = value }
                }
                return farthest
            },
            Claim(
                "Under (G, B)-dissimilarity no rule is below fG²/(n−(2+B²)f) in both worlds",
                published: "no algorithm is \(source)",
                quantity: "least |∇F|² in the worse world over the bound, over rules and B²", .above(1),
                tolerance: 1e-4, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in try quotients(evidence, rules.map(\.name)).min() ?? 0 },
            Claim(
                "After ARC the trimmed mean attains the bound of (G, B)-dissimilarity",
                published: "ARC keeps the optimal error of robust rules (arXiv 2405.14432)",
                quantity: "greatest |∇F|² in the worse world over the bound, over B²",
                .below(1), tolerance: 0.01, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in try quotients(evidence, ["trimmed mean after ARC"]).max() ?? .infinity
            },
        ]
    }

    static var figures: [PackFigure] {
        [
            PackFigure(
                "What no rule is below under (G, B)-dissimilarity",
                note:
                    "n = 17, f = 4, one coordinate; the instance that attains the bound; where descent from 3 comes to "
                    + "rest.", .calculation(name))
        ]
    }
}
