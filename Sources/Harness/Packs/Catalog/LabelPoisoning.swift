// The pack label-poisoning: whether plain averaging withstands flipped labels better than robust rules do, by graph,
// split and model. What it computes beside its sweeps is in LabelPoisoningTheory.
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
    static let flipAxis = "adversary.0.attack.share"

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

    /// A name for tables, and a value as JSON.
    typealias Named = (name: String, json: String)

    static let flips: [Named] = [("static", #""labelFlip""#), ("dynamic", #""dynamicLabelFlip""#)]
    static let splits: [Named] = [
        ("iid", #"{"kind": "iid"}"#), ("Dirichlet 1", #"{"kind": "dirichlet", "alpha": 1}"#),
        ("one label", #"{"kind": "oneLabel"}"#),
    ]
    static let concentrations: [Named] = [("100", "100"), ("1", "1"), ("0.1", "0.1"), ("0.001", "0.001")]
    static let flipShares: [Named] = [("0", "0"), ("0.4", "0.4"), ("0.7", "0.7"), ("1", "1")]

    /// A model with the steps that it is trained by.
    struct Training {
        let model: String
        var rounds: Int
        var batchSize: Int
        let step: String
        var momentum = 0.0
        let weightDecay: Double
        /// Zero is where the papers start; a net with hidden layers would stay there.
        var start: String { model.contains("hidden") || model.contains("convolutional") ? #""same""# : #""zero""# }
    }

    let request: PackRequest
    var seeds = 3
    /// Of the sweep that goes through them.
    var graphs = Graph.all
    /// Of them those that run.
    var only: Set<String>?
    var softmax: Training
    var perceptron: Training
    var machine: Training
    /// Of the convolutional net.
    var net: Training
    /// Of the clipping rules.
    private let radius = 0.03

    init(_ request: PackRequest) {
        self.request = request
        if request.isQuick {
            softmax = Training(
                model: #""softmax""#, rounds: 200, batchSize: 5_000,
                step: #"{"kind": "inverseSqrt", "value": 0.5}"#, weightDecay: 1e-4)
            perceptron = Training(
                model: #"{"kind": "perceptron", "hidden": [50, 50]}"#, rounds: 300, batchSize: 32,
                step: "0.1", momentum: 0.9, weightDecay: 1e-4)
        } else {
            softmax = Training(
                model: #""softmax""#, rounds: 10_000, batchSize: 5_000,
                step: #"{"kind": "inverseSqrt", "value": 0.03}"#, weightDecay: 0.01)
            perceptron = Training(
                model: #"{"kind": "perceptron", "hidden": [50, 50]}"#, rounds: 20_000, batchSize: 32,
                step: "0.01", momentum: 0.9, weightDecay: 0.01)
        }
        machine = Training(
            model: #""svm""#, rounds: request.choose(quick: 200, full: 1_000), batchSize: 5_000,
            step: #"{"kind": "inverseSqrt", "value": 0.5}"#, weightDecay: 1e-4)
        net = Training(
            model: #""convolutional""#, rounds: request.choose(quick: 100, full: 20_000), batchSize: 32, step: "0.01",
            momentum: 0.9, weightDecay: 0.01)
    }

    func study() throws(ConfigurationFault) -> PackStudy {
        var sweeps = [
            try sweep(Self.softmaxName, softmax, places: places(graphs, Self.flips)),
            try baseline(),
            try sweep(
                Self.machineName, machine, data: .digits, places: places(Array(graphs.prefix(2)), [Self.flips[0]]),
                splits: [Self.splits[0], Self.splits[2]]),
            try sweep(Self.perceptronName, perceptron, places: places([Graph.all[0]], Self.flips)),
            try phases(),
        ]
        if let colours = request.colours { sweeps.append(try convolutional(colours)) }
        return PackStudy(
            setting: setting, sweeps: sweeps, calculations: try calculations(), claims: claims, figures: figures)
    }

    static let softmaxName = "softmax"
    static let baselineName = "softmax, no attack"
    static let machineName = "support vector machine"
    static let perceptronName = "perceptron"
    static let phaseName = "phases"
    static let convolutionalName = "convolutional net"

    private var setting: [String] {
        let schedule =
            request.isQuick
            ? "step 0.5/√(k+1), weight decay 0.0001 (the paper, on MNIST: 0.03, 0.01 and 10,000 rounds)"
            : "step 0.03/√(k+1), weight decay 0.01, as the paper has it"
        var sentences: [String] = [
            "Ten nodes; one has flipped labels, y → 9 − y (static) or the one that its model finds least likely "
                + "(dynamic), and follows the protocol. Data are shared out over all ten; \(seeds) seeds. Poisoned is "
                + "node 4, in the fan its hub; where the paper puts it in the lollipop is not known to us.",
            "Every node is told to withstand one poisoned neighbour. Among two neighbours a trimmed mean can leave out "
                + "nobody: on the line it averages as plain gossip does, and is left aside there.",
            "Softmax regression on \(request.images.title), whole shards up to 5,000 samples a step, "
                + "\(softmax.rounds) rounds, \(schedule).",
            "Support vector machine on the digits with features from 0 to 1, step 0.5/√(k+1), "
                + "\(machine.rounds) rounds.",
            "Perceptron with two hidden layers of 50 on the complete graph, batch 32, momentum 0.9, "
                + "\(perceptron.rounds) rounds of step \(perceptron.step) (the paper: 20,000 of step 0.01).",
            "CC and SCC clip at \(radius). Softmax regression and machines start at zero, as in the papers, nets as "
                + "usual. What a node comes out with is the model of least aggregate norm; curves over rounds show the "
                + "current ones.",
        ]
        if !request.isQuick {
            sentences.append("Pixels are between -1 and 1, as in the papers' code.")
        }
        if !request.images.isMNIST {
            sentences.append("The papers have MNIST: orders and gaps are compared, not figures.")
        }
        return sentences
    }

    // MARK: Sweeps

    private func places(_ graphs: [Graph], _ flips: [Named]) -> [Named] {
        graphs.flatMap { graph in
            flips.map { flip in
                (
                    Self.place(graph, flip.name),
                    #"[\#(graph.topology), [{"nodes": ["\#(graph.poisoned)"], "attack": \#(flip.json)}]]"#
                )
            }
        }
    }

    static func place(_ graph: Graph, _ flip: String) -> String { "\(graph.name), \(flip)" }

    /// An experiment; `more` are further members of it, each with a comma behind.
    private func base(_ training: Training, data: PackData? = nil, split: Named? = nil, more: String = "") -> String {
        """
        {"task": {"dataset": \((data ?? request.images).symmetricDataset), "model": \(training.model),
           "split": \((split ?? Self.splits[0]).json)}, \(more)
         "training": {"rounds": \(training.rounds), "batchSize": \(training.batchSize),
           "momentum": \(training.momentum), "weightDecay": \(training.weightDecay), "stepSize": \(training.step),
           "initialisation": \(training.start), "output": "leastNorm"}}
        """
    }

    private func sweep(
        _ name: String, _ training: Training, data: PackData? = nil, places: [Named], splits: [Named] = Self.splits
    ) throws(ConfigurationFault) -> Sweep {
        try Sweep(
            name, every: max(1, training.rounds / 15), base: base(training, data: data),
            grid: [
                (Self.graphAxis, places), (Self.splitAxis, splits), (Self.rulesAxis, rules), Sweep.seeds(seeds),
            ])
    }

    /// Nobody is poisoned; all ten are honest.
    private func baseline() throws(ConfigurationFault) -> Sweep {
        let mean = #""aggregation": {"rule": "weightedMean"}, "adversary": [],"#
        return try Sweep(
            Self.baselineName, every: max(1, softmax.rounds / 15), base: base(softmax, more: mean),
            grid: [
                ("topology", graphs.map { ($0.name, $0.topology) }), (Self.splitAxis, Self.splits), Sweep.seeds(seeds),
            ])
    }

    private func phases() throws(ConfigurationFault) -> Sweep {
        let more = """
            "topology": \(Graph.all[0].topology), "adversary": [{"nodes": ["4"], "attack": "labelFlip"}],
            """
        let server = ["weighted mean", "trimmed mean", "FABA", "CC", "LFighter"]
        return try Sweep(
            Self.phaseName, base: base(softmax, split: Self.splits[1], more: more),
            grid: [
                ("task.split.alpha", Self.concentrations), (Self.flipAxis, Self.flipShares),
                (Self.rulesAxis, rules.filter { server.contains($0.name) }), Sweep.seeds(seeds),
            ])
    }

    private func convolutional(_ colours: PackData) throws(ConfigurationFault) -> Sweep {
        try sweep(
            Self.convolutionalName, net, data: colours, places: places([Graph.all[0]], Self.flips))
    }

    var rules: [Named] {
        [
            (Self.mean, #""weightedMean""#), ("trimmed mean", #""trimmedNeighbourMean""#), ("FABA", #""faba""#),
            ("CC", #"{"kind": "selfCentredClipping", "radius": \#(radius)}"#),
            ("SCC", #"{"kind": "clippedGossip", "mode": "fixed", "radius": \#(radius)}"#), ("IOS", #""ios""#),
            ("LFighter", #""lfighter""#),
        ].filter { only?.contains($0.0) ?? true }.map { ($0, Self.withstandingOne($1)) }
    }

    private static func withstandingOne(_ rule: String) -> String {
        #"{"rule": \#(rule), "tolerates": {"kind": "declared", "count": 1}}"#
    }

    static let mean = "weighted mean"

    // MARK: Calculations

    private func calculations() throws(ConfigurationFault) -> [Calculation] {
        var spreads: [PackExperiment] = []
        for split in Self.splits {
            for flip in Self.flips {
                for seed in 1...seeds {
                    let more = """
                        "topology": \(Graph.all[0].topology), "measure": {"every": \(max(1, softmax.rounds / 15))},
                        "aggregation": {"rule": "weightedMean"}, "seed": \(seed),
                        "adversary": [{"nodes": ["4"], "attack": \(flip.json)}],
                        """
                    spreads.append(
                        PackExperiment(
                            name: Self.spreadRow(split.name, flip.name, seed: seed),
                            json: base(softmax, split: split, more: more)))
                }
            }
        }
        return [
            LabelPoisoningTheory.spreads(spreads), try LabelPoisoningTheory.twoLabels(hostile: [1, 3]),
        ]
    }

    static func spreadRow(_ split: String, _ flip: String, seed: Int) -> String { "\(split), \(flip), seed \(seed)" }
}
