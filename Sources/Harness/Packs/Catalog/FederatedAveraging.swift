// The pack federated-averaging: local steps and participation on a complete graph, the rate 1/(nT), and how fast gossip
// of any rate agrees on a graph.
import Kernels
import Registry

extension PaperPack {
    static let federatedAveraging = PaperPack(
        name: "federated-averaging",
        summary: "Federated averaging without a server, the rate 1/(nT), and gossip rate against spectral gap.",
        papers: [
            "N. Gupta: Robust Machine Learning (tutorial), 2026",
            "B. McMahan, E. Moore, D. Ramage, S. Hampson, B. Agüera y Arcas: Communication-Efficient Learning of Deep "
                + "Networks from Decentralized Data, AISTATS 2017, arXiv 1602.05629",
            "S. Boyd, A. Ghosh, B. Prabhakar, D. Shah: Randomized Gossip Algorithms, IEEE TIT 2006",
        ]
    ) { request throws(ConfigurationFault) in try FederatedAveraging(request).study() }
}

/// The study at one scale.
struct FederatedAveraging {
    static let averaging = "averaging"
    static let rate = "rate"
    static let agreement = "agreement"
    static let stepsAxis = "training.localSteps"
    static let participationAxis = "training.participation"
    static let graphAxis = "topology"
    static let rateAxis = "aggregation.rule.rate"

    static let localSteps = [1, 5, 20]
    static let participations = ["1", "0.3"]
    static let sizes = [4, 16]
    private static let dimension = 200

    /// A graph with its spectral gap under Metropolis weights.
    private struct Graph {
        let name: String
        let topology: String
        let gap: Double
    }

