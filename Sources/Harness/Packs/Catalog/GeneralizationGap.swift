// The pack generalization-gap: whether Byzantine failures harm generalisation more than data poisoning does, on the
// instances where that is proven and on handwritten digits.
import Kernels
import Registry
import Scenario

extension PaperPack {
    static let generalizationGap = PaperPack(
        name: "generalization-gap",
        summary: "Uniform stability and the generalization gap under poisoning and Byzantine attacks, by twin runs.",
        papers: [
            "T. Boudou, B. Le Bars, N. Gupta, A. Bellet: Byzantine Failures Harm the Generalization of Robust "
                + "Distributed Learning Algorithms More Than Data Poisoning, 2025, arXiv 2506.18020"
        ]
    ) { request throws(ConfigurationFault) in try GeneralizationGap(request).study() }
}

/// The study at one scale.
struct GeneralizationGap {
    static let images = "images"
    static let bounds = "bounds"
    static let rulesAxis = "aggregation"
    static let attacksAxis = "adversary"
    static let variantsAxis = "topology, training.momentum, training.localSteps, measure.stability.attacker"

    static let poison = "label flip"
    static let forgeries = ["sign flip", "ALIE", "IPM"]
    static let attacks: [(name: String, json: String)] = [
        (poison, #""labelFlip""#), ("sign flip", #""signFlip""#), ("ALIE", #""alie""#), ("IPM", #""ipm""#),
    ]
    /// Each told three hostile nodes.
    static let rules: [(name: String, json: String)] = [
        ("SMEA", #"{"rule": {"kind": "smea", "protectSelf": false}}"#),
        ("trimmed mean", #"{"rule": "trimmedMean"}"#),
        ("trimmed mean after NNM", #"{"rule": "trimmedMean", "before": ["nnm"]}"#), ("CS+", #"{"rule": "csPlus"}"#),
    ]
    static let plain = "plain"
    static let variants: [(name: String, json: String)] = [
        (plain, #"[\#(complete), 0, 1, "both"]"#), ("momentum 0.9", #"[\#(complete), 0.9, 1, "adaptive"]"#),
        ("5 local steps", #"[\#(complete), 0, 5, "adaptive"]"#),
        (
            "8-regular graph",
            #"[{"family": "randomRegular", "nodes": 15, "degree": 8, "seed": 1}, 0, 1, "adaptive"]"#
        ),
    ]
    private static let complete = #"{"family": "complete", "nodes": 15}"#
    private static let hostile = #"["12", "13", "14"]"#

    let request: PackRequest
    let rounds: Int
    let seeds: Int
    let twins: Int
    let rules: [(name: String, json: String)]
    let variants: [(name: String, json: String)]
    let instances: WorstCaseInstances

    init(_ request: PackRequest) {
        self.init(
            request, rounds: request.choose(quick: 25, full: 200), seeds: request.choose(quick: 12, full: 20),
            twins: request.choose(quick: 3, full: 10),
            instances: WorstCaseInstances(seeds: request.choose(quick: 40, full: 400)))
    }

    /// For a smaller study.
    init(
        _ request: PackRequest, rounds: Int, seeds: Int, twins: Int, rules: [(name: String, json: String)] = Self.rules,
        variants: [(name: String, json: String)] = Self.variants, instances: WorstCaseInstances
    ) {
        self.request = request
        self.rounds = rounds
        self.seeds = seeds
        self.twins = twins
        self.rules = rules
        self.variants = variants
        self.instances = instances
    }

    func study() throws(ConfigurationFault) -> PackStudy {
        PackStudy(
            setting: setting, sweeps: [try sweep()], calculations: instances.calculations() + [boundTable()],
            claims: instances.claims + boundClaims + variants.flatMap { claims(of: $0.name) } + frozenClaims,
            figures: figures)
    }

    private var setting: [String] {
        [
            "Worst cases: ℓ(θ; z) = C z θ, 15 nodes that are all linked, f = 1 to 7 of them hostile, gradients under "
                + "SMEA; one honest sample is exchanged for its opposite. The paper's formulas, step, slope and rounds "
                + "are missing from the text at hand: constants are worked out anew, and shapes are compared.",
            "Images: softmax regression on \(request.images.title), 15 nodes, 3 of them hostile and the rules told 3, "
                + "Dirichlet 1, batches of 32, step 0.5, models exchanged, \(rounds) rounds, \(seeds) seeds, \(twins) "
                + "twin\(twins == 1 ? "" : "s") each; hostile nodes forge anew in a twin, with plain steps also send "
                + "in another what they sent in the first run (frozen). Beside a complete graph with plain steps: "
                + "momentum, local steps, and an 8-regular graph, which the paper does not have.",
            "Measured stability is the greatest over the exchanges tried, a lower bound of the true one. It varies "
                + "from seed to seed by factors: it is compared by logarithms. Only the worst cases show what the "
                + "theorems say; on images it may come out either way.",
            "Bounds: the same images with whole gradients, step 0.01, 20 rounds, models kept within a ball of 10.",
        ]
    }

    private func sweep() throws(ConfigurationFault) -> Sweep {
        let adversaries = Self.attacks.map { name, attack in
            (name, #"[{"nodes": \#(Self.hostile), "attack": \#(attack)}]"#)
        }
        return try Sweep(
            Self.images,
            base: """
                {"task": {"dataset": \(request.images.dataset), "split": {"kind": "dirichlet", "alpha": 1.0},
                   "model": "softmax"},
                 "training": {"rounds": \(rounds), "stepSize": {"kind": "constant", "value": 0.5}, "weightDecay": 0},
                 "measure": {"every": 0, "stability": {"twins": \(twins)}}}
                """,
            grid: [
                (
                    Self.rulesAxis,
                    rules.map { name, json in
                        (name, json.dropLast() + #", "tolerates": {"kind": "declared", "count": 3}}"#)
                    }
                ),
                (Self.attacksAxis, adversaries), (Self.variantsAxis, variants), Sweep.seeds(seeds),
            ])
    }

    // MARK: - Bounds

    static let stability = "measured stability"
    static let poisoningBound = "bound, poisoning"
    static let byzantineBound = "bound, Byzantine"
    static let measuredBound = "Byzantine, with measured heterogeneity"
    static let kappa = "κ"
    static func boundRow(_ rule: String, _ attack: String) -> String { "\(rule), \(attack)" }
    private static let boundAttacks = attacks.filter { ["label flip", "ALIE"].contains($0.name) }

    /// Rules of known κ, on images, with what theory says of them.
    private func boundTable() -> Calculation {
        let bounded = rules.filter { $0.name != "CS+" }
        return Calculation(Self.bounds) { shouldStop in
            var table = CalculatedTable(
                rows: "rule, attack",
                columns: [
                    Self.stability, Self.poisoningBound, Self.byzantineBound, Self.measuredBound, Self.kappa,
                ])
            for (rule, aggregation) in bounded {
                for (attack, json) in Self.boundAttacks {
                    let experiment = PackExperiment(
                        name: Self.boundRow(rule, attack),
                        json: """
                            {"topology": \(Self.complete),
                             "task": {"dataset": \(request.images.dataset), "split": "iid", "model": "softmax"},
                             "training": {"rounds": 20, "batchSize": 1000000, "momentum": 0, "weightDecay": 0,
                               "stepSize": {"kind": "constant", "value": 0.01}, "exchange": "gradient",
                               "projection": {"kind": "ball", "radius": 10}},
                             "aggregation":
                               \(aggregation.dropLast()), "tolerates": {"kind": "declared", "count": 3}},
                             "adversary": [{"nodes": \(Self.hostile), "attack": \(json)}],
                             "measure": {"stability": {"twins": 1, "attacker": "adaptive"}}}
                            """)
                    guard
                        let result = try StabilityStudy.result(
                            of: experiment.assembly(), options: .init(threads: 1), shouldStop: shouldStop)
                    else { return nil }
                    let bounds = result.bounds
                    table.add(
                        Self.boundRow(rule, attack),
                        [
                            result.twins.first?.adaptive?.map(\.worst).max(), bounds.poisoning, bounds.byzantine,
                            bounds.measured, bounds.kappa,
                        ])
                }
            }
            return table
        }
    }

    private var boundClaims: [Claim] {
        let rows = rules.filter { $0.name != "CS+" }.flatMap { rule in
            Self.boundAttacks.map { Self.boundRow(rule.name, $0.name) }
        }
        return [
            Claim(
                "Measured stability is within the bound for every rule of known κ",
                published: "2γC²T (√κ + 1/((n−f)m)) (theorem 3.3), C from the data",
                quantity: "greatest measured stability over the bound", .below(1), isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for row in rows {
                    greatest = max(
                        greatest,
                        try evidence.number(Self.bounds, row, Self.stability)
                            / evidence.number(Self.bounds, row, Self.byzantineBound))
                }
                return greatest
            },
            Claim(
                "Measured heterogeneity makes the bound smaller, and keeps it above what is measured",
                published: "the bounds with heterogeneity in place of the slope",
                quantity: "greatest of measured stability over that bound, and that bound over the other", .below(1),
                isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for row in rows {
                    let bound = try evidence.number(Self.bounds, row, Self.measuredBound)
                    greatest = max(greatest, try evidence.number(Self.bounds, row, Self.stability) / bound)
                    greatest = max(greatest, try bound / evidence.number(Self.bounds, row, Self.byzantineBound))
                }
                return greatest
            },
        ]
    }

    // MARK: - Images

    static func cell(_ rule: String, _ attack: String, _ variant: String) -> [String: String] {
        [rulesAxis: rule, attacksAxis: attack, variantsAxis: variant]
    }

    /// What the worst forgery comes to.
    private static func worstForgery(
        _ evidence: Evidence, _ rule: String, _ variant: String, _ measure: SweepMeasure
    ) throws(MissingFigure) -> Double {
        var worst = -Double.infinity
        for attack in forgeries {
            worst = max(worst, try evidence.figure(images, cell(rule, attack, variant), measure))
        }
        return worst
    }

    private func claims(of variant: String) -> [Claim] {
        let published =
            variant == Self.plain
            ? "Byzantine failures harm generalisation more than poisoning (title, on worst cases)"
            : variant.contains("graph")
                ? "not in the paper" : "conjectured to change nothing (appendix H)"
        return rules.map(\.name).flatMap { rule in
            [
                Claim(
                    "\(rule), \(variant): the worst forgery is less stable than label flip", published: published,
                    quantity: "log of the greatest stability under sign flip, ALIE and IPM over that under label flip",
                    .above(0), isShare: false, over: Self.images
                ) { evidence throws(MissingFigure) in
                    let poisoned = try evidence.figure(
                        Self.images, Self.cell(rule, Self.poison, variant), .stability)
                    return Elementary.log(
                        try Self.worstForgery(evidence, rule, variant, .stability) / poisoned)
                },
                Claim(
                    "\(rule), \(variant): the worst forgery has a greater generalization gap than label flip",
                    published: published,
                    quantity: "greatest gap under sign flip, ALIE and IPM minus that under label flip", .above(0),
                    isShare: false, over: Self.images
                ) { evidence throws(MissingFigure) in
                    try Self.worstForgery(evidence, rule, variant, .generalizationGap)
                        - evidence.figure(Self.images, Self.cell(rule, Self.poison, variant), .generalizationGap)
                },
            ]
        }
    }

    /// Whether what attackers make of an exchange adds to what it does by itself.
    private var frozenClaims: [Claim] {
        rules.map(\.name).map { rule in
            Claim(
                "\(rule): attackers who forge anew harm stability more than frozen ones",
                published: "not in the paper, whose attackers see all",
                quantity: "log of the greatest stability under sign flip, ALIE and IPM over that with frozen messages",
                .above(0), isShare: false, over: Self.images
            ) { evidence throws(MissingFigure) in
                Elementary.log(
                    try Self.worstForgery(evidence, rule, Self.plain, .stability)
                        / Self.worstForgery(evidence, rule, Self.plain, .frozenStability))
            }
        }
    }

    private var figures: [PackFigure] {
        let maps = variants.map(\.name).flatMap { variant in
            [SweepMeasure.stability, .generalizationGap].map { measure in
                PackFigure(
                    "\(measure == .stability ? "Stability" : "Generalization gap"), \(variant)",
                    note: measure == .stability
                        ? "sup_z |ℓ(θ; z) − ℓ(θ'; z)| of the worst honest node, by twin runs."
                        : "Test minus training loss of the average honest model.",
                    .heatMap(
                        PackFigure.Cells(Self.images, [Self.variantsAxis: variant]), rows: Self.rulesAxis,
                        columns: Self.attacksAxis, measure: measure))
            }
        }
        let frozen = PackFigure(
            "Stability with frozen messages, plain",
            note: "The same twins, where forging nodes send what they sent in the first run; poisoned ones have none.",
            .heatMap(
                PackFigure.Cells(Self.images, [Self.variantsAxis: Self.plain]), rows: Self.rulesAxis,
                columns: Self.attacksAxis, measure: .frozenStability))
        return instances.figures
            + [
                PackFigure(
                    "Bounds on images", note: "What theory promises is far above what a few exchanges show.",
                    .calculation(Self.bounds))
            ] + maps + [frozen]
    }
}
