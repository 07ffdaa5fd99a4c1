// The pack momentum: whether averaging gradients over rounds lets robust rules learn where stochastic gradients alone
// make them stall, on images and on a quadratic whose error is known.
import Registry

extension PaperPack {
    static let momentum = PaperPack(
        name: "momentum",
        summary: "Robust rules with and without local momentum, 5 hostile nodes of 15, and the error that is left.",
        papers: [
            "N. Gupta: Robust Machine Learning (tutorial), 2026",
            "S. P. Karimireddy, L. He, M. Jaggi: Learning from History for Byzantine Robust Optimization, ICML 2021, "
                + "arXiv 2012.10333",
            "S. Farhadkhani, R. Guerraoui, N. Gupta, R. Pinot, J. Stephan: Byzantine Machine Learning Made Easy by "
                + "Resilient Averaging of Momentums, ICML 2022, arXiv 2205.12173",
        ]
    ) { request throws(ConfigurationFault) in try MomentumPack(request).study() }
}

/// The study at one scale.
struct MomentumPack {
    static let images = "images"
    static let rulesAxis = "aggregation.rule"
    static let attacksAxis = "adversary"
    static let batchAxis = "training.batchSize"
    static let betaAxis = "training.momentum"

    /// The last five nodes of fifteen.
    static let hostile = #"["10", "11", "12", "13", "14"]"#
    static let rules = [
        ("mean", #""mean""#), ("trimmed mean", #""trimmedMean""#), ("median", #""median""#),
        ("geometric median", #""geometricMedian""#),
    ]
    static let attacks: [(name: String, json: String)] = [
        ("label flip", #""labelFlip""#),
        ("swap 4 and 9", #"{"kind": "targetedFlip", "source": 4, "target": 9, "both": true}"#),
        ("sign flip", #""signFlip""#), ("ALIE z = 1", #"{"kind": "alie", "z": 1, "side": "below"}"#),
    ]

    let request: PackRequest
    let rounds: Int
    let seeds: Int
    let floors: MomentumFloors
    let attacks: [(name: String, json: String)]

    init(_ request: PackRequest) {
        self.init(
            request, rounds: request.choose(quick: 200, full: 2_000), seeds: 5,
            floors: MomentumFloors(rounds: 6_000, seeds: request.choose(quick: 3, full: 10)))
    }

    /// For a smaller study.
    init(
        _ request: PackRequest, rounds: Int, seeds: Int, floors: MomentumFloors,
        attacks: [(name: String, json: String)] = Self.attacks
    ) {
        self.request = request
        self.rounds = rounds
        self.seeds = seeds
        self.floors = floors
        self.attacks = attacks
    }

    func study() throws(ConfigurationFault) -> PackStudy {
        PackStudy(
            setting: setting, sweeps: [try imageSweep(), try floors.nodeSweep(), try floors.speedUpSweep()],
            calculations: [try floors.calculation(), try HuberMixture.calculation()],
            claims: imageClaims + floors.claims + HuberMixture.claims, figures: figures)
    }

    private var model: String { request.isQuick ? "softmax regression" : "a perceptron with 50 hidden units" }

    private var setting: [String] {
        [
            "Images: \(model) on \(request.images.title), iid over 15 nodes that are all linked, 5 of them hostile; "
                + "momenta m ← βm + (1 − β)g travel, and the step goes along what the rule makes of them (β = 0: "
                + "gradients). Step \(request.isQuick ? "0.1" : "0.05"), \(rounds) rounds, batches of 1 and of 25, "
                + "\(seeds) seeds. ALIE is no attack of the tutorial's figure; momentum was proposed for it.",
            "The tutorial's step size and batch are not at hand: orders are compared, not accuracies.",
            "Quadratic: ½|θ|² in 50 dimensions, gradients with noise of deviation 1, 10 honest and 5 hostile nodes, "
                + "step 0.02, \(floors.rounds) rounds, the second half counts, \(floors.seeds) seeds. The floors are "
                + "computed with the rules of the catalogue on exact noise; a sweep of nodes that draw from 20,000 "
                + "points stands beside them.",
        ]
    }

    private func imageSweep() throws(ConfigurationFault) -> Sweep {
        let adversaries =
            [("none", "[]")]
            + attacks.map { name, attack in
                (name, #"[{"nodes": \#(Self.hostile), "attack": \#(attack)}]"#)
            }
        let model = request.isQuick ? #""softmax""# : #"{"kind": "perceptron", "hidden": [50]}"#
        return try Sweep(
            Self.images, every: max(1, rounds / 20),
            base: """
                {"topology": {"family": "complete", "nodes": 15},
                 "task": {"dataset": \(request.images.dataset), "split": "iid", "model": \(model)},
                 "training": {"rounds": \(rounds), "stepSize": {"kind": "constant", "value":
                   \(request.isQuick ? 0.1 : 0.05)}, "weightDecay": 1e-4, "exchange": "momentum"},
                 "aggregation": {"tolerates": {"kind": "declared", "count": 5}}}
                """,
            grid: [
                (Self.rulesAxis, Self.rules), (Self.attacksAxis, adversaries),
                (Self.batchAxis, [("1", "1"), ("25", "25")]), (Self.betaAxis, [("0", "0"), ("0.9", "0.9")]),
                Sweep.seeds(seeds),
            ])
    }

    // MARK: What is claimed

    private static func cell(_ rule: String, _ attack: String, batch: Int, beta: String) -> [String: String] {
        [rulesAxis: rule, attacksAxis: attack, batchAxis: "\(batch)", betaAxis: beta]
    }

    private var imageClaims: [Claim] {
        let robust = Self.rules.map(\.0).filter { $0 != "mean" }
        let helps = robust.flatMap { rule in
            attacks.map { attack in
                Claim(
                    "Momentum lets the \(rule) learn under \(attack.name)",
                    published: "without momentum robust rules stall, with β = 0.9 they learn (tutorial, experiments)",
                    quantity: "mean accuracy with β = 0.9 minus that with β = 0, batches of 1", .above(0.02),
                    over: Self.images
                ) { evidence throws(MissingFigure) in
                    try evidence.figure(Self.images, Self.cell(rule, attack.name, batch: 1, beta: "0.9"))
                        - evidence.figure(Self.images, Self.cell(rule, attack.name, batch: 1, beta: "0"))
                }
            }
        }
        let recovers = [1, 25].map { batch in
            Claim(
                "β = 0.9, batches of \(batch): the trimmed mean under sign flip is as good as the mean without attack",
                published: "with β = 0.9 they learn (tutorial, experiments)",
                quantity:
                    "mean accuracy of the trimmed mean under sign flip minus that of the mean without attack, β = 0.9",
                .near(0), tolerance: 0.06, over: Self.images
            ) { evidence throws(MissingFigure) in
                try evidence.figure(Self.images, Self.cell("trimmed mean", "sign flip", batch: batch, beta: "0.9"))
                    - evidence.figure(Self.images, Self.cell("mean", "none", batch: batch, beta: "0.9"))
            }
        }
        let baseline = Claim(
            "Sign flip only shortens the steps of the plain mean",
            published: "with f < n/2 and strength 1 the mean loses a factor 1 − 2f/n of step length (tutorial)",
            quantity: "mean accuracy of the mean under sign flip minus that without attack, β = 0, batches of 25",
            .near(0), tolerance: 0.05, over: Self.images
        ) { evidence throws(MissingFigure) in
            try evidence.figure(Self.images, Self.cell("mean", "sign flip", batch: 25, beta: "0"))
                - evidence.figure(Self.images, Self.cell("mean", "none", batch: 25, beta: "0"))
        }
        return helps + recovers + [baseline]
    }

    private var figures: [PackFigure] {
        let maps = [1, 25].flatMap { batch in
            ["0", "0.9"].map { beta in
                PackFigure(
                    "Accuracy, β = \(beta), batches of \(batch)",
                    note: "Mean over honest nodes in %, and below it the worst of them.",
                    .heatMap(
                        PackFigure.Cells(Self.images, [Self.batchAxis: "\(batch)", Self.betaAxis: beta]),
                        rows: Self.rulesAxis, columns: Self.attacksAxis, measure: .mean))
            }
        }
        let curves = ["0", "0.9"].map { beta in
            PackFigure(
                "Accuracy over rounds under sign flip, β = \(beta), batches of 1",
                note: "Mean over honest nodes; bands from the least to the greatest seed.",
                .curves(
                    PackFigure.Cells(
                        Self.images, [Self.attacksAxis: "sign flip", Self.batchAxis: "1", Self.betaAxis: beta]),
                    lines: Self.rulesAxis, measure: .mean))
        }
        return maps + curves + floors.figures + HuberMixture.figures
    }
}