    private static let graphs = [
        Graph(
            name: "ring of 16", topology: #"{"family": "ring", "nodes": 16}"#,
            gap: 2.0 / 3 * (1 - Elementary.sineCosine(ofTurns: 1.0 / 16).cosine)),
        Graph(name: "torus of 16", topology: #"{"family": "torus", "rows": 4, "columns": 4}"#, gap: 0.4),
        Graph(name: "complete, 16", topology: #"{"family": "complete", "nodes": 16}"#, gap: 1),
    ]
    private static let rates = [0.25, 0.5, 1]

    let request: PackRequest
    let rounds: Int
    let seeds: Int

    init(_ request: PackRequest) {
        self.init(request, rounds: request.choose(quick: 100, full: 1_000), seeds: 5)
    }

    /// For a smaller study.
    init(_ request: PackRequest, rounds: Int, seeds: Int) {
        self.request = request
        self.rounds = rounds
        self.seeds = seeds
    }

    func study() throws(ConfigurationFault) -> PackStudy {
        PackStudy(
            setting: setting, sweeps: [try averagingSweep(), try rateSweep(), try agreementSweep()],
            claims: averagingClaims + rateClaims + agreementClaims, figures: figures)
    }

    private var setting: [String] {
        [
            "Federated averaging: softmax regression on \(request.images.title), 10 nodes that are all linked, "
                + "Dirichlet α = 0.5; updates travel, and everyone adopts the mean of those who took part. "
                + "Step 0.05, batch 25, \(rounds) rounds, \(seeds) seeds.",
            "Rate: ½|θ − c|² over points c in \(Self.dimension) dimensions, noise of deviation 1, one point a step, "
                + "step 1/(t + 1), 1,000 rounds, 5 seeds.",
            "Agreement: 16 nodes that start apart and only gossip, x + α Σ w (y − x), 24 rounds.",
        ]
    }

    private func averagingSweep() throws(ConfigurationFault) -> Sweep {
        try Sweep(
            Self.averaging, every: max(1, rounds / 20),
            base: """
                {"topology": {"family": "complete", "nodes": 10},
                 "task": {"dataset": \(request.images.dataset), "split": {"kind": "dirichlet", "alpha": 0.5,
                   "minimumSamples": 2}, "model": "softmax"},
                 "training": {"rounds": \(rounds), "batchSize": 25, "momentum": 0, "weightDecay": 1e-4,
                   "stepSize": {"kind": "constant", "value": 0.05}, "exchange": "update"},
                 "aggregation": {"rule": "mean", "tolerates": {"kind": "declared", "count": 0}}}
                """,
            grid: [
                (Self.stepsAxis, Self.localSteps.map { ("E = \($0)", "\($0)") }),
                (Self.participationAxis, Self.participations.map { ("p = \($0)", $0) }), Sweep.seeds(seeds),
            ])
    }

    private func rateSweep() throws(ConfigurationFault) -> Sweep {
        try Sweep(
            Self.rate, every: 20,
            base: """
                {"task": {"dataset": {"kind": "quadratic", "features": \(Self.dimension), "zeta": 0, "noise": 1,
                   "samples": 4000, "testSamples": 10}, "split": "iid", "model": "quadratic"},
                 "training": {"rounds": 1000, "batchSize": 1, "momentum": 0, "weightDecay": 0,
                   "stepSize": {"kind": "inverse", "value": 1, "halving": 1}},
                 "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}}}
                """,
            grid: [
                (Self.graphAxis, Self.sizes.map { ("n = \($0)", #"{"family": "complete", "nodes": \#($0)}"#) }),
                Sweep.seeds(5),
            ])
    }

    private func agreementSweep() throws(ConfigurationFault) -> Sweep {
        try Sweep(
            Self.agreement, every: 1,
            base: """
                {"task": {"dataset": {"kind": "quadratic", "features": 50, "samples": 1600, "testSamples": 10},
                   "split": "iid", "model": {"kind": "quadratic", "deviation": 1}},
                 "training": {"rounds": 24, "participation": 0, "initialisation": "different", "momentum": 0,
                   "weightDecay": 0},
                 "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}}}
                """,
            grid: [
                (Self.graphAxis, Self.graphs.map { ($0.name, $0.topology) }),
                (Self.rateAxis, Self.rates.map { ("α = \($0)", "\($0)") }), Sweep.seeds(3),
            ])
    }

    // MARK: What is claimed

    private static func cell(_ steps: Int, _ participation: String) -> [String: String] {
        [stepsAxis: "E = \(steps)", participationAxis: "p = \(participation)"]
    }

    private var averagingClaims: [Claim] {
        let sweep = Self.averaging
        let early = "mean accuracy a tenth of the way"
        let faster = Self.localSteps.dropFirst().map { steps in
            Claim(
                "\(steps) local steps need fewer rounds than one",
                published: "more local work, fewer rounds (arXiv 1602.05629, table 2)",
                quantity: "\(early), E = \(steps) minus E = 1, everyone takes part", .above(0.02), over: sweep
            ) { evidence throws(MissingFigure) in
                try Self.early(evidence, Self.cell(steps, "1")) - Self.early(evidence, Self.cell(1, "1"))
            }
        }
        let few = Claim(
            "A third of the nodes a round is enough", published: "little is gained by more (arXiv 1602.05629, table 1)",
            quantity: "final mean accuracy with p = 0.3 minus that with p = 1, E = 5", .near(0), tolerance: 0.03,
            over: sweep
        ) { evidence throws(MissingFigure) in
            try evidence.figure(sweep, Self.cell(5, "0.3")) - evidence.figure(sweep, Self.cell(5, "1"))
        }
        let same = Claim(
            "Everyone ends with the server's model", published: "a node that sits out adopts the result (tutorial)",
            quantity: "distance of the nodes from their mean, greatest of all cells", .below(0), tolerance: 1e-6,
            isShare: false, over: sweep
        ) { evidence throws(MissingFigure) in
            var greatest = 0.0
            for steps in Self.localSteps {
                for participation in Self.participations {
                    greatest = max(greatest, try evidence.figure(sweep, Self.cell(steps, participation), .consensus))
                }
            }
            return greatest
        }
        return faster + [few, same]
    }

    private static func early(_ evidence: Evidence, _ labels: [String: String]) throws(MissingFigure) -> Double {
        let series = try evidence.series(averaging, labels)
        guard let end = series.last?.round, let value = series.first(where: { 10 * $0.round >= end })?.value else {
            throw MissingFigure("the series of \(averaging) is empty")
        }
        return value
    }

    private var rateClaims: [Claim] {
        Self.sizes.map { size in
            Claim(
                "On a strongly convex quadratic the excess loss is that of nT samples, n = \(size)",
                published: "order 1/(nT) (tutorial); here d/(2nT)", quantity: "nT excess loss over d/2, second half",
                .near(1), tolerance: 0.25, isShare: false, over: Self.rate
            ) { evidence throws(MissingFigure) in try Self.scaledExcess(evidence, size, .suffix) }
        } + [
            Claim(
                "Four times the rounds, a quarter of the excess loss", published: "order 1/(nT) (tutorial)",
                quantity: "T excess loss in the second half over that in the second eighth, n = 16", .near(1),
                tolerance: 0.4, isShare: false, over: Self.rate
            ) { evidence throws(MissingFigure) in
                try Self.scaledExcess(evidence, 16, .suffix) / Self.scaledExcess(evidence, 16, .prefix)
            }
        ]
    }

    private enum Part { case prefix, suffix }

    /// The mean of nT · excess loss over d/2, where T is in the second eighth or in the second half of the run.
    private static func scaledExcess(
        _ evidence: Evidence, _ size: Int, _ part: Part
    ) throws(MissingFigure) -> Double {
        let series = try evidence.series(rate, [graphAxis: "n = \(size)"], .excessLoss)
        let end = series.last?.round ?? 0
        let scaled = series.compactMap { round, value -> Double? in
            let isMeant = part == .suffix ? 2 * round > end : 8 * round > end && 4 * round <= end
            return isMeant ? value.map { 2 * Double(size * round) * $0 / Double(dimension) } : nil
        }
        guard !scaled.isEmpty else { throw MissingFigure("the series of \(rate) is too short") }
        return scaled.reduce(0, +) / Double(scaled.count)
    }

    private var agreementClaims: [Claim] {
        let sweep = Self.agreement
        return Self.graphs.filter { $0.gap < 1 }.flatMap { graph in
            Self.rates.map { rate in
                Claim(
                    "Gossip at α = \(rate) shrinks disagreement by 1 − α · gap a round, \(graph.name)",
                    published: "the second eigenvalue of (1 − α)I + αW", quantity: "factor a round over 1 − α · gap",
                    .near(1), tolerance: 0.03, isShare: false, over: sweep
                ) { evidence throws(MissingFigure) in
                    let labels = [Self.graphAxis: graph.name, Self.rateAxis: "α = \(rate)"]
                    let series = try evidence.series(sweep, labels, .consensus)
                    // Late enough for the other modes to have died out, early enough for rounding.
                    let (from, to) = graph.gap < 0.1 ? (20, 24) : (8, 12)
                    guard let first = series.first(where: { $0.round == from })?.value,
                        let last = series.first(where: { $0.round == to })?.value
                    else { throw MissingFigure("the series of \(sweep) has no rounds \(from) and \(to)") }
                    let logarithm = Elementary.log(last / first) / Double(to - from)
                    return Elementary.exp(logarithm) / (1 - rate * graph.gap)
                }
            }
        } + [
            Claim(
                "On a complete graph one round of gossip agrees", published: "gap 1",
                quantity: "distance of the nodes from their mean after the first round, α = 1", .below(0),
                tolerance: 1e-5, isShare: false, over: sweep
            ) { evidence throws(MissingFigure) in
                let series = try evidence.series(
                    sweep, [Self.graphAxis: "complete, 16", Self.rateAxis: "α = 1.0"], .consensus)
                guard let value = series.first(where: { $0.round == 1 })?.value else {
                    throw MissingFigure("the series of \(sweep) has no round 1")
                }
                return value
            }
        ]
    }

    private var figures: [PackFigure] {
        [
            PackFigure(
                "Accuracy by local steps and participation",
                note: "Mean over nodes in %, and below it the worst of them.",
                .heatMap(
                    PackFigure.Cells(Self.averaging), rows: Self.stepsAxis, columns: Self.participationAxis,
                    measure: .mean))
        ]
            + Self.participations.map { participation in
                PackFigure(
                    "Accuracy over rounds, p = \(participation)",
                    note: "Mean over nodes; bands from the least to the greatest seed.",
                    .curves(
                        PackFigure.Cells(Self.averaging, [Self.participationAxis: "p = \(participation)"]),
                        lines: Self.stepsAxis, measure: .mean))
            } + [
                PackFigure(
                    "Excess loss over rounds", note: "Strongly convex quadratic, step 1/(t + 1).",
                    .curves(PackFigure.Cells(Self.rate), lines: Self.graphAxis, measure: .excessLoss))
            ]
            + Self.rates.map { rate in
                PackFigure(
                    "Disagreement over rounds, α = \(rate)", note: "Distance of the nodes from their mean.",
                    .curves(
                        PackFigure.Cells(Self.agreement, [Self.rateAxis: "α = \(rate)"]), lines: Self.graphAxis,
                        measure: .consensus))
            }
    }
}
