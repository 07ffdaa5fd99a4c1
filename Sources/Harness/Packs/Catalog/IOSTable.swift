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
    /// Of the first models. The paper's code has 6, far enough from zero that in 50,000 rounds the mean model keeps a
    /// direction; near zero its negative is no outlier.
    var deviation: Double
    var graphs = Graph.all
    /// Of them those that run.
    var rules: Set<String>?
    var attacks: Set<String>?

    init(_ request: PackRequest) {
        self.request = request
        rounds = request.choose(quick: 600, full: 50_000)
        seeds = request.choose(quick: 3, full: 1)
        deviation = request.choose(quick: 1, full: 6)
    }

    static func sweepName(_ graph: Graph, _ split: Split) -> String { "\(graph.name), \(split.name)" }

    func study() throws(ConfigurationFault) -> PackStudy {
        var sweeps: [Sweep] = []
        for graph in graphs {
            for split in splits(of: graph) { sweeps.append(try sweep(graph, split)) }
        }
        return PackStudy(setting: setting, sweeps: sweeps, claims: claims, figures: figures(sweeps))
    }

    /// On the further graphs of the quick study only what tells rules apart.
    private func splits(of graph: Graph) -> [Split] {
        graph.name == "TwoCastle" || !request.isQuick ? Split.all : [Split.all[0]]
    }

    private var setting: [String] {
        [
            "Softmax regression on \(request.images.title); 12 nodes, 2 of them hostile; the data are shared out over "
                + "the 10 honest ones; Metropolis weights; every rule is told how many hostile neighbours it has.",
            "Step 0.9/√(k+1), weight decay 0.01, batch 32, \(rounds) rounds (the paper: 50,000, on Octopus 150,000), "
                + "\(seeds) seed\(seeds == 1 ? "" : "s"); CC and SCC clip at 0.3, with iid data at 0.1.",
            "As in the paper's code a batch is a window of the node's samples, and every node draws a first model of "
                + "its own, each parameter normal with deviation 6 (in so few rounds as the quick study has, 1)"
                + (request.isQuick ? "." : "; pixels are between -1 and 1."),
            "Models that start near zero give another picture: their mean stays so near zero that its negative is no "
                + "outlier, and sign flip then ruins IOS and FABA, too.",
        ] + (request.images.isMNIST ? [] : ["The paper has MNIST: orders and gaps are compared, not figures."])
    }

    private func sweep(_ graph: Graph, _ split: Split) throws(ConfigurationFault) -> Sweep {
        let length = request.isQuick ? rounds : rounds * graph.lengthening
        return try Sweep(
            Self.sweepName(graph, split), every: max(1, length / 20),
            base: """
                {"topology": \(graph.topology),
                 "task": {"dataset": \(request.images.symmetricDataset), "split": \(split.json), "model": "softmax"},
                 "training": {"rounds": \(length), "batchSize": 32, "momentum": 0, "weightDecay": 0.01,
                   "stepSize": {"kind": "inverseSqrt", "value": 0.9}, "sampling": "window",
                   "initialisation": {"normal": \(deviation), "nodes": "different"}}}
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
            ("none", ""), ("Gaussian", #""gaussian""#),
            ("sign flip", #"{"kind": "signFlip", "of": "victims"}, "taps": "victims""#),
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
        let nonIID = Self.sweepName(graphs[0], Split.all[0])
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
        ] + iidClaims + furtherClaims + published.map { publishedClaim($0.sweep, $0.table) }
    }

    /// On the graphs beside TwoCastle.
    private var furtherClaims: [Claim] {
        graphs.dropFirst().flatMap { graph in
            let sweep = Self.sweepName(graph, Split.all[0])
            let numbers = Self.furtherNumbers[graph.name] ?? ["–", "–"]
            let source = "(arXiv 2206.04568, \(graph.name), one label a node)"
            return [
                Claim(
                    "\(graph.name): IOS under any attack is as good as without", published: "\(numbers[0]) \(source)",
                    quantity: "least mean accuracy of IOS over attacks minus that without attack, one label a node",
                    .above(-0.06), over: sweep
                ) { evidence throws(MissingFigure) in
                    var least = 1.0
                    for attack in try evidence.names(sweep, on: Self.attacksAxis) {
                        least = min(least, try evidence.figure(sweep, Self.cell("IOS", attack)))
                    }
                    return try least - evidence.figure(sweep, Self.cell("IOS", "none"))
                },
                Claim(
                    "\(graph.name): sign flip ruins SCC and CC, which IOS withstands",
                    published: "\(numbers[1]) \(source)",
                    quantity: "the better of SCC and CC minus IOS, mean accuracy under sign flip, one label a node",
                    .below(-0.1), over: sweep
                ) { evidence throws(MissingFigure) in
                    func accuracy(_ rule: String) throws(MissingFigure) -> Double {
                        try evidence.figure(sweep, Self.cell(rule, "sign flip"))
                    }
                    return try max(accuracy("SCC"), accuracy("CC")) - accuracy("IOS")
                },
            ]
        }
    }

    private static let furtherNumbers = [
        "ER": ["86.61 at worst (ALIE) against 91.70", "20.89 and 45.16 against 91.61"],
        "Octopus": ["89.49 at worst (ALIE) against 90.19", "32.24 and 32.20 against 90.21"],
    ]

    private var iidClaims: [Claim] {
        let iid = Self.sweepName(graphs[0], Split.all[1])
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
    private func publishedClaim(_ sweep: String, _ table: PackFigure.Published) -> Claim {
        Claim(
            "\(sweep): every cell is within five points of the published one", published: "the table (\(table.source))",
            quantity: "greatest difference of a cell's mean accuracy from the published one", .below(0.05),
            over: sweep,
            incomparable: request.images.isMNIST ? nil : "the paper has MNIST, this is \(request.images.title)"
        ) { evidence throws(MissingFigure) in
            var greatest = 0.0
            for rule in try evidence.names(sweep, on: Self.rulesAxis) {
                for attack in try evidence.names(sweep, on: Self.attacksAxis) {
                    guard let theirs = table.value(rule, attack).flatMap(Double.init) else { continue }
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
        let tables = published.map { sweep, table in
            PackFigure(
                "Theirs and ours, \(sweep)", note: "Mean accuracy of the honest nodes in %.",
                .comparison(
                    PackFigure.Cells(sweep), rows: Self.rulesAxis, columns: Self.attacksAxis, measure: .mean,
                    published: table, band: band))
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

    /// The paper's tables of those sweeps that run.
    private var published: [(sweep: String, table: PackFigure.Published)] {
        graphs.flatMap { graph in
            splits(of: graph).compactMap { split in
                let sweep = Self.sweepName(graph, split)
                return Self.tables[sweep].map { (sweep, $0) }
            }
        }
    }

    /// The tables of the paper by sweep.
    private static let tables: [String: PackFigure.Published] = [
        "TwoCastle, one label": table(
            "TwoCastle, one label a node",
            [
                ("no communication", "10.00"), ("weighted mean", "91.73 15.79 48.99 10.00 91.66 91.11"),
                ("coordinate median", "77.60 80.23 74.55 33.39 81.03 82.03"),
                ("geometric median", "89.29 89.66 8.36 10.00 89.90 88.63"),
                ("Krum", "17.45 19.74 10.10 19.74 29.17 82.62"),
                ("trimmed mean", "91.72 90.08 72.02 58.53 87.21 77.85"),
                ("CC", "91.67 91.60 48.99 86.48 91.64 91.16"), ("SCC", "91.73 91.55 48.99 86.12 91.65 91.11"),
                ("FABA", "91.72 91.68 91.66 91.64 88.90 82.86"), ("IOS", "91.73 91.68 91.66 91.64 88.84 82.78"),
            ]),
        "TwoCastle, iid": table(
            "TwoCastle, iid",
            [
                ("no communication", "90.24"), ("weighted mean", "91.71 16.09 29.23 90.33 91.71 91.67"),
                ("coordinate median", "91.49 91.53 87.04 91.40 91.56 91.38"),
                ("geometric median", "91.67 91.68 87.05 90.16 91.68 91.58"),
                ("Krum", "90.72 90.77 91.13 90.72 91.04 91.43"),
                ("trimmed mean", "91.70 91.61 86.10 91.61 91.65 91.59"),
                ("CC", "91.67 91.65 29.86 91.56 91.68 91.70"), ("SCC", "91.70 91.68 35.69 91.62 91.66 91.67"),
                ("FABA", "91.71 91.68 91.65 91.71 91.63 91.59"), ("IOS", "91.69 91.68 91.65 91.67 91.67 91.61"),
            ]),
        "ER, one label": table(
            "ER, one label a node",
            [
                ("no communication", "10.00"), ("weighted mean", "91.70 13.63 20.89 10.00 91.53 91.21"),
                ("coordinate median", "75.49 77.92 66.38 41.56 78.74 82.46"),
                ("geometric median", "88.00 88.63 23.35 73.01 88.68 89.14"),
                ("Krum", "19.71 19.76 19.16 19.76 29.20 63.79"),
                ("trimmed mean", "91.61 90.40 70.97 54.47 87.54 82.56"),
                ("CC", "91.60 91.56 45.16 80.03 91.53 91.13"), ("SCC", "91.70 91.57 20.89 83.80 91.52 91.21"),
                ("FABA", "91.61 91.54 91.55 91.53 88.91 86.87"), ("IOS", "91.70 91.60 91.61 91.55 88.22 86.61"),
            ]),
        "ER, iid": table(
            "ER, iid",
            [
                ("no communication", "90.24"), ("weighted mean", "91.70 13.78 30.93 90.18 91.63 91.67"),
                ("coordinate median", "91.58 91.56 87.00 91.52 91.46 91.52"),
                ("geometric median", "91.70 91.68 87.10 91.29 91.70 91.69"),
                ("Krum", "90.83 90.83 91.23 90.89 90.91 91.45"),
                ("trimmed mean", "91.73 91.61 86.34 91.57 91.61 91.62"),
                ("CC", "91.68 91.69 31.57 91.51 91.63 91.63"), ("SCC", "91.72 91.74 32.56 91.59 91.71 91.70"),
                ("FABA", "91.69 91.67 91.71 91.68 91.64 91.67"), ("IOS", "91.68 91.68 91.66 91.66 91.70 91.68"),
            ]),
        "Octopus, one label": table(
            "Octopus, one label a node",
            [
                ("CC", "89.26 89.17 32.20 62.48 89.23 89.14"), ("SCC", "90.19 90.16 32.24 67.80 90.24 90.10"),
                ("FABA", "89.26 89.26 89.26 89.24 89.09 88.87"), ("IOS", "90.19 90.21 90.21 90.20 89.82 89.49"),
            ]),
    ]

    private static func table(_ what: String, _ rows: [(name: String, figures: String)]) -> PackFigure.Published {
        PackFigure.Published(
            "arXiv 2206.04568, \(what), MNIST, seed 0", columns: attacks([]).map(\.name),
            rows: rows.map { ($0.name, $0.figures.split(separator: " ").map(String.init)) })
    }
}
