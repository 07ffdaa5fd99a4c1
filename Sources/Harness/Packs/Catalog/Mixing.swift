// The pack mixing: what nearest neighbour mixing and adaptive clipping do for rules whose inputs differ from node to
// node.
import Registry

extension PaperPack {
    static let mixing = PaperPack(
        name: "mixing",
        summary: "Medians and trimmed mean with and without NNM, 4 hostile of 17, and ARC against static clipping.",
        papers: [
            "N. Gupta: Robust Machine Learning (tutorial), 2026",
            "Y. Allouah, S. Farhadkhani, R. Guerraoui, N. Gupta, R. Pinot, J. Stephan: Fixing by Mixing, AISTATS 2023, "
                + "arXiv 2302.01772",
            "Y. Allouah, R. Guerraoui, N. Gupta, A. Jellouli, G. Rizk, J. Stephan: Adaptive Gradient Clipping for "
                + "Robust Federated Learning, ICLR 2025, arXiv 2405.14432",
        ]
    ) { request throws(ConfigurationFault) in try Mixing(request).study() }
}

/// The study at one scale.
struct Mixing {
    static let heterogeneity = "heterogeneity"
    static let clipping = "clipping"
    static let rulesAxis = "aggregation"
    static let attacksAxis = "adversary"
    static let splitAxis = "task.split.alpha"
    static let alphas = ["10", "0.1"]

