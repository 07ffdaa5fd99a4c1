// The pack privacy-trilemma: what privacy and robustness cost together, with two rules, with and without momentum, on a
// mean whose error is known and on a classification; and what an attacker still learns of the samples.
import Aggregation
import Registry

extension PaperPack {
    static let privacyTrilemma = PaperPack(
        name: "privacy-trilemma",
        summary: "DP-SGD under attack: ε against error for SMEA and the trimmed mean, and membership inference.",
        papers: [
            "N. Gupta: Robust Machine Learning (tutorial), 2026",
            "Y. Allouah, R. Guerraoui, N. Gupta, R. Pinot, J. Stephan: On the Privacy-Robustness-Utility Trilemma in "
                + "Distributed Learning, ICML 2023, arXiv 2302.04787",
        ]
    ) { request throws(ConfigurationFault) in try PrivacyTrilemma(request).study() }
}

/// The study at one scale.
struct PrivacyTrilemma {
    static let rounds = "rounds"
    static let dimension = "dimension"
    static let tradeOff = "trade-off"
    static let membership = "membership"
    static let bound = "lower bound"

    static let rulesAxis = "aggregation.rule"
    static let trainingAxis = "training"
    static let dataAxis = "task.dataset"
    static let momentumAxis = "training.momentum"
    static let privacyAxis = "training.privacy"
    static let attacksAxis = "adversary"
    static let graphAxis = "topology, training.exchange, task.dataset.samples"
    static let topologyAxis = "topology"
    static let refusals = "rules that read private data"

