// The pack label-poisoning: whether plain averaging withstands flipped labels better than robust rules do, by graph,
// split and model.
import Registry

extension PaperPack {
    static let labelPoisoning = PaperPack(
        name: "label-poisoning",
        summary: "The weighted mean against robust rules where one node of ten has flipped labels, by graph and split.",
        papers: [
            "J. Peng, W. Li, Q. Ling: Mean Aggregator Is More Robust Than Robust Aggregators Under Label Poisoning "
                + "Attacks, arXiv 2404.13647 (a server, here the complete graph)",
            "J. Peng, W. Li, S. Vlaski, Q. Ling: the same for decentralized networks, arXiv 2601.02682",
        ]
    ) { request throws(ConfigurationFault) in try LabelPoisoning(request).study() }
}

/// The study at one scale.
struct LabelPoisoning {
    static let graphAxis = "topology, adversary"
    static let splitAxis = "task.split"
    static let rulesAxis = "aggregation"

    struct Graph {
        let name: String
        let topology: String
        let poisoned: Int

        static let all = [
            Graph(name: "complete", topology: #"{"family": "complete", "nodes": 10}"#, poisoned: 4),
            Graph(name: "two-castle", topology: #"{"family": "twoCastle", "half": 5}"#, poisoned: 4),
            Graph(name: "fan", topology: #"{"family": "fan", "nodes": 10}"#, poisoned: 9),
            Graph(name: "line", topology: #"{"family": "path", "nodes": 10}"#, poisoned: 4),
            Graph(name: "lollipop", topology: #"{"family": "lollipop", "head": 6, "tail": 4}"#, poisoned: 4),
        ]
    }

    /// Poisons, by what tables call them.
    static let flips = [("static", #""labelFlip""#), ("dynamic", #""dynamicLabelFlip""#)]
    static let splits = [
        ("iid", #"{"kind": "iid"}"#), ("Dirichlet 1", #"{"kind": "dirichlet", "alpha": 1}"#),
        ("one label", #"{"kind": "oneLabel"}"#),
    ]

    let request: PackRequest
    let rounds: Int
    let seeds: Int

    init(_ request: PackRequest) {
        self.request = request
        rounds = request.choose(quick: 300, full: 10_000)
        seeds = request.choose(quick: 3, full: 3)
    }

    /// For a smaller study.
    init(_ request: PackRequest, rounds: Int, seeds: Int) {
        self.request = request
        self.rounds = rounds
        self.seeds = seeds
    }

    func study() throws(ConfigurationFault) -> PackStudy {
        let softmax = try sweep("softmax", Graph.all, Self.flips)
        return PackStudy(setting: setting, sweeps: [softmax], claims: graphClaims("softmax"), figures: figures)
    }

    private var setting: [String] {
        [
            "Ten nodes, one of them with flipped labels y → 9 − y (static) or the least likely one (dynamic); it "
                + "follows the protocol. The data, \(request.images.title), are shared out over all ten."
        ]
    }

    private func sweep(
        _ name: String, _ graphs: [Graph], _ flips: [(String, String)]
    ) throws(ConfigurationFault) -> Sweep {
        let places = graphs.flatMap { graph in
            flips.map { flip in
                (
                    "\(graph.name), \(flip.0)",
                    #"[\#(graph.topology), [{"nodes": ["\#(graph.poisoned)"], "attack": \#(flip.1)}]]"#
                )
            }
        }
        return try Sweep(
            name, every: max(1, rounds / 15),
            base: """
                {"task": {"dataset": \(request.images.dataset), "model": "softmax"},
                 "training": {"rounds": \(rounds), "batchSize": 5000, "momentum": 0, "weightDecay": 1e-4,
                   "stepSize": {"kind": "inverseSqrt", "value": 0.5}, "output": "leastNorm"}}
                """,
            grid: [
                (Self.graphAxis, places), (Self.splitAxis, Self.splits), (Self.rulesAxis, Self.rules),
                Sweep.seeds(seeds),
            ])
    }

    static var rules: [(name: String, json: String)] {
        [
            ("weighted mean", #""weightedMean""#), ("trimmed mean", #""trimmedNeighbourMean""#), ("FABA", #""faba""#),
            ("CC", #"{"kind": "selfCentredClipping", "radius": 0.03}"#),
            ("SCC", #"{"kind": "clippedGossip", "mode": "fixed", "radius": 0.03}"#), ("IOS", #""ios""#),
            ("LFighter", #""lfighter""#),
        ].map { ($0, #"{"rule": \#($1), "tolerates": "oracle"}"#) }
    }

    private func graphClaims(_ sweep: String) -> [Claim] {
        Graph.all.flatMap { graph in
            Self.flips.map { flip in
                let place = "\(graph.name), \(flip.0)"
                return Claim(
                    "One label a node, \(place): the weighted mean beats every robust rule",
                    published: "the mean best on every graph (arXiv 2601.02682)",
                    quantity: "mean accuracy of the weighted mean minus that of the best robust rule", .above(0),
                    over: sweep
                ) { evidence throws(MissingFigure) in
                    var mean = 0.0
                    var best = 0.0
                    for rule in try evidence.names(sweep, on: Self.rulesAxis) {
                        let accuracy = try evidence.figure(
                            sweep, [Self.graphAxis: place, Self.splitAxis: "one label", Self.rulesAxis: rule])
                        if rule == "weighted mean" { mean = accuracy } else { best = max(best, accuracy) }
                    }
                    return mean - best
                }
            }
        }
    }

    private var figures: [PackFigure] {
        Self.splits.map { split in
            PackFigure(
                "Accuracy, softmax, \(split.0)", note: "Mean over honest nodes in %, and below it the worst of them.",
                .heatMap(
                    PackFigure.Cells("softmax", [Self.splitAxis: split.0]), rows: Self.graphAxis,
                    columns: Self.rulesAxis, measure: .mean))
        }
    }
}
