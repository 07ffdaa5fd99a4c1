// The pack robust-averaging: the tutorial's table of robustness coefficients beside the worst case that a search finds.
import Registry

extension PaperPack {
    static let robustAveraging = PaperPack(
        name: "robust-averaging",
        summary: "Robustness coefficients and breakdown points of rules, as printed and as found by a search.",
        papers: [
            "N. Gupta: Robust Machine Learning (tutorial), 2026",
            "Y. Allouah, S. Farhadkhani, R. Guerraoui, N. Gupta, R. Pinot, J. Stephan: Fixing by Mixing, AISTATS 2023, "
                + "arXiv 2302.01772",
            "Y. Allouah, R. Guerraoui, N. Gupta, R. Pinot, J. Stephan: On the Privacy-Robustness-Utility Trilemma in "
                + "Distributed Learning, ICML 2023, arXiv 2302.04787",
        ]
    ) { request throws(ConfigurationFault) in RobustAveraging(request).study() }
}

/// The study at one scale.
struct RobustAveraging {
    static let coefficients = "coefficients"
    static let breakdowns = "breakdown"
    static let found = "found"
    static let bound = "printed"
    static let least = "f/(n−2f)"
    static let breaking = "hostile inputs that break it"

    /// A rule of the table, by what comes before it, with its printed κ.
    struct Entry {
        let name: String
        let rule: String
        var before: [String] = []
        /// Where the greatest eigenvalue stands for the variance.
        var isSpectral = false
        let printed: String
        let kappa: @Sendable (_ n: Double, _ f: Double) -> Double
    }

    /// f/(n − 2f).
    private static func odds(_ n: Double, _ f: Double) -> Double { f / (n - 2 * f) }

    private static let alone = [
        Entry(name: "median", rule: "median", printed: "4(1+f/(n−2f))²") {
            4 * (1 + odds($0, $1)) * (1 + odds($0, $1))
        },
        Entry(name: "trimmed mean", rule: "trimmedMean", printed: "6f/(n−2f)·(1+f/(n−2f))") {
            6 * odds($0, $1) * (1 + odds($0, $1))
        },
        Entry(name: "geometric median", rule: "geometricMedian", printed: "4(1+f/(n−2f))²") {
            4 * (1 + odds($0, $1)) * (1 + odds($0, $1))
        },
        Entry(name: "Krum", rule: "krum", printed: "6(1+f/(n−2f))²") {
            6 * (1 + odds($0, $1)) * (1 + odds($0, $1))
        },
    ]

    static let entries =
        alone
        + alone.map { entry in
            Entry(name: "\(entry.name) after NNM", rule: entry.rule, before: ["nnm"], printed: "8f/(n−f)·(κ+1)") {
                8 * $1 / ($0 - $1) * (entry.kappa($0, $1) + 1)
            }
        }
        + alone.map { entry in
            Entry(
                name: "\(entry.name) after ARC", rule: entry.rule, before: ["arc"], printed: "κ + 2f/(n−2f)"
            ) { entry.kappa($0, $1) + 2 * odds($0, $1) }
        } + [
            Entry(
                name: "SMEA, spectral", rule: "smea", isSpectral: true, printed: "4f/(n−f)·(1+f/(n−2f))²"
            ) { 4 * $1 / ($0 - $1) * (1 + odds($0, $1)) * (1 + odds($0, $1)) }
        ]

    let sizes: [Int]
    let budget: Int

    init(_ request: PackRequest) {
        self.init(
            sizes: request.choose(quick: [9], full: [9, 15]), budget: request.choose(quick: 60_000, full: 300_000))
    }

    /// - Parameters:
    ///   - sizes: numbers of inputs.
    ///   - budget: evaluations of a rule in each search.
    init(sizes: [Int], budget: Int) {
        self.sizes = sizes
        self.budget = budget
    }

    func study() -> PackStudy {
        PackStudy(
            setting: [
                "n inputs of two dimensions, f of them hostile; the searched quantity is |F − X̄|² over the variance "
                    + "of the n − f honest ones (for SMEA over the greatest eigenvalue of their covariance). It starts "
                    + "from every proportion of points on two places with the hostile ones on a third, and goes on "
                    + "from the best three at random, \(budget) tries in all.",
                "A search gives a lower bound for κ: it can refute a printed κ, and cannot prove one.",
                "n = \(sizes.map(String.init).joined(separator: ", ")); every f below n/2; SMEA up to n = 9.",
            ], calculations: [coefficientTable, breakdownTable], claims: claims, figures: figures)
    }

    static func row(_ name: String, _ count: Int, _ hostile: Int) -> String { "\(name), n = \(count), f = \(hostile)" }

    /// Every n and f at which an entry is tried.
    private func places(_ entry: Entry) -> [(count: Int, hostile: Int)] {
        sizes.filter { !entry.isSpectral || $0 <= 9 }.flatMap { count in
            (1...(count - 1) / 2).map { (count, $0) }
        }
    }

