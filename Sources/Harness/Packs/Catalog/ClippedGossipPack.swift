// The pack clipped-gossip: what robust rules cost on graphs with a narrow bridge, and what attackers do to them there.
import Registry

extension PaperPack {
    static let clippedGossip = PaperPack(
        name: "clipped-gossip",
        summary: "Dumbbell without attackers, a ring with two attackers a node, two cliques with a hostile bridge.",
        papers: [
            "L. He, S. P. Karimireddy, M. Jaggi: Byzantine-Robust Decentralized Learning via ClippedGossip, "
                + "arXiv 2202.01545"
        ]
    ) { request throws(ConfigurationFault) in try ClippedGossipPack(request).study() }
}

/// The study at one scale.
struct ClippedGossipPack {
    static let dumbbell = "dumbbell"
    static let ring = "malicious ring"
    static let bridge = "hostile bridge"
    static let rulesAxis = "aggregation.rule"
    static let attacksAxis = "adversary"
    static let splitAxis = "task.split"
    static let bridgeAxis = "topology"

    static let inside = "between and inside the cliques"
    static let between = "between the cliques"
    private static let splits = [
        (inside, #"{"kind": "shards", "shardsPerNode": 1}"#), (between, #"{"kind": "dumbbell"}"#),
    ]

    static let gossip = ("gossip mean", #""weightedMean""#)
    /// What isolates the cliques.
    private static let robust: [(name: String, json: String)] = [
        ("SCClip 0.1", #"{"kind": "clippedGossip", "mode": "fixed", "radius": 0.1}"#),
        ("trimmed mean", #""trimmedNeighbourMean""#), ("RFA", #""geometricMedian""#), ("Krum", #""krum""#),
        ("median", #""median""#), ("MOZI", #"{"kind": "ubar", "rho": 0.99}"#),
    ]
    /// On the ring half of the neighbours are honest.
    private static let halfHonest = ("MOZI", #"{"kind": "ubar", "rho": 0.4}"#)
    private static let wide = (name: "SCClip 1", json: #"{"kind": "clippedGossip", "mode": "fixed", "radius": 1}"#)

    let request: PackRequest
    let rounds: Int
    let seeds: Int

    init(_ request: PackRequest) {
        self.init(request, rounds: request.choose(quick: 900, full: 900), seeds: request.choose(quick: 3, full: 1))
    }

    /// For a smaller study.
    init(_ request: PackRequest, rounds: Int, seeds: Int) {
        self.request = request
        self.rounds = rounds
        self.seeds = seeds
    }

    func study() throws(ConfigurationFault) -> PackStudy {
        PackStudy(
            setting: setting, sweeps: [try dumbbellSweep(), try ringSweep(), try bridgeSweep()],
            claims: dumbbellClaims + ringClaims + bridgeClaims, figures: figures)
    }

    private var setting: [String] {
        [
            "\(request.isQuick ? "Softmax regression" : "The small convolutional net") on \(request.images.title), "
                + "step 0.01, momentum 0.9 (heavy ball), batch 32, \(rounds) rounds, \(seeds) seeds; "
                + "Metropolis weights.",
            "Dumbbell: 10 + 10 nodes with one link, nobody hostile; sorted by label and cut into 20 parts, or half of "
                + "the classes in either clique. Every rule is told of one hostile neighbour.",
            "Malicious ring: 5 honest nodes, 10 hostile ones that overhear all of them, iid. MOZI takes ρ = 0.4 of the "
                + "neighbours for honest here, and 0.99 on the dumbbell.",
            "Hostile bridge: cliques of 5 and 6 nodes whose links weigh 0.1, one such link between them, and a hostile "
                + "node on both of its ends, to which these give the weight δ; half of the classes in either clique. "
                + "Step 0.001, \(bridgeRounds) rounds.",
        ]
            + (request.isQuick
                ? [
                    "A radius of 1 or 0.1 was chosen for the paper's net; with softmax regression it is another one."
                ] : [])
    }

    /// The paper's 1,500 where elsewhere it has 900.
    private var bridgeRounds: Int { rounds * 5 / 3 }

    private func base(_ topology: String, _ rest: String, step: Double = 0.01, rounds: Int? = nil) -> String {
        let model = request.isQuick ? "softmax" : "convolutional"
        return """
            {\(topology)"task": {"dataset": \(request.images.dataset), "split": "iid", "model": "\(model)"},
             "training": {"rounds": \(rounds ?? self.rounds), "batchSize": 32,
               "momentum": {"kind": "polyak", "value": 0.9},
               "stepSize": {"kind": "constant", "value": \(step)}, "weightDecay": 0}\(rest)}
            """
    }

    private func dumbbellSweep() throws(ConfigurationFault) -> Sweep {
        try Sweep(
            Self.dumbbell, every: max(1, rounds / 20),
            base: base(#""topology": {"family": "dumbbell", "half": 10}, "#, ""),
            grid: [
                (Self.rulesAxis, [Self.gossip, Self.wide] + Self.robust), (Self.splitAxis, Self.splits),
                Sweep.seeds(seeds),
            ])
    }

    private func ringSweep() throws(ConfigurationFault) -> Sweep {
        let hostile = (5..<15).map { #""\#($0)""# }.joined(separator: ", ")
        let attacks = Self.ringAttacks.map { name, attack in
            (name, #"[{"nodes": [\#(hostile)], "attack": \#(attack), "taps": "honest"}]"#)
        }
        let rules = [Self.gossip, Self.robust[0], Self.wide, Self.robust[1], Self.robust[2], Self.halfHonest]
        return try Sweep(
            Self.ring, every: max(1, rounds / 20),
            base: base(
                #""topology": {"family": "maliciousRing"}, "#,
                #", "aggregation": {"tolerates": {"kind": "declared", "count": 2}}"#),
            grid: [(Self.rulesAxis, rules), (Self.attacksAxis, attacks), Sweep.seeds(seeds)])
    }

    private static let alie = #"{"kind": "alie", "factor": "epfml", "side": "below"}"#
    private static let ringAttacks = [
        ("ALIE", alie), ("IPM", #"{"kind": "ipm", "tau": 0.1}"#), ("dissensus", #""dissensus""#),
    ]
    private static let bridgeAttacks =
        [("label flip", #""labelFlip""#), ("bit flip", #"{"kind": "signFlip", "of": "own"}"#)] + ringAttacks

    static let deltas = [0.05, 0.2, 0.35]
    static func place(_ delta: Double) -> String { "δ = \(delta)" }

    private func bridgeSweep() throws(ConfigurationFault) -> Sweep {
        let attacks = Self.bridgeAttacks.map { ($0, #"[{"nodes": ["5"], "attack": \#($1)}]"#) }
        return try Sweep(
            Self.bridge, every: max(1, bridgeRounds / 20), base: base("", "", step: 0.001, rounds: bridgeRounds),
            grid: [
                (Self.bridgeAxis, Self.deltas.map { (Self.place($0), Self.cliques($0)) }),
                (Self.splitAxis, [(Self.between, #"{"kind": "dumbbell"}"#)]),
                (Self.rulesAxis, [Self.gossip, Self.wide]),
                (Self.attacksAxis, [("none", "[]")] + attacks), Sweep.seeds(seeds),
            ])
    }

    /// Nodes 0 to 4 and 6 to 11, a link from 4 to 6, and node 5 on both of its ends with the weight δ.
    private static func cliques(_ delta: Double) -> String {
        var links = [(4, 6, 0.1), (4, 5, delta), (5, 6, delta)]
        for clique in [0..<5, 6..<12] {
            for i in clique { for j in clique where i < j { links.append((i, j, 0.1)) } }
        }
        let edges = links.map { #"{"source": \#($0), "target": \#($1), "weight": \#($2)}"# }
        let nodes = (0..<12).map { #"{"id": \#($0)}"# }
        return """
            {"directed": false, "multigraph": false, "graph": {"name": "bridge", "gossipnode": {"version": 1, \
            "weights": "file"}}, "nodes": [\(nodes.joined(separator: ", "))],
             "edges": [\(edges.joined(separator: ", "))]}
            """
    }

    // MARK: What is claimed

    private static let source = "(arXiv 2202.01545)"

    private static func cell(_ rule: String) -> [String: String] { [rulesAxis: rule, splitAxis: inside] }

    private var dumbbellClaims: [Claim] {
        let sweep = Self.dumbbell
        let plain = Self.cell(Self.gossip.0)
        let hides = Self.robust.map { rule in
            let mine = Self.cell(rule.name)
            return Claim(
                "Without any attack \(rule.name) loses agreement, which the average model hides",
                published:
                    "average model \(Self.average.value(rule.name, Self.inside) ?? "–"), cliques about 50 and 47 "
                    + Self.source,
                quantity: "accuracy of the average model minus mean accuracy of the nodes", .above(0.2), over: sweep
            ) { evidence throws(MissingFigure) in
                try evidence.figure(sweep, mine, .averageModel) - evidence.figure(sweep, mine)
            }
        }
        let behind = Self.robust.map { rule in
            let mine = Self.cell(rule.name)
            return Claim(
                "Without any attack \(rule.name) is worse than plain gossip",
                published: "mean of the cliques \(Self.cliqueMean.value(rule.name, Self.inside) ?? "–") against 72.31 "
                    + Self.source,
                quantity: "mean accuracy minus that of plain gossip", .below(-0.1), over: sweep
            ) { evidence throws(MissingFigure) in try evidence.figure(sweep, mine) - evidence.figure(sweep, plain) }
        }
        let wide = Self.cell(Self.wide.name)
        let keeps = Claim(
            "With a large enough radius SCClip is as good as plain gossip",
            published: "mean of the cliques 72.00 against 72.31 \(Self.source)",
            quantity: "mean accuracy of SCClip 1 minus that of plain gossip", .near(0), tolerance: 0.05, over: sweep,
            incomparable: request.isQuick ? "what radius is large enough is a matter of the model" : nil
        ) { evidence throws(MissingFigure) in try evidence.figure(sweep, wide) - evidence.figure(sweep, plain) }
        return hides + behind + [keeps]
    }

    private var ringClaims: [Claim] {
        let sweep = Self.ring
        func lead(
            _ a: String, _ b: String, _ attack: String, _ published: String, _ expectation: Claim.Expectation
        ) -> Claim {
            Claim(
                "On the malicious ring under \(attack) \(a) is ahead of \(b)", published: "\(published) \(Self.source)",
                quantity: "mean accuracy of \(a) minus that of \(b)", expectation, over: sweep
            ) { evidence throws(MissingFigure) in
                try evidence.figure(sweep, [Self.rulesAxis: a, Self.attacksAxis: attack])
                    - evidence.figure(sweep, [Self.rulesAxis: b, Self.attacksAxis: attack])
            }
        }
        return [
            lead("SCClip 0.1", "trimmed mean", "ALIE", "94.1 against 11.3", .above(0.3)),
            lead("SCClip 0.1", "RFA", "ALIE", "94.1 against 20.6", .above(0.3)),
            lead("SCClip 0.1", "RFA", "IPM", "91.1 against 11.3", .above(0.3)),
            lead("MOZI", "SCClip 0.1", "ALIE", "95.2 against 94.1", .above(0)),
            lead("MOZI", "SCClip 0.1", "IPM", "95.2 against 91.1", .above(0)),
            lead("MOZI", "SCClip 0.1", "dissensus", "95.2 against 89.4", .above(0)),
        ]
    }

    /// At the hostile bridge, of SCClip 1.
    private static func accuracy(
        _ evidence: Evidence, _ attack: String, _ delta: Double
    ) throws(MissingFigure) -> Double {
        try evidence.figure(
            bridge, [bridgeAxis: place(delta), rulesAxis: wide.name, attacksAxis: attack])
    }

    private var bridgeClaims: [Claim] {
        let sweep = Self.bridge
        let (least, greatest) = (Self.deltas[0], Self.deltas[Self.deltas.count - 1])
        let grows = Self.ringAttacks.map { attack, _ in
            Claim(
                "The hostile bridge does more harm by \(attack) the more it weighs",
                published: "the error grows with δ \(Self.source)",
                quantity: "loss of accuracy to \(attack), δ = \(greatest) minus δ = \(least), SCClip 1", .above(0),
                over: sweep
            ) { evidence throws(MissingFigure) in
                let heavy = try Self.accuracy(evidence, "none", greatest) - Self.accuracy(evidence, attack, greatest)
                return heavy - (try Self.accuracy(evidence, "none", least) - Self.accuracy(evidence, attack, least))
            }
        }
        let strongest = Claim(
            "Of all attacks dissensus does the most harm at the bridge",
            published: "19.4; the next 52.0 (ALIE) \(Self.source)",
            quantity: "accuracy under dissensus minus the least of the other attacks, δ = \(greatest), SCClip 1",
            .below(0), over: sweep
        ) { evidence throws(MissingFigure) in
            var others = 1.0
            for attack in Self.bridgeAttacks.map(\.0) where attack != "dissensus" {
                others = min(others, try Self.accuracy(evidence, attack, greatest))
            }
            return try Self.accuracy(evidence, "dissensus", greatest) - others
        }
        let harmless = Claim(
            "Label flip does little harm at the bridge", published: "87.7 against 88.7 \(Self.source)",
            quantity: "accuracy under label flip minus that without attack, δ = \(greatest), SCClip 1", .above(-0.05),
            over: sweep
        ) { evidence throws(MissingFigure) in
            try Self.accuracy(evidence, "label flip", greatest) - Self.accuracy(evidence, "none", greatest)
        }
        return grows + [strongest, harmless]
    }

    // MARK: What is shown

    private static let average = PackFigure.Published(
        "\(source), MNIST, accuracy of the average model", columns: [inside],
        rows: [
            ("gossip mean", ["93.65"]), ("SCClip 1", ["93.77"]), ("SCClip 0.1", ["89.89"]), ("trimmed mean", ["86.90"]),
            ("RFA", ["88.64"]), ("Krum", ["87.65"]), ("median", ["85.07"]), ("MOZI", ["87.74"]),
        ])
    /// Of clique 1 and clique 2 together.
    private static let cliqueMean = PackFigure.Published(
        "\(source), MNIST, mean of the two cliques", columns: [inside],
        rows: [
            ("gossip mean", ["72.31"]), ("SCClip 1", ["72.00"]), ("SCClip 0.1", ["48.96"]), ("trimmed mean", ["49.01"]),
            ("RFA", ["48.97"]), ("Krum", ["48.16"]), ("median", ["49.01"]), ("MOZI", ["48.95"]),
        ])
    private static let ringTable = PackFigure.Published(
        "\(source), MNIST", columns: ["ALIE", "IPM", "dissensus"],
        rows: [
            ("SCClip 0.1", ["94.1", "91.1", "89.4"]), ("trimmed mean", ["11.3", "84.8", "90.3"]),
            ("RFA", ["20.6", "11.3", "89.3"]), ("MOZI", ["95.2", "95.2", "95.2"]),
        ])

    private static let bridgeTable = PackFigure.Published(
        "\(source), MNIST, SCClip 1", columns: ["SCClip 1"],
        rows: [
            ("none", ["88.7"]), ("label flip", ["87.7"]), ("bit flip", ["60.4"]), ("IPM", ["60.4"]), ("ALIE", ["52.0"]),
            ("dissensus", ["19.4"]),
        ])

    private var figures: [PackFigure] {
        let band: PackFigure.Band =
            request.images.isMNIST && !request.isQuick
            ? .within(0.05) : .none("other data; read the order, not the difference")
        let cells = PackFigure.Cells(Self.dumbbell)
        func comparison(_ measure: SweepMeasure, _ published: PackFigure.Published) -> PackFigure.Content {
            .comparison(
                cells, rows: Self.rulesAxis, columns: Self.splitAxis, measure: measure, published: published, band: band
            )
        }
        return [
            PackFigure(
                "Dumbbell: the average model", note: "And the worst node.", comparison(.averageModel, Self.average)),
            PackFigure("Dumbbell: the nodes", note: "And the worst of them.", comparison(.mean, Self.cliqueMean)),
            PackFigure(
                "Dumbbell: distance of the nodes from their mean, over rounds", note: Self.inside,
                .curves(
                    PackFigure.Cells(Self.dumbbell, [Self.splitAxis: Self.inside]), lines: Self.rulesAxis,
                    measure: .consensus)),
            PackFigure(
                "Malicious ring, theirs and ours",
                note: "Two hostile neighbours and two honest ones at every node; left out: honest nodes diverged.",
                .comparison(
                    PackFigure.Cells(Self.ring), rows: Self.rulesAxis, columns: Self.attacksAxis, measure: .mean,
                    published: Self.ringTable, band: band)),
            PackFigure(
                "Hostile bridge, theirs and ours", note: "Ours with δ = \(Self.deltas[1]); theirs is not at hand.",
                .comparison(
                    PackFigure.Cells(Self.bridge, [Self.bridgeAxis: Self.place(Self.deltas[1])]),
                    rows: Self.attacksAxis, columns: Self.rulesAxis, measure: .mean, published: Self.bridgeTable,
                    band: band)),
        ]
            + [Self.gossip.0, Self.wide.name].map { rule in
                PackFigure(
                    "Hostile bridge over δ, \(rule)",
                    note: "Mean over honest nodes in %, and below it the worst of them.",
                    .heatMap(
                        PackFigure.Cells(Self.bridge, [Self.rulesAxis: rule]), rows: Self.attacksAxis,
                        columns: Self.bridgeAxis, measure: .mean))
            }
    }
}
