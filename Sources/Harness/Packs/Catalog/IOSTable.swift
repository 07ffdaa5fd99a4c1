// The pack ios-table: ten rules against six attacks on the graphs of the IOS paper, with its column beside ours.
import Registry

extension PaperPack {
    static let iosTable = PaperPack(
        name: "ios-table",
        summary: "Ten rules and six attacks on TwoCastle, ER and Octopus, iid and one label a node (IOS).",
        papers: [
            "Z. Wu, T. Chen, Q. Ling: Byzantine-Resilient Decentralized Stochastic Optimization With Robust "
                + "Aggregation Rules, IEEE TSP 2023, arXiv 2206.04568"
        ]
    ) { request throws(ConfigurationFault) in try IOSTable(request).study() }
}

/// The study at one scale.
struct IOSTable {
    static let rulesAxis = "aggregation"
    static let attacksAxis = "adversary"

    /// A graph of the paper with its hostile nodes.
    struct Graph {
        let name: String
        let topology: String
        let hostile: [Int]
        /// The paper runs longer on a graph that mixes slowly.
        let lengthening: Int

        static let all = [
            Graph(
                name: "TwoCastle", topology: #"{"family": "twoCastle", "half": 6}"#, hostile: [7, 9], lengthening: 1),
            Graph(name: "ER", topology: erdosRenyi, hostile: [7, 6], lengthening: 1),
            Graph(name: "Octopus", topology: #"{"family": "octopus", "heads": 6}"#, hostile: [6, 7], lengthening: 3),
        ]

        /// The 47 edges of the paper's own draw.
        private static let edges = """
            0-1 0-2 0-3 0-4 0-5 0-6 0-7 0-8 0-9 0-11 1-2 1-4 1-5 1-6 1-8 1-10 2-3 2-4 2-5 2-6 2-7 2-8 2-11 3-4 3-5 3-7 \
            3-9 3-11 4-6 4-8 4-10 5-6 5-8 5-9 5-11 6-7 6-10 6-11 7-8 7-9 7-10 7-11 8-9 8-10 9-10 9-11 10-11
            """

        private static let erdosRenyi: String = {
            let links = edges.split(separator: " ").map { edge in
                let ends = edge.split(separator: "-")
                return #"{"source": \#(ends[0]), "target": \#(ends[1])}"#
            }
            let nodes = (0..<12).map { #"{"id": \#($0)}"# }
            return """
                {"directed": false, "multigraph": false, "graph": {"name": "ER-12"}, "nodes": \
                [\(nodes.joined(separator: ", "))], "edges": [\(links.joined(separator: ", "))]}
                """
        }()
    }

    struct Split {
        let name: String
        let json: String
        /// What clipping rules are told.
        let radius: Double

        static let all = [
            Split(name: "one label", json: #"{"kind": "oneLabel", "over": "honest"}"#, radius: 0.3),
            Split(name: "iid", json: #"{"kind": "iid", "over": "honest"}"#, radius: 0.1),
        ]
    }

    private let request: PackRequest
    var rounds: Int
    var seeds: Int
    var graphs = Graph.all
    /// Of them those that run.
    var rules: Set<String>?
    var attacks: Set<String>?

    init(_ request: PackRequest) {
        self.request = request
        rounds = request.choose(quick: 600, full: 50_000)
        seeds = request.choose(quick: 3, full: 1)
    }

    static func sweepName(_ graph: Graph, _ split: Split) -> String { "\(graph.name), \(split.name)" }

    func study() throws(ConfigurationFault) -> PackStudy {
        var sweeps: [Sweep] = []
        for graph in graphs {
            // The further graphs have no published column: one label a node is what tells rules apart.
            let splits = graph.name == "TwoCastle" || !request.isQuick ? Split.all : [Split.all[0]]
            for split in splits { sweeps.append(try sweep(graph, split)) }
        }
        return PackStudy(setting: setting, sweeps: sweeps, claims: claims, figures: figures(sweeps))
    }

    private var setting: [String] {
        [
            "Softmax regression on \(request.images.title); 12 nodes, 2 of them hostile; the data are shared out over "
                + "the 10 honest ones; Metropolis weights; every rule is told how many hostile neighbours it has.",
            "Step 0.9/√(k+1), weight decay 0.01, batch 32, \(rounds) rounds (the paper: 50,000, on Octopus 150,000), "
                + "another first model for each node, \(seeds) seed\(seeds == 1 ? "" : "s"); CC and SCC clip at 0.3, "
                + "with iid data at 0.1.",
            "Batches are drawn with replacement; the paper takes contiguous windows of a shuffled shard.",
        ] + (request.images.isMNIST ? [] : ["The paper has MNIST: orders and gaps are compared, not figures."])
    }

    private func sweep(_ graph: Graph, _ split: Split) throws(ConfigurationFault) -> Sweep {
        let length = request.isQuick ? rounds : rounds * graph.lengthening
        return try Sweep(
            Self.sweepName(graph, split), every: max(1, length / 20),
            base: """
                {"topology": \(graph.topology),
                 "task": {"dataset": \(request.images.dataset), "split": \(split.json), "model": "softmax"},
                 "training": {"rounds": \(length), "batchSize": 32, "momentum": 0, "weightDecay": 0.01,
                   "stepSize": {"kind": "inverseSqrt", "value": 0.9}, "initialisation": "different"}}
                """,
            grid: [
                (Self.rulesAxis, Self.rules(radius: split.radius).filter { rules?.contains($0.name) ?? true }),
                (Self.attacksAxis, Self.attacks(graph.hostile).filter { attacks?.contains($0.name) ?? true }),
                Sweep.seeds(seeds),
            ])
    }

    private static func rules(radius: Double) -> [(name: String, json: String)] {
        [
            ("no communication", #""noCommunication""#), ("weighted mean", #""weightedMean""#),
            ("coordinate median", #""median""#), ("geometric median", #""geometricMedian""#), ("Krum", #""krum""#),
            ("trimmed mean", #""trimmedNeighbourMean""#),
            ("CC", #"{"kind": "selfCentredClipping", "radius": \#(radius)}"#),
            ("SCC", #"{"kind": "clippedGossip", "mode": "fixed", "radius": \#(radius)}"#), ("FABA", #""faba""#),
            ("IOS", #""ios""#),
        ].map { ($0, #"{"rule": \#($1), "tolerates": "oracle"}"#) }
    }

    private static func attacks(_ hostile: [Int]) -> [(name: String, json: String)] {
        let nodes = hostile.map { "\"\($0)\"" }.joined(separator: ", ")
        return [
            ("none", ""), ("Gaussian", #""gaussian""#), ("sign flip", #""signFlip""#),
            ("isolation", #"{"kind": "dissensus", "epsilon": 1}, "taps": "victims""#),
            ("duplicate", #"{"kind": "mimic", "choice": "random"}"#),
            ("ALIE", #"{"kind": "alie", "factor": "byrdlab"}"#),
        ].map { name, attack in
            (name, name == "none" ? "[]" : #"[{"nodes": [\#(nodes)], "attack": \#(attack)}]"#)
        }
    }

    // MARK: What is claimed

    private static let source = "arXiv 2206.04568, TwoCastle"

    private static func cell(_ rule: String, _ attack: String) -> [String: String] {
        [rulesAxis: rule, attacksAxis: attack]
    }

    private var claims: [Claim] {
        let nonIID = "\(graphs[0].name), one label"
        func lead(
            _ statement: String, _ published: String, of a: (String, String), over b: (String, String),
            _ expectation: Claim.Expectation, tolerance: Double = 0
        ) -> Claim {
            Claim(
                statement, published: "\(published) (\(Self.source), one label a node)",
                quantity: "mean accuracy of \(a.0) under \(a.1) minus that of \(b.0) under \(b.1), one label a node",
                expectation, tolerance: tolerance, over: nonIID
            ) { evidence throws(MissingFigure) in
                try evidence.figure(nonIID, Self.cell(a.0, a.1)) - evidence.figure(nonIID, Self.cell(b.0, b.1))
            }
        }
        let free = ("weighted mean", "none")
        return [
            lead(
                "IOS under sign flip is as good as plain gossip without attack", "91.66 against 91.73",
                of: ("IOS", "sign flip"), over: free, .near(0), tolerance: 0.02),
            lead(
                "FABA under sign flip is as good as plain gossip without attack", "91.66 against 91.73",
                of: ("FABA", "sign flip"), over: free, .near(0), tolerance: 0.02),
            lead(
                "IOS under Gaussian noise is as good as plain gossip without attack", "91.68 against 91.73",
                of: ("IOS", "Gaussian"), over: free, .near(0), tolerance: 0.02),
            lead(
                "IOS under isolation is as good as plain gossip without attack", "91.64 against 91.73",
                of: ("IOS", "isolation"), over: free, .near(0), tolerance: 0.02),
            lead(
                "Gaussian noise ruins the weighted mean", "15.79 against 91.73", of: ("weighted mean", "Gaussian"),
                over: free, .below(-0.3)),
            lead(
                "Isolation takes the weighted mean to what a node knows alone", "10.00 and 10.00",
                of: ("weighted mean", "isolation"), over: ("no communication", "isolation"), .near(0),
                tolerance: 0.02),
            lead(
                "Sign flip ruins SCC, which IOS withstands", "48.99 against 91.66", of: ("SCC", "sign flip"),
                over: ("IOS", "sign flip"), .below(-0.1)),
            lead(
                "Sign flip ruins CC, which IOS withstands", "48.99 against 91.66", of: ("CC", "sign flip"),
                over: ("IOS", "sign flip"), .below(-0.1)),
            lead(
                "Sign flip ruins the geometric median", "8.36 against 89.29", of: ("geometric median", "sign flip"),
                over: ("geometric median", "none"), .below(-0.3)),
            lead(
                "CC loses little to isolation", "86.48 against 91.67", of: ("CC", "isolation"), over: ("CC", "none"),
                .above(-0.1)),
            lead(
                "The trimmed mean loses much to isolation", "58.53 against 91.72", of: ("trimmed mean", "isolation"),
                over: ("trimmed mean", "none"), .below(-0.1)),
            lead(
                "The coordinate median loses accuracy without any attack", "77.60 against 91.73",
                of: ("coordinate median", "none"), over: free, .below(-0.05)),
            lead(
                "Krum fails without any attack", "17.45 against 91.73", of: ("Krum", "none"), over: free, .below(-0.3)),
            lead(
                "A duplicate of an honest node costs IOS more than the weighted mean", "88.84 against 91.66",
                of: ("IOS", "duplicate"), over: ("weighted mean", "duplicate"), .below(0)),
            lead(
                "ALIE costs IOS more than the weighted mean", "82.78 against 91.11", of: ("IOS", "ALIE"),
                over: ("weighted mean", "ALIE"), .below(0)),
            Claim(
                "Over all attacks IOS and FABA have the best worst case",
                published: "82.78 and 82.86; the best of the others 48.99 (\(Self.source), one label a node)",
                quantity: "least mean accuracy over attacks, the lesser of IOS and FABA minus the best of the others",
                .above(0), over: nonIID
            ) { evidence throws(MissingFigure) in
                var worst: [String: Double] = [:]
                for rule in try evidence.names(nonIID, on: Self.rulesAxis) {
                    for attack in try evidence.names(nonIID, on: Self.attacksAxis) {
                        worst[rule] = min(worst[rule] ?? 1, try evidence.figure(nonIID, Self.cell(rule, attack)))
                    }
                }
                let ours = ["IOS", "FABA"]
                let best = worst.filter { !ours.contains($0.key) }.values.max() ?? 0
                return (ours.compactMap { worst[$0] }.min() ?? 0) - best
            },
        ] + iidClaims + [publishedClaim(nonIID)]
    }

    private var iidClaims: [Claim] {
        let iid = "\(graphs[0].name), iid"
        let source = "(\(Self.source), iid)"
        return [
            Claim(
                "With iid data every rule is good where nobody attacks",
                published: "all at 91.5 to 91.7, without communication 90.24 \(source)",
                quantity: "greatest minus least mean accuracy over rules, no attack, iid", .below(0.06), over: iid
            ) { evidence throws(MissingFigure) in
                var accuracies: [Double] = []
                for rule in try evidence.names(iid, on: Self.rulesAxis) {
                    accuracies.append(try evidence.figure(iid, [Self.rulesAxis: rule, Self.attacksAxis: "none"]))
                }
                return (accuracies.max() ?? 0) - (accuracies.min() ?? 0)
            },
            Claim(
                "With iid data sign flip ruins the weighted mean, CC and SCC and leaves IOS",
                published: "29.2, 29.9 and 35.7 against 91.6 \(source)",
                quantity: "IOS minus the best of weighted mean, CC and SCC, mean accuracy under sign flip, iid",
                .above(0.1), over: iid
            ) { evidence throws(MissingFigure) in
                func accuracy(_ rule: String) throws(MissingFigure) -> Double {
                    try evidence.figure(iid, [Self.rulesAxis: rule, Self.attacksAxis: "sign flip"])
                }
                return try accuracy("IOS") - max(accuracy("weighted mean"), accuracy("CC"), accuracy("SCC"))
            },
        ]
    }

    /// Figure by figure, which only the paper's own data allow.
    private func publishedClaim(_ sweep: String) -> Claim {
        Claim(
            "Every cell is within five points of the published one", published: "the table (\(Self.source))",
            quantity: "greatest difference of a cell's mean accuracy from the published one", .below(0.05),
            over: sweep,
            incomparable: request.images.isMNIST ? nil : "the paper has MNIST, this is \(request.images.title)"
        ) { evidence throws(MissingFigure) in
            var greatest = 0.0
            for rule in try evidence.names(sweep, on: Self.rulesAxis) {
                for attack in try evidence.names(sweep, on: Self.attacksAxis) {
                    guard let theirs = Self.nonIIDTable.value(rule, attack).flatMap(Double.init) else { continue }
                    let ours = try evidence.figure(sweep, [Self.rulesAxis: rule, Self.attacksAxis: attack])
                    greatest = max(greatest, (ours - theirs / 100).magnitude)
                }
            }
            return greatest
        }
    }

    // MARK: What is shown

    private func figures(_ sweeps: [Sweep]) -> [PackFigure] {
        let band: PackFigure.Band =
            request.images.isMNIST ? .within(0.05) : .none("other data; read the order, not the difference")
        let maps = sweeps.map { sweep in
            PackFigure(
                "Accuracy, \(sweep.name)", note: "Mean over honest nodes in %, and below it the worst of them.",
                .heatMap(
                    PackFigure.Cells(sweep.name), rows: Self.rulesAxis, columns: Self.attacksAxis, measure: .mean))
        }
        let tables = zip(sweeps, [Self.nonIIDTable, Self.iidTable]).map { sweep, published in
            PackFigure(
                "Theirs and ours, \(sweep.name)", note: "Mean accuracy of the honest nodes in %.",
                .comparison(
                    PackFigure.Cells(sweep.name), rows: Self.rulesAxis, columns: Self.attacksAxis, measure: .mean,
                    published: published, band: band))
        }
        let curves = ["sign flip", "isolation"].map { attack in
            PackFigure(
                "Accuracy over rounds under \(attack), \(sweeps[0].name)",
                note: "Mean over honest nodes; bands from the least to the greatest seed.",
                .curves(
                    PackFigure.Cells(sweeps[0].name, [Self.attacksAxis: attack]), lines: Self.rulesAxis,
                    measure: .mean))
        }
        return maps + tables + curves
    }

    private static let columns = ["none", "Gaussian", "sign flip", "isolation", "duplicate", "ALIE"]

    private static let nonIIDTable = PackFigure.Published(
        "\(source), MNIST, one label a node, seed 0", columns: columns,
        rows: [
            ("no communication", ["10.00", "", "", "", "", ""]),
            ("weighted mean", ["91.73", "15.79", "48.99", "10.00", "91.66", "91.11"]),
            ("coordinate median", ["77.60", "80.23", "74.55", "33.39", "81.03", "82.03"]),
            ("geometric median", ["89.29", "89.66", "8.36", "10.00", "89.90", "88.63"]),
            ("Krum", ["17.45", "19.74", "10.10", "19.74", "29.17", "82.62"]),
            ("trimmed mean", ["91.72", "90.08", "72.02", "58.53", "87.21", "77.85"]),
            ("CC", ["91.67", "91.60", "48.99", "86.48", "91.64", "91.16"]),
            ("SCC", ["91.73", "91.55", "48.99", "86.12", "91.65", "91.11"]),
            ("FABA", ["91.72", "91.68", "91.66", "91.64", "88.90", "82.86"]),
            ("IOS", ["91.73", "91.68", "91.66", "91.64", "88.84", "82.78"]),
        ])

    private static let iidTable = PackFigure.Published(
        "\(source), MNIST, iid, the rows that are not all at 91.5 to 91.7", columns: columns,
        rows: [
            ("no communication", ["90.24", "", "", "", "", ""]),
            ("weighted mean", ["", "16.1", "29.2", "", "", ""]),
            ("coordinate median", ["", "", "87", "", "", ""]), ("geometric median", ["", "", "87", "", "", ""]),
            ("trimmed mean", ["", "", "86.1", "", "", ""]), ("CC", ["", "", "29.9", "", "", ""]),
            ("SCC", ["", "", "35.7", "", "", ""]),
        ])
}