    private var coefficientTable: Calculation {
        Calculation(Self.coefficients) { shouldStop in
            var table = CalculatedTable(rows: "rule", columns: [Self.found, Self.bound, Self.least])
            for entry in Self.entries {
                let rule = try RuleTrial(entry.rule, after: entry.before)
                for (count, hostile) in places(entry) {
                    let search = CoefficientSearch(
                        rule: rule, count: count, hostile: hostile, isSpectral: entry.isSpectral, budget: budget)
                    guard let worst = try search.worst(seed: 1, shouldStop: shouldStop) else { return nil }
                    let (n, f) = (Double(count), Double(hostile))
                    table.add(
                        Self.row(entry.name, count, hostile), [worst, entry.kappa(n, f), f / (n - 2 * f)])
                }
            }
            return table
        }
    }

    private var breakdownTable: Calculation {
        Calculation(Self.breakdowns) { _ in
            var table = CalculatedTable(rows: "rule", columns: ["n", "told", Self.breaking])
            let mean = Entry(name: "mean", rule: "mean", printed: "none") { _, _ in .infinity }
            for entry in [mean] + Self.entries {
                for count in sizes where !entry.isSpectral || count <= 9 {
                    let told = (count - 1) / 2
                    let breaking = try CoefficientSearch.breakdown(
                        try RuleTrial(entry.rule, after: entry.before), count: count, hostile: told)
                    table.add("\(entry.name), n = \(count)", [Double(count), Double(told), Double(breaking)])
                }
            }
            return table
        }
    }

    private var claims: [Claim] {
        Self.entries.flatMap { bounds(of: $0) } + breakdownClaims + [krumWithoutSquare, attained]
    }

    private func bounds(of entry: Entry) -> [Claim] {
        let places = places(entry)
        let below = Claim(
            "The worst case found for \(entry.name) is within the printed κ",
            published: "κ = \(entry.printed) (tutorial, table of coefficients)",
            quantity: "greatest κ found over the printed one, over n and f", .below(1), tolerance: 1e-4, isShare: false,
            over: nil
        ) { evidence throws(MissingFigure) in
            var greatest = 0.0
            for (count, hostile) in places {
                greatest = max(greatest, try Self.quotient(evidence, entry, count, hostile, by: Self.bound))
            }
            return greatest
        }
        let above = Claim(
            "\(entry.name) is not below the bound that holds for every rule",
            published: "κ ≥ f/(n−2f) (tutorial, lower bound)",
            quantity: "least κ found over f/(n−2f), over n and f", .above(1), tolerance: 1e-4, isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            var least = Double.infinity
            for (count, hostile) in places {
                least = min(least, try Self.quotient(evidence, entry, count, hostile, by: Self.least))
            }
            return least
        }
        return [below, above]
    }

    private static func quotient(
        _ evidence: Evidence, _ entry: Entry, _ count: Int, _ hostile: Int, by column: String
    ) throws(MissingFigure) -> Double {
        let row = row(entry.name, count, hostile)
        return try evidence.number(coefficients, row, found) / evidence.number(coefficients, row, column)
    }

    /// The tutorial prints it with the square in one place and without it in another.
    private var krumWithoutSquare: Claim {
        let krum = Self.alone[3]
        let places = places(krum)
        return Claim(
            "The worst case found for Krum is within the other printed κ, without the square",
            published: "κ = 6(1+f/(n−2f)) (the same, elsewhere)",
            quantity: "greatest κ found over 6(1+f/(n−2f)), over n and f", .below(1), tolerance: 1e-4, isShare: false,
            over: nil
        ) { evidence throws(MissingFigure) in
            var greatest = 0.0
            for (count, hostile) in places {
                let found = try evidence.number(Self.coefficients, Self.row(krum.name, count, hostile), Self.found)
                greatest = max(greatest, found / (6 * (1 + Self.odds(Double(count), Double(hostile)))))
            }
            return greatest
        }
    }

    /// κ of SMEA on the line is known: (1 + √(f/(n − 2f)))² from f = n/3 on, where n − f is even.
    private var attained: Claim {
        Claim(
            "The search finds the worst case of SMEA that is known", published: "4 for n = 9, f = 3 (closed form)",
            quantity: "κ found for SMEA, n = 9, f = 3", .above(4), tolerance: 0.02, isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            try evidence.number(Self.coefficients, Self.row("SMEA, spectral", 9, 3), Self.found)
        }
    }

    private var breakdownClaims: [Claim] {
        Self.entries.map { entry in
            Claim(
                "\(entry.name) withstands every minority", published: "breakdown point 1/2 (tutorial)",
                quantity: "least share of hostile inputs that carries it away, told (n − 1)/2", .above(0.5),
                isDifference: false, over: nil
            ) { evidence throws(MissingFigure) in
                var least = 1.0
                for count in sizes where !entry.isSpectral || count <= 9 {
                    let broken = try evidence.number(Self.breakdowns, "\(entry.name), n = \(count)", Self.breaking)
                    least = min(least, broken / Double(count))
                }
                return least
            }
        }
    }

    private var figures: [PackFigure] {
        [
            PackFigure(
                "Coefficients", note: "The worst case found, the printed κ, and what no rule is below.",
                .calculation(Self.coefficients)),
            PackFigure(
                "Breakdown",
                note: "The least number of inputs at a distance of 10⁴ that carry a rule away which was "
                    + "told the most that it takes.", .calculation(Self.breakdowns)),
        ]
    }
}