    private static let hostile = #"["13", "14", "15", "16"]"#
    static let attacks: [(name: String, json: String)] = [
        ("none", #"[]"#), ("label flip", attack(#""labelFlip""#)), ("sign flip", attack(#""signFlip""#)),
        ("ALIE", attack(#""alie""#)), ("mimic", attack(#""mimic""#)),
    ]
    private static func attack(_ json: String) -> String { #"[{"nodes": \#(hostile), "attack": \#(json)}]"# }

    /// Names with rules of the catalogue.
    static let medians = [
        ("median", "median"), ("geometric median", "geometricMedian"), ("trimmed mean", "trimmedMean"),
    ]
    static func afterNNM(_ rule: String) -> String { "\(rule) after NNM" }

    private static func rule(_ rule: String, _ before: String = "") -> String {
        #"{"rule": "\#(rule)", "before": [\#(before)], "tolerates": {"kind": "declared", "count": 4}}"#
    }

    static var rules: [(name: String, json: String)] {
        [("mean", rule("mean"))] + medians.map { ($0.0, rule($0.1)) }
            + medians.map { (afterNNM($0.0), rule($0.1, #""nnm""#)) }
    }

    /// What comes before the trimmed mean after NNM.
    static let clippings = [
        ("no clipping", rule("trimmedMean", #""nnm""#)), ("ARC", rule("trimmedMean", #""arc", "nnm""#)),
        ("clipping at 2", rule("trimmedMean", #"{"kind": "clipping", "length": 2}, "nnm""#)),
        ("clipping at 0.02", rule("trimmedMean", #"{"kind": "clipping", "length": 0.02}, "nnm""#)),
    ]

    let request: PackRequest
    let rounds: Int
    let seeds: Int
    let attacks: [(name: String, json: String)]

    init(_ request: PackRequest) {
        self.init(request, rounds: request.choose(quick: 200, full: 2_000), seeds: 5)
    }

    /// For a smaller study.
    init(
        _ request: PackRequest, rounds: Int, seeds: Int, attacks: [(name: String, json: String)] = Self.attacks
    ) {
        self.request = request
        self.rounds = rounds
        self.seeds = seeds
        self.attacks = attacks
    }

    func study() throws(ConfigurationFault) -> PackStudy {
        PackStudy(
            setting: setting,
            sweeps: [
                try sweep(Self.heterogeneity, Self.rules, Self.alphas),
                try sweep(Self.clipping, Self.clippings, ["0.1"]),
            ],
            calculations: [
                try ClippedDescent.calculation(), try DissimilarityBound.calculation(), try Redundancy.calculation(),
            ],
            claims: nnmClaims + arcClaims + ClippedDescent.claims + DissimilarityBound.claims + Redundancy.claims,
            figures: figures)
    }

    private var setting: [String] {
        [
            "Softmax regression on \(request.images.title), 17 nodes that are all linked, 4 of them hostile; each "
                + "class is shared out over all nodes in Dirichlet proportions, α = 10 (nearly iid) and 0.1 "
                + "(a few classes a node). Momenta with β = 0.9 travel; batch 25, step \(stepSize), "
                + "\(rounds) rounds, \(seeds) seeds.",
            "The papers have MNIST and a convolutional net: orders are compared, not accuracies.",
        ]
    }

    private var stepSize: Double { request.isQuick ? 0.25 : 0.05 }

    private func sweep(
        _ name: String, _ rules: [(name: String, json: String)], _ alphas: [String]
    ) throws(ConfigurationFault) -> Sweep {
        try Sweep(
            name, every: max(1, rounds / 20),
            base: """
                {"topology": {"family": "complete", "nodes": 17},
                 "task": {"dataset": \(request.images.dataset), "split": {"kind": "dirichlet", "minimumSamples": 2},
                   "model": "softmax"},
                 "training": {"rounds": \(rounds), "batchSize": 25, "momentum": 0.9, "weightDecay": 1e-4,
                   "stepSize": {"kind": "constant", "value": \(stepSize)}, "exchange": "momentum"}}
                """,
            grid: [
                (Self.splitAxis, alphas.map { ($0, $0) }), (Self.rulesAxis, rules), (Self.attacksAxis, attacks),
                Sweep.seeds(seeds),
            ])
    }

    // MARK: What is claimed

    /// The least mean accuracy over attacks.
    private static func worst(
        _ evidence: Evidence, _ sweep: String, _ rule: String, alpha: String
    ) throws(MissingFigure) -> Double {
        var least = 1.0
        for attack in try evidence.names(sweep, on: attacksAxis) {
            least = min(
                least, try evidence.figure(sweep, [splitAxis: alpha, rulesAxis: rule, attacksAxis: attack]))
        }
        return least
    }

    private var nnmClaims: [Claim] {
        let sweep = Self.heterogeneity
        let source = "(arXiv 2302.01772, section 6, and the tutorial)"
        return Self.medians.flatMap { rule, _ in
            let mixed = Self.afterNNM(rule)
            return [
                Claim(
                    "The \(rule) fails where data differ", published: "medians fail at α = 0.1 \(source)",
                    quantity: "worst mean accuracy over attacks, α = 0.1 minus α = 10", .below(-0.2), over: sweep
                ) { evidence throws(MissingFigure) in
                    try Self.worst(evidence, sweep, rule, alpha: "0.1")
                        - Self.worst(evidence, sweep, rule, alpha: "10")
                },
                Claim(
                    "NNM repairs the \(rule)", published: "NNM repairs them \(source)",
                    quantity: "worst mean accuracy over attacks with NNM minus that without, α = 0.1", .above(0.1),
                    over: sweep
                ) { evidence throws(MissingFigure) in
                    try Self.worst(evidence, sweep, mixed, alpha: "0.1")
                        - Self.worst(evidence, sweep, rule, alpha: "0.1")
                },
                Claim(
                    "NNM costs the \(rule) nothing where data are alike",
                    published: "both are good at α = 10 \(source)",
                    quantity: "worst mean accuracy over attacks with NNM minus that without, α = 10", .above(0),
                    tolerance: 0.03, over: sweep
                ) { evidence throws(MissingFigure) in
                    try Self.worst(evidence, sweep, mixed, alpha: "10") - Self.worst(evidence, sweep, rule, alpha: "10")
                },
            ]
        }
    }

    private var arcClaims: [Claim] {
        let sweep = Self.clipping
        func lead(
            _ statement: String, _ published: String, of a: String, over b: String, _ expectation: Claim.Expectation
        ) -> Claim {
            Claim(
                statement, published: "\(published) (arXiv 2405.14432)",
                quantity: "worst mean accuracy over attacks, \(a) minus \(b), trimmed mean after NNM, α = 0.1",
                expectation, tolerance: 0.02, over: sweep
            ) { evidence throws(MissingFigure) in
                try Self.worst(evidence, sweep, a, alpha: "0.1") - Self.worst(evidence, sweep, b, alpha: "0.1")
            }
        }
        return [
            lead(
                "ARC costs nothing", "ARC keeps the rule's guarantee and improves results where the start is good",
                of: "ARC", over: "no clipping", .above(0)),
            lead(
                "ARC is as good as clipping at 2", "no static threshold does well everywhere", of: "ARC",
                over: "clipping at 2", .above(0)),
            lead(
                "ARC is better than clipping far too early", "no static threshold does well everywhere", of: "ARC",
                over: "clipping at 0.02", .above(0.05)),
        ]
    }

    private var figures: [PackFigure] {
        let note = "Mean over honest nodes in %, and below it the worst of them."
        let maps = Self.alphas.map { alpha in
            PackFigure(
                "Accuracy, Dirichlet α = \(alpha)", note: note,
                .heatMap(
                    PackFigure.Cells(Self.heterogeneity, [Self.splitAxis: alpha]), rows: Self.rulesAxis,
                    columns: Self.attacksAxis, measure: .mean))
        }
        let clipped = PackFigure(
            "What comes before NNM and the trimmed mean, α = 0.1", note: note,
            .heatMap(
                PackFigure.Cells(Self.clipping), rows: Self.rulesAxis, columns: Self.attacksAxis, measure: .mean))
        let curves = PackFigure(
            "Accuracy over rounds under ALIE, α = 0.1",
            note: "Mean over honest nodes; bands from the least to the greatest seed.",
            .curves(
                PackFigure.Cells(Self.heterogeneity, [Self.splitAxis: "0.1", Self.attacksAxis: "ALIE"]),
                lines: Self.rulesAxis, measure: .mean))
        return maps + [clipped, curves] + ClippedDescent.figures + DissimilarityBound.figures + Redundancy.figures
    }
}