    private static let rules = [("SMEA", #""smea""#), ("trimmed mean", #""trimmedMean""#)]
    private static let graphs = ["complete", "random regular"]
    private static let hostile = 2
    private static let nodes = 8
    private static let samples = 4_000
    private static let batch = 100
    private static let clip = 2.0
    private static let delta = 1e-5

    /// The last two of eight nodes.
    private static let adversary = hostile(#"{"kind": "alie", "z": 1, "side": "below"}"#)
    private static func hostile(_ attack: String) -> String {
        #"[{"nodes": ["6", "7"], "attack": \#(attack)}]"#
    }

    private static let noAttack = "none"
    /// Shifts that are the same for all classes, as ALIE's are where noise hides the rest, are lost on softmax.
    private static let attacks = ["sign flip", "Fang"]
    private static let adversaries = [
        (noAttack, "[]"), (attacks[0], hostile(#""signFlip""#)), (attacks[1], hostile(#""fangTrimmedMean""#)),
    ]

    let lengths: [Int]
    let dimensions: [Int]
    let middle: Int
    let seeds: Int
    /// Of the trade-off, whose cells are the dearest.
    let fewerSeeds: Int
    private let request: PackRequest

    init(_ request: PackRequest) {
        self.init(
            request, lengths: [100, 400, 1_600], dimensions: [8, 64, request.choose(quick: 256, full: 1_024)],
            seeds: request.choose(quick: 5, full: 10), fewerSeeds: request.choose(quick: 4, full: 10))
    }

    /// For a smaller study.
    ///
    /// - Parameters:
    ///   - lengths: T, ascending; the second is that of the sweep over dimensions.
    ///   - dimensions: d, ascending.
    init(_ request: PackRequest, lengths: [Int], dimensions: [Int], seeds: Int, fewerSeeds: Int) {
        self.request = request
        self.lengths = lengths
        self.dimensions = dimensions
        self.seeds = seeds
        self.fewerSeeds = fewerSeeds
        middle = lengths[1]
    }

    func study() throws(ConfigurationFault) -> PackStudy {
        PackStudy(
            setting: setting,
            sweeps: [try roundsSweep(), try dimensionSweep(), try tradeOffSweep(), try membershipSweep()],
            calculations: [boundTable, refusalTable],
            claims: roundsClaims + dimensionClaims + Self.graphs.flatMap(tradeOffClaims)
                + Self.topologies.flatMap { membershipClaims($0.name) } + [refusalClaim],
            figures: figures)
    }

    private var setting: [String] {
        [
            "Everywhere 2 nodes lie and rules are told so, δ = 1e-5, batches are drawn by Poisson sampling, and each "
                + "honest node takes the noise that its own samples and all rounds need for its ε; \(seeds) seeds.",
            "Mean estimation: ½|θ − x|² on points of norm about 1 around the origin, 4,000 a node, 8 nodes that are "
                + "all linked, momenta travel, ALIE (z = 1), clip 2, batches of 100, ε = 1. Step 10/T in T rounds; "
                + "momentum is none, or β = 1 − 10/T. The error is |θ − θ*|² of the worst node.",
            "Classification: softmax regression on ten clouds in 200 dimensions, 4,000 samples a node, 150 rounds, "
                + "\(fewerSeeds) seeds; no attack, sign flip, and Fang's attack on the trimmed mean. Complete with 8 "
                + "nodes, whose momenta travel, and random regular with 12 nodes of degree 6, whose models do. No "
                + "noise is ε = ∞, with the same clip. Under attack the accuracy is that under the worse of both.",
            "Membership: 200 samples a node in 400 dimensions, so that models learn them by heart where they may; "
                + "ALIE (z = 1), models travel between 8 nodes, all linked or of degree 4, and the attacker sees what "
                + "a node sends last.",
            "The paper's data are other ones: orders and growth are compared, not accuracies.",
        ]
    }

    // MARK: What runs

    private func meanBase(_ training: String, features: Int, length: Int?) -> String {
        let schedule = length.map { ", \(Self.schedule($0))" } ?? ""
        return """
            {"topology": {"family": "complete", "nodes": \(Self.nodes)},
             "task": {"dataset": \(Self.points(features)), "split": {"kind": "iid", "over": "honest"},
               "model": "quadratic"},
             "training": {"batchSize": \(Self.batch), "weightDecay": 0, "exchange": "momentum"\(schedule),
               "privacy": {"clip": \(Self.clip), "epsilon": 1, "delta": \(Self.delta)}\(training)},
             "adversary": \(Self.adversary),
             "aggregation": {"tolerates": {"kind": "declared", "count": \(Self.hostile)}}}
            """
    }

    private static func schedule(_ rounds: Int) -> String {
        #""rounds": \#(rounds), "stepSize": {"kind": "constant", "value": \#(10 / Double(rounds))}"#
    }

    private static func points(_ features: Int) -> String {
        let deviation = (1 / Double(features)).squareRoot()
        return """
            {"kind": "quadratic", "features": \(features), "zeta": 0, "noise": \(deviation), \
            "samples": \(samples * (nodes - hostile)), "testSamples": 10}
            """
    }

    private static func momenta(_ rounds: Int) -> [(name: String, beta: Double)] {
        [("none", 0), ("β = 1 − 10/T", 1 - 10 / Double(rounds))]
    }

    private static func length(_ rounds: Int, _ momentum: String) -> String { "T = \(rounds), \(momentum)" }

    private func roundsSweep() throws(ConfigurationFault) -> Sweep {
        let trainings = lengths.flatMap { rounds in
            Self.momenta(rounds).map { momentum in
                (
                    Self.length(rounds, momentum.name),
                    #"{\#(Self.schedule(rounds)), "momentum": \#(momentum.beta)}"#
                )
            }
        }
        return try Sweep(
            Self.rounds, base: meanBase("", features: 64, length: nil),
            grid: [(Self.rulesAxis, Self.rules), (Self.trainingAxis, trainings), Sweep.seeds(seeds)])
    }

    private func dimensionSweep() throws(ConfigurationFault) -> Sweep {
        try Sweep(
            Self.dimension, base: meanBase("", features: dimensions[0], length: middle),
            grid: [
                (Self.rulesAxis, Self.rules), (Self.dataAxis, dimensions.map { ("d = \($0)", Self.points($0)) }),
                (Self.momentumAxis, Self.momenta(middle).map { ($0.name, "\($0.beta)") }), Sweep.seeds(seeds),
            ])
    }

    /// Names and settings: ε = 1, 3, 10 and ∞.
    private static func levels(clip: Double) -> [(name: String, json: String)] {
        [1, 3, 10].map { ("ε = \($0)", #"{"clip": \#(clip), "epsilon": \#($0), "noiseMultiplier": null}"#) }
            + [("ε = ∞", #"{"clip": \#(clip), "epsilon": null, "noiseMultiplier": 0}"#)]
    }

    private func tradeOffSweep() throws(ConfigurationFault) -> Sweep {
        func graph(_ topology: String, _ exchange: String, nodes: Int) -> String {
            "[\(topology), \"\(exchange)\", \(Self.samples * nodes)]"
        }
        let values = [
            graph(#"{"family": "complete", "nodes": 8}"#, "momentum", nodes: 8),
            graph(#"{"family": "randomRegular", "nodes": 12, "degree": 6, "seed": 1}"#, "model", nodes: 12),
        ]
        return try Sweep(
            Self.tradeOff,
            base: """
                {"task": {"dataset": {"kind": "synthetic", "features": 200, "classes": 10, "separation": 3,
                     "samples": 32000, "testSamples": 1000}, "split": "iid"},
                 "training": {"rounds": 150, "batchSize": 100, "stepSize": {"kind": "constant", "value": 0.5}},
                 "measure": {"every": 0},
                 "aggregation": {"tolerates": {"kind": "declared", "count": \(Self.hostile)}}}
                """,
            grid: [
                (Self.graphAxis, zip(Self.graphs, values).map { ($0, $1) }), (Self.attacksAxis, Self.adversaries),
                (Self.rulesAxis, Self.rules), (Self.momentumAxis, [("β = 0", "0"), ("β = 0.9", "0.9")]),
                (Self.privacyAxis, Self.levels(clip: 1)), Sweep.seeds(fewerSeeds),
            ])
    }

    private static let topologies = [
        (name: graphs[0], json: #"{"family": "complete", "nodes": 8}"#),
        (name: graphs[1], json: #"{"family": "randomRegular", "nodes": 8, "degree": 4, "seed": 1}"#),
    ]

    private func membershipSweep() throws(ConfigurationFault) -> Sweep {
        try Sweep(
            Self.membership,
            base: """
                {"task": {"dataset": {"kind": "synthetic", "features": 400, "classes": 4, "separation": 1.5,
                     "samples": 1200, "testSamples": 1000}, "split": {"kind": "iid", "over": "honest"}},
                 "training": {"rounds": 200, "batchSize": 20, "stepSize": {"kind": "constant", "value": 2},
                   "momentum": 0, "weightDecay": 0, "exchange": "model"},
                 "adversary": \(Self.adversary), "measure": {"every": 0, "also": ["membership"]},
                 "aggregation": {"tolerates": {"kind": "declared", "count": \(Self.hostile)}}}
                """,
            grid: [
                (Self.topologyAxis, Self.topologies), (Self.rulesAxis, Self.rules),
                (Self.privacyAxis, Self.levels(clip: 1)), Sweep.seeds(seeds),
            ])
    }

    // MARK: What is computed

    /// d/(nε²m²) + (f/n)/(ε²m²), for points of norm 1 (Allouah et al. 2023): any algorithm's squared error is at least
    /// of this order, constants and logarithms left out.
    static func lowerBound(dimension: Int, epsilon: Double) -> Double {
        let (n, f, m) = (Double(nodes), Double(hostile), Double(samples))
        return (Double(dimension) / n + f / n) / (epsilon * epsilon * m * m)
    }

    private var boundTable: Calculation {
        let dimensions = dimensions
        return Calculation(Self.bound) { _ in
            var table = CalculatedTable(
                rows: "ε", columns: dimensions.map { "d = \($0)" })
            for epsilon in [1.0, 3, 10] {
                table.add(
                    "ε = \(Int(epsilon))", dimensions.map { Self.lowerBound(dimension: $0, epsilon: epsilon) })
            }
            return table
        }
    }

    private static let alone = "without privacy"
    private static let privately = "with privacy"

    /// Every gossip rule in an experiment without privacy and with it: 1 where that is allowed.
    private var refusalTable: Calculation {
        Calculation(Self.refusals) { _ in
            var table = CalculatedTable(rows: "rule", columns: [Self.alone, Self.privately])
            for rule in RuleCatalog.gossip.entries {
                func isAllowed(_ privacy: String) -> Double {
                    let experiment = PackExperiment(
                        name: rule.name,
                        json: """
                            {"topology": {"family": "complete", "nodes": 4}, "task": {"dataset": "digits"},
                             "training": {"rounds": 1\(privacy)}, "aggregation": {"rule": "\(rule.name)"}}
                            """)
                    return (try? experiment.assembly()) == nil ? 0 : 1
                }
                table.add(
                    rule.name,
                    [isAllowed(""), isAllowed(#", "privacy": {"clip": 1, "noiseMultiplier": 1}"#)])
            }
            return table
        }
    }

    // MARK: What is claimed

    private var refusalClaim: Claim {
        Claim(
            "Rules that try models out on private data are refused, and only then",
            published: "what a rule reads of the data the accountant does not count (derived here)",
            quantity: "share of all rules that privacy refuses just where they read private data", .near(1),
            isShare: false, over: nil
        ) { evidence throws(MissingFigure) in
            let rules = RuleCatalog.gossip.entries
            var right = 0
            for rule in rules {
                let alone = try evidence.number(Self.refusals, rule.name, Self.alone)
                let isRefused = try evidence.number(Self.refusals, rule.name, Self.privately) < alone
                if alone == 1, isRefused == (rule is any LossAwareRule.Type) { right += 1 }
            }
            return Double(right) / Double(rules.count)
        }
    }

    /// |θ − θ*|² of the worst node.
    private static func error(
        _ evidence: Evidence, _ sweep: String, _ labels: [String: String]
    ) throws(MissingFigure) -> Double {
        let distance = try evidence.figure(sweep, labels, .optimumDistance)
        return distance * distance
    }

    private static func roundsError(
        _ evidence: Evidence, _ rule: String, _ rounds: Int, _ momentum: String
    ) throws(MissingFigure) -> Double {
        try error(evidence, Self.rounds, [rulesAxis: rule, trainingAxis: length(rounds, momentum)])
    }

    private static func dimensionError(
        _ evidence: Evidence, _ rule: String, _ dimension: Int, _ momentum: String
    ) throws(MissingFigure) -> Double {
        try error(
            evidence, Self.dimension,
            [rulesAxis: rule, dataAxis: "d = \(dimension)", momentumAxis: momentum])
    }

    private var roundsClaims: [Claim] {
        let (shortest, longest) = (lengths[0], lengths[lengths.count - 1])
        let names = Self.momenta(shortest).map(\.name)
        return Self.rules.flatMap { rule, _ in
            [
                Claim(
                    "Without momentum the error of the \(rule) grows with T at one ε",
                    published: "the noise for one ε has variance of order T, and robust rules keep a share of it",
                    quantity: "error with T = \(longest) over that with T = \(shortest)", .above(2), isShare: false,
                    over: Self.rounds
                ) { evidence throws(MissingFigure) in
                    try Self.roundsError(evidence, rule, longest, names[0])
                        / Self.roundsError(evidence, rule, shortest, names[0])
                },
                Claim(
                    "With momentum β = 1 − 10/T the error of the \(rule) does not grow with T",
                    published: "momentum averages the noise before rules see it (tutorial; theorem of the upper bound)",
                    quantity: "error with T = \(longest) over that with T = \(shortest)", .below(1),
                    tolerance: 0.25, isShare: false, over: Self.rounds
                ) { evidence throws(MissingFigure) in
                    try Self.roundsError(evidence, rule, longest, names[1])
                        / Self.roundsError(evidence, rule, shortest, names[1])
                },
            ]
        }
    }

    private var dimensionClaims: [Claim] {
        let (least, most) = (dimensions[0], dimensions[dimensions.count - 1])
        let gaps = Self.momenta(middle).map { momentum in
            Claim(
                "The gap of the trimmed mean to SMEA grows with d, momentum \(momentum.name)",
                published: "SMEA pays for the greatest eigenvalue of the noise, the trimmed mean for its trace",
                quantity: "error of the trimmed mean minus that of SMEA at d = \(most), minus the same at d = \(least)",
                .above(0), isShare: false, over: Self.dimension
            ) { evidence throws(MissingFigure) in
                func gap(_ dimension: Int) throws(MissingFigure) -> Double {
                    try Self.dimensionError(evidence, "trimmed mean", dimension, momentum.name)
                        - Self.dimensionError(evidence, "SMEA", dimension, momentum.name)
                }
                return try gap(most) - gap(least)
            }
        }
        let dimensions = dimensions
        let names = Self.momenta(middle).map(\.name)
        let bound = Claim(
            "No error is below the lower bound",
            published: "d/(nε²m²) + (f/n)/(ε²m²) at least, but for constants and logarithms (arXiv 2302.04787)",
            quantity: "the least error over its bound, over both rules, all d, with and without momentum, ε = 1",
            .above(1), isShare: false, over: Self.dimension
        ) { evidence throws(MissingFigure) in
            var least = Double.infinity
            for dimension in dimensions {
                for momentum in names {
                    for (rule, _) in Self.rules {
                        let error = try Self.dimensionError(evidence, rule, dimension, momentum)
                        least = min(least, error / Self.lowerBound(dimension: dimension, epsilon: 1))
                    }
                }
            }
            return least
        }
        return gaps + [bound]
    }

    /// Of the worst node; under attack, under the worse of both.
    private static func accuracy(
        _ evidence: Evidence, _ graph: String, _ rule: String, _ beta: String, _ epsilon: String,
        under attacks: [String] = attacks
    ) throws(MissingFigure) -> Double {
        var worst = Double.infinity
        for attack in attacks {
            let labels = [
                graphAxis: graph, attacksAxis: attack, rulesAxis: rule, momentumAxis: beta, privacyAxis: epsilon,
            ]
            worst = min(worst, try evidence.figure(tradeOff, labels, .worst))
        }
        return worst
    }

    private func tradeOffClaims(_ graph: String) -> [Claim] {
        let isSparse = graph != Self.graphs[0]
        func published(_ words: String) -> String { isSparse ? "not in the papers; complete: \(words)" : words }
        func claim(
            _ statement: String, _ words: String, _ quantity: String,
            _ measure: @escaping @Sendable (Evidence) throws(MissingFigure) -> Double
        ) -> Claim {
            Claim(
                "\(statement): \(graph)", published: published(words), quantity: quantity, .above(0),
                over: Self.tradeOff, measure: measure)
        }
        let ofRules = Self.rules.flatMap { rule, _ in
            [
                claim(
                    "Privacy costs accuracy under attack with \(rule)", "the trade-off of privacy, robustness, utility",
                    "accuracy of the worst node with ε = ∞ minus that with ε = 1, β = 0"
                ) { evidence throws(MissingFigure) in
                    try Self.accuracy(evidence, graph, rule, "β = 0", "ε = ∞")
                        - Self.accuracy(evidence, graph, rule, "β = 0", "ε = 1")
                },
                claim(
                    "An attack costs more under privacy with \(rule)",
                    "the error has a term of both, beside one of each (arXiv 2302.04787)",
                    "what the worse attack takes of the accuracy at ε = 1 minus what it takes at ε = ∞, β = 0"
                ) { evidence throws(MissingFigure) in
                    func cost(_ epsilon: String) throws(MissingFigure) -> Double {
                        try Self.accuracy(evidence, graph, rule, "β = 0", epsilon, under: [Self.noAttack])
                            - Self.accuracy(evidence, graph, rule, "β = 0", epsilon)
                    }
                    return try cost("ε = 1") - cost("ε = ∞")
                },
                claim(
                    "Momentum gives \(rule) back what noise took", "with momentum the error does not grow with noise",
                    "accuracy of the worst node with β = 0.9 minus that with β = 0, ε = 1"
                ) { evidence throws(MissingFigure) in
                    try Self.accuracy(evidence, graph, rule, "β = 0.9", "ε = 1")
                        - Self.accuracy(evidence, graph, rule, "β = 0", "ε = 1")
                },
            ]
        }
        let rules = claim(
            "SMEA keeps more than the trimmed mean at ε = 1",
            "the trimmed mean pays for the dimension, SMEA does not",
            "accuracy of the worst node with SMEA minus that with the trimmed mean, β = 0"
        ) { evidence throws(MissingFigure) in
            try Self.accuracy(evidence, graph, "SMEA", "β = 0", "ε = 1")
                - Self.accuracy(evidence, graph, "trimmed mean", "β = 0", "ε = 1")
        }
        return ofRules + [rules]
    }

    private func membershipClaims(_ graph: String) -> [Claim] {
        func claim(
            _ statement: String, _ published: String, _ quantity: String, _ epsilon: String, _ measure: SweepMeasure,
            _ expectation: Claim.Expectation, give tolerance: Double = 0
        ) -> Claim {
            Claim(
                "\(statement): \(graph)", published: published,
                quantity: "\(quantity), mean over nodes, trimmed mean, \(epsilon)", expectation, tolerance: tolerance,
                isShare: measure == .meanMembershipTPR, isDifference: false, over: Self.membership
            ) { evidence throws(MissingFigure) in
                try evidence.figure(
                    Self.membership,
                    [Self.topologyAxis: graph, Self.rulesAxis: "trimmed mean", Self.privacyAxis: epsilon], measure)
            }
        }
        let byHeart = "models that learn samples by heart give them away (Yeom et al., arXiv 1709.01604)"
        return [
            claim(
                "Without noise, members are told by their loss", byHeart, "AUC of the attack by the loss", "ε = ∞",
                .meanMembership, .above(0.6)),
            claim(
                "With ε = 1 the attack is no better than chance", "ε bounds what any attack can tell",
                "AUC of the attack by the loss", "ε = 1", .meanMembership, .near(0.5), give: 0.05),
            claim(
                "Without noise, members are found at 1 % false alarms", byHeart, "members found by the loss", "ε = ∞",
                .meanMembershipTPR, .above(0.02)),
            claim(
                "With ε = 1 no more members are found than e^ε % and δ allow",
                "a true positive rate of e^ε times the false one and δ at most, for any attack",
                "members found by the loss at 1 % false alarms", "ε = 1", .meanMembershipTPR, .below(0.0272)),
        ]
    }

    // MARK: What is shown

    private var figures: [PackFigure] {
        [
            PackFigure(
                "Distance from the mean, by rounds, ε = 1",
                note: "|θ − θ*| of the worst honest node; the noise of a round grows with T so that ε is the same.",
                .heatMap(
                    PackFigure.Cells(Self.rounds), rows: Self.trainingAxis, columns: Self.rulesAxis,
                    measure: .optimumDistance)),
            PackFigure(
                "Lower bound of the squared error",
                note: "d/(nε²m²) + (f/n)/(ε²m²) for n = 8, f = 2, m = 4,000 and points of norm 1, without constants "
                    + "and logarithms.", .calculation(Self.bound)),
            PackFigure(
                "Rules that read private data", note: "1 where an experiment with the rule is allowed.",
                .calculation(Self.refusals)),
        ]
            + Self.momenta(middle).map { momentum in
                PackFigure(
                    "Distance from the mean, by dimension, T = \(middle), momentum \(momentum.name), ε = 1", note: "",
                    .heatMap(
                        PackFigure.Cells(Self.dimension, [Self.momentumAxis: momentum.name]), rows: Self.dataAxis,
                        columns: Self.rulesAxis, measure: .optimumDistance))
            }
            + Self.topologies.flatMap { graph, _ in
                [SweepMeasure.meanMembership, .membership, .meanMembershipTPR].map { measure in
                    PackFigure(
                        "Membership inference by ε, \(graph): \(measure.title)",
                        note: "By the loss; an AUC of 0.5 is chance, and the worst of six nodes is a little above it.",
                        .heatMap(
                            PackFigure.Cells(Self.membership, [Self.topologyAxis: graph]), rows: Self.rulesAxis,
                            columns: Self.privacyAxis, measure: measure))
                }
            }
            + Self.graphs.flatMap { graph in
                Self.adversaries.flatMap { attack, _ in
                    ["β = 0", "β = 0.9"].map { beta in
                        PackFigure(
                            "Accuracy by ε, \(graph), \(attack), \(beta)",
                            note: "Mean over honest nodes in %, and below it the worst of them.",
                            .heatMap(
                                PackFigure.Cells(
                                    Self.tradeOff,
                                    [Self.graphAxis: graph, Self.attacksAxis: attack, Self.momentumAxis: beta]),
                                rows: Self.rulesAxis, columns: Self.privacyAxis, measure: .mean))
                    }
                }
            }
    }
}
