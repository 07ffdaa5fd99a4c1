// What the label poisoning papers claim, and what label-poisoning shows of it.
import Registry

extension LabelPoisoning {
    private static let decentralized = "arXiv 2601.02682"
    private static let server = "arXiv 2404.13647"

    var claims: [Claim] {
        graphClaims + splitClaims + modelClaims + netClaims + phaseClaims + spreadClaims + boundClaims + twoLabelClaims
    }

    // MARK: Sweeps

    /// The mean's accuracy minus the best robust rule's.
    private static func lead(
        _ evidence: Evidence, _ sweep: String, _ labels: [String: String], leavingAside others: [String] = []
    ) throws(MissingFigure) -> Double {
        var best = 0.0
        for rule in try evidence.names(sweep, on: rulesAxis) where rule != mean && !others.contains(rule) {
            best = max(best, try evidence.figure(sweep, labels.merging([rulesAxis: rule]) { $1 }))
        }
        return try evidence.figure(sweep, labels.merging([rulesAxis: mean]) { $1 }) - best
    }

    private static let leadInWords = "mean accuracy of the weighted mean minus that of the best robust rule"

    private var graphClaims: [Claim] {
        graphs.flatMap { graph in
            Self.flips.map { flip in
                let place = Self.place(graph, flip.name)
                // Nobody has three neighbours.
                let aside = graph.name == "line" ? ["trimmed mean"] : []
                return Claim(
                    "One label a node, \(place): the weighted mean beats every robust rule",
                    published: "the mean is best, whatever the graph (\(Self.decentralized))",
                    quantity: Self.leadInWords + (aside.isEmpty ? "" : ", the trimmed mean left aside"), .above(0),
                    over: Self.softmaxName
                ) { evidence throws(MissingFigure) in
                    try Self.lead(
                        evidence, Self.softmaxName, [Self.graphAxis: place, Self.splitAxis: "one label"],
                        leavingAside: aside)
                }
            }
        }
    }

    private var splitClaims: [Claim] {
        let places = graphs.flatMap { graph in Self.flips.map { Self.place(graph, $0.name) } }
        return [
            Claim(
                "With iid data all rules are close, whatever the graph",
                published: "all near the baseline (\(Self.decentralized), \(Self.server))",
                quantity: "greatest minus least mean accuracy over rules, the widest of all graphs and flips",
                .below(0.05), over: Self.softmaxName
            ) { evidence throws(MissingFigure) in
                var widest = 0.0
                for place in places {
                    var accuracies: [Double] = []
                    for rule in try evidence.names(Self.softmaxName, on: Self.rulesAxis) {
                        accuracies.append(
                            try evidence.figure(
                                Self.softmaxName,
                                [Self.graphAxis: place, Self.splitAxis: "iid", Self.rulesAxis: rule]))
                    }
                    widest = max(widest, (accuracies.max() ?? 0) - (accuracies.min() ?? 0))
                }
                return widest
            }
        ]
            + Self.flips.map { flip in
                best(
                    ["FABA", "LFighter"], "softmax", place: Self.place(graphs[0], flip.name), over: Self.softmaxName)
            }
    }

    /// With Dirichlet 1, so many rules before all others.
    private func best(_ rules: [String], _ model: String, place: String, over sweep: String) -> Claim {
        let names = rules.dropLast().joined(separator: ", ") + " and " + (rules.last ?? "")
        let labels = [Self.graphAxis: place, Self.splitAxis: "Dirichlet 1"]
        return Claim(
            "Dirichlet 1, \(model), \(place): \(names) are the best rules",
            published: "\(names) best, \(model) (\(Self.server))",
            quantity: "the least accuracy of \(names) minus the best of the others", .above(0), over: sweep
        ) { evidence throws(MissingFigure) in
            var (ours, others) = (1.0, 0.0)
            for rule in try evidence.names(sweep, on: Self.rulesAxis) {
                let accuracy = try evidence.figure(sweep, labels.merging([Self.rulesAxis: rule]) { $1 })
                if rules.contains(rule) { ours = min(ours, accuracy) } else { others = max(others, accuracy) }
            }
            return ours - others
        }
    }

    private var modelClaims: [Claim] {
        let perceptron = graphs.first?.name == "complete" ? Self.flips : []
        return oscillation + [
            Claim(
                "One label a node, support vector machine: the weighted mean beats every robust rule",
                published: "the mean is best on the digits with a linear machine (\(Self.decentralized))",
                quantity: Self.leadInWords + ", the least over its graphs", .above(0), over: Self.machineName
            ) { evidence throws(MissingFigure) in
                var least = 1.0
                for place in try evidence.names(Self.machineName, on: Self.graphAxis) {
                    least = min(
                        least,
                        try Self.lead(evidence, Self.machineName, [Self.graphAxis: place, Self.splitAxis: "one label"])
                    )
                }
                return least
            }
        ]
            + perceptron.flatMap { flip in
                let labels = [Self.graphAxis: "complete, \(flip.name)", Self.splitAxis: "one label"]
                return [
                    best(
                        [Self.mean, "FABA", "LFighter"], "perceptron", place: "complete, \(flip.name)",
                        over: Self.perceptronName),
                    Claim(
                        "One label a node, perceptron, \(flip.name): the weighted mean beats every robust rule",
                        published: "the mean is best everywhere (\(Self.server))", quantity: Self.leadInWords,
                        .above(0), over: Self.perceptronName
                    ) { evidence throws(MissingFigure) in try Self.lead(evidence, Self.perceptronName, labels) },
                    Claim(
                        "One label a node, perceptron, \(flip.name): the trimmed mean fails",
                        published: "the trimmed mean fails on nets (\(Self.server))",
                        quantity: "mean accuracy of the trimmed mean minus that of the weighted mean", .below(-0.2),
                        over: Self.perceptronName
                    ) { evidence throws(MissingFigure) in
                        func accuracy(_ rule: String) throws(MissingFigure) -> Double {
                            try evidence.figure(Self.perceptronName, labels.merging([Self.rulesAxis: rule]) { $1 })
                        }
                        return try accuracy("trimmed mean") - accuracy(Self.mean)
                    },
                ]
            }
    }

    /// Of the current models, over the second half of the measured rounds.
    private var oscillation: [Claim] {
        guard graphs.first?.name == "complete" else { return [] }
        return Self.flips.map { flip in
            let labels = [Self.graphAxis: "complete, \(flip.name)", Self.splitAxis: "Dirichlet 1"]
            return Claim(
                "Dirichlet 1, perceptron, \(flip.name): the trimmed mean oscillates",
                published: "the trimmed mean oscillates, the mean does not (\(Self.server))",
                quantity: "mean change of the accuracy from one measured round to the next, up or down, in the second "
                    + "half of the run, of the trimmed mean minus that of the weighted mean", .above(0),
                over: Self.perceptronName
            ) { evidence throws(MissingFigure) in
                func swing(_ rule: String) throws(MissingFigure) -> Double {
                    let series = try evidence.series(
                        Self.perceptronName, labels.merging([Self.rulesAxis: rule]) { $1 })
                    let late = series.suffix(series.count - series.count / 2).compactMap(\.value)
                    guard late.count > 1 else { throw MissingFigure("nothing was measured on the way") }
                    return zip(late, late.dropFirst()).reduce(0.0) { $0 + ($1.0 - $1.1).magnitude }
                        / Double(late.count - 1)
                }
                return try swing("trimmed mean") - swing(Self.mean)
            }
        }
    }

    /// With pictures in colour, where the user has them.
    private var netClaims: [Claim] {
        guard request.colours != nil else { return [] }
        let sweep = Self.convolutionalName
        func trimmed(
            _ statement: String, _ published: String, _ split: String, _ flip: String, below bound: Double
        ) -> Claim {
            let labels = [Self.graphAxis: "complete, \(flip)", Self.splitAxis: split]
            return Claim(
                statement, published: "\(published) (\(Self.server))",
                quantity: "mean accuracy of the trimmed mean minus that of the weighted mean", .below(bound),
                over: sweep
            ) { evidence throws(MissingFigure) in
                func accuracy(_ rule: String) throws(MissingFigure) -> Double {
                    try evidence.figure(sweep, labels.merging([Self.rulesAxis: rule]) { $1 })
                }
                return try accuracy("trimmed mean") - accuracy(Self.mean)
            }
        }
        return [
            trimmed(
                "CIFAR-10, iid, dynamic: the trimmed mean is worse",
                "the trimmed mean worse, the others near the baseline", "iid", "dynamic", below: 0),
            trimmed(
                "CIFAR-10, Dirichlet 1, static: the trimmed mean is clearly worse", "the trimmed mean clearly worse",
                "Dirichlet 1", "static", below: -0.05),
            trimmed(
                "CIFAR-10, one label a node, static: the trimmed mean fails", "the trimmed mean fails on nets",
                "one label", "static", below: -0.2),
            Claim(
                "CIFAR-10, one label a node, static: the weighted mean beats every robust rule",
                published: "the mean is best everywhere (\(Self.server))", quantity: Self.leadInWords, .above(0),
                over: sweep
            ) { evidence throws(MissingFigure) in
                try Self.lead(
                    evidence, sweep, [Self.graphAxis: "complete, static", Self.splitAxis: "one label"])
            },
        ]
    }

    private var phaseClaims: [Claim] {
        [("0.001", ["0", "0.4", "0.7", "1"]), ("0.1", ["0", "0.4", "0.7"])].map { alpha, shares in
            Claim(
                "Dirichlet \(alpha), flips with probability \(shares.joined(separator: ", ")): the mean is best",
                published: "the mean, in the table of best rules (\(Self.server))",
                quantity: Self.leadInWords + ", the least over these probabilities", .above(0), over: Self.phaseName
            ) { evidence throws(MissingFigure) in
                var least = 1.0
                for share in shares {
                    least = min(
                        least,
                        try Self.lead(
                            evidence, Self.phaseName, ["task.split.alpha": alpha, Self.flipAxis: share]))
                }
                return least
            }
        }
    }

    // MARK: Calculations

    private static func spread(
        _ statement: String, _ published: String, _ quantity: String, _ expectation: Claim.Expectation,
        measure: @escaping @Sendable (Evidence) throws(MissingFigure) -> Double
    ) -> Claim {
        Claim(
            statement, published: "\(published) (\(server))", quantity: quantity + ", softmax, complete graph",
            expectation, isShare: false, over: softmaxName, measure: measure)
    }

    private var spreadClaims: [Claim] {
        typealias Theory = LabelPoisoningTheory
        /// The greatest ratio of two columns over all splits and flips.
        @Sendable func greatest(_ evidence: Evidence, _ a: String, _ b: String) throws(MissingFigure) -> Double {
            var greatest = 0.0
            for split in Self.splits {
                for flip in Self.flips {
                    let row = Self.spreadRow(split.name, flip.name, seed: evidence.seed + 1)
                    let (top, bottom) = (
                        try evidence.number(Theory.spreadName, row, a), try evidence.number(Theory.spreadName, row, b)
                    )
                    greatest = max(greatest, top / bottom)
                }
            }
            return greatest
        }
        @Sendable func ratio(_ evidence: Evidence, _ split: String) throws(MissingFigure) -> Double {
            let row = Self.spreadRow(split, "static", seed: evidence.seed + 1)
            return try evidence.number(Theory.spreadName, row, Theory.regular)
                / evidence.number(Theory.spreadName, row, Theory.poisoned)
        }
        return [
            Self.spread(
                "The closed bound on ξ holds", "ξ ≤ 2√K max‖mean feature‖, lemma 1", "greatest ξ over its bound",
                .below(1)
            ) { evidence throws(MissingFigure) in try greatest(evidence, Theory.regular, Theory.regularBound) },
            Self.spread(
                "The closed bound on A holds", "A ≤ 2√K max‖mean feature‖, lemma 2", "greatest A over its bound",
                .below(1)
            ) { evidence throws(MissingFigure) in try greatest(evidence, Theory.poisoned, Theory.poisonedBound) },
            Self.spread(
                "One label a node: ξ is close to A", "ξ close to A only in the non-iid case", "ξ/A, static flip",
                .above(2 / 3)
            ) { evidence throws(MissingFigure) in try ratio(evidence, "one label") },
            Self.spread(
                "With iid data ξ is not close to A", "ξ close to A only in the non-iid case", "ξ/A, static flip",
                .below(2 / 3)
            ) { evidence throws(MissingFigure) in try ratio(evidence, "iid") },
        ]
    }

    private var boundClaims: [Claim] {
        typealias Theory = LabelPoisoningTheory
        guard graphs.first?.name == "complete" else { return [] }
        let rules = [(Self.mean, Theory.meanBound)] + Theory.constants.map { ($0.name, Theory.boundColumn($0.name)) }
        return rules.map { rule, column in
            Claim(
                "The squared gradient norm of \(rule) is below its bound \(column.prefix { $0 != "," })",
                published: "the error bounds of theorems 1 and 2 (\(Self.server)); the model of least aggregate norm",
                quantity: "greatest ratio of the squared gradient norm at the average honest model to the bound, over "
                    + "splits and flips, complete graph",
                .below(1), isShare: false, over: Self.softmaxName
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for split in Self.splits {
                    for flip in Self.flips {
                        let norm = try evidence.figure(
                            Self.softmaxName,
                            [
                                Self.graphAxis: "complete, \(flip.name)", Self.splitAxis: split.name,
                                Self.rulesAxis: rule,
                            ], .learningError)
                        let bound = try evidence.number(
                            Theory.spreadName, Self.spreadRow(split.name, flip.name, seed: evidence.seed + 1), column)
                        greatest = max(greatest, norm * norm / bound)
                    }
                }
                return greatest
            }
        }
    }

    private var twoLabelClaims: [Claim] {
        typealias Theory = LabelPoisoningTheory
        return [1, 3].flatMap { hostile in
            let delta = Double(hostile) / 10
            let exact: [(rule: String, values: [Double])] = Theory.twoLabelRules.map { rule in
                (rule, rule == "mean" ? [delta * (1 - delta), delta * delta] : [0, delta])
            }
            return exact.flatMap { rule, values in
                zip(Theory.worlds, values).map { world, value in
                    Claim(
                        "Two labels, \(hostile) of 10 poisoned: \(rule) comes to rest at gradient norm "
                            + "\(significant(value)) in \(world)",
                        published: "\(significant(value)) by theorem 3 (\(Self.server)), worked out",
                        quantity: "gradient norm of the regular mean, ξ = 1", .near(value), tolerance: 1e-5,
                        isShare: false, over: nil
                    ) { evidence throws(MissingFigure) in
                        try evidence.number(
                            Theory.twoLabelName, Theory.twoLabelRow(rule, hostile: hostile), world)
                    }
                }
            }
                + [
                    Claim(
                        "Two labels, \(hostile) of 10 poisoned: no rule is below δξ/2 in both worlds",
                        published: "δξ/2, the lower bound of theorem 3 (\(Self.server))",
                        quantity: "least over rules of the greater gradient norm of both worlds",
                        .above(delta / 2), isShare: false, over: nil
                    ) { evidence throws(MissingFigure) in
                        var least = Double.infinity
                        for rule in Theory.twoLabelRules {
                            let row = Theory.twoLabelRow(rule, hostile: hostile)
                            var worse = 0.0
                            for world in Theory.worlds {
                                worse = max(worse, try evidence.number(Theory.twoLabelName, row, world))
                            }
                            least = min(least, worse)
                        }
                        return least
                    }
                ]
        }
    }

    // MARK: What is shown

    var figures: [PackFigure] {
        let note = "Mean over honest nodes in %, and below it the worst of them."
        let maps = Self.splits.map { split in
            PackFigure(
                "Accuracy, softmax, \(split.name)", note: note,
                .heatMap(
                    PackFigure.Cells(Self.softmaxName, [Self.splitAxis: split.name]), rows: Self.graphAxis,
                    columns: Self.rulesAxis, measure: .mean))
        }
        let baseline = PackFigure(
            "Accuracy without attack, softmax, weighted mean", note: note,
            .heatMap(
                PackFigure.Cells(Self.baselineName), rows: "topology", columns: Self.splitAxis, measure: .mean))
        let machine = PackFigure(
            "Accuracy, support vector machine, one label", note: note,
            .heatMap(
                PackFigure.Cells(Self.machineName, [Self.splitAxis: "one label"]), rows: Self.graphAxis,
                columns: Self.rulesAxis, measure: .mean))
        let net = Self.flips.map { flip in
            PackFigure(
                "Accuracy, perceptron, complete, \(flip.name)", note: note,
                .heatMap(
                    PackFigure.Cells(Self.perceptronName, [Self.graphAxis: "complete, \(flip.name)"]),
                    rows: Self.splitAxis, columns: Self.rulesAxis, measure: .mean))
        }
        let colours = request.colours.map { _ in
            PackFigure(
                "Accuracy, convolutional net, complete, static", note: note,
                .heatMap(
                    PackFigure.Cells(Self.convolutionalName, [Self.graphAxis: "complete, static"]),
                    rows: Self.splitAxis, columns: Self.rulesAxis, measure: .mean))
        }
        let curves = graphs.prefix(2).flatMap { graph in
            ["one label", "Dirichlet 1"].map { split in
                PackFigure(
                    "Accuracy over rounds, \(graph.name), static, \(split)",
                    note: "Mean over honest nodes of the current models; bands from the least to the greatest seed.",
                    .curves(
                        PackFigure.Cells(
                            Self.softmaxName, [Self.graphAxis: Self.place(graph, "static"), Self.splitAxis: split]),
                        lines: Self.rulesAxis, measure: .mean))
            }
        }
        return maps + [baseline] + curves + [machine] + net + [colours].compactMap(\.self) + [phaseFigure]
            + theoryFigures
    }

    private var phaseFigure: PackFigure {
        PackFigure(
            "The best rule, by Dirichlet α and flip probability",
            note: "Rows: α, small is heterogeneous. Columns: chance of each poisoned sample that its label is flipped. "
                + "Below the name its mean accuracy.",
            .best(
                PackFigure.Cells(Self.phaseName), of: Self.rulesAxis, rows: "task.split.alpha", columns: Self.flipAxis,
                measure: .mean,
                published: PackFigure.Published(
                    Self.server, columns: Self.flipShares.map(\.name),
                    rows: [("0.1", ["mean", "mean", "mean", ""]), ("0.001", ["mean", "mean", "mean", "mean"])])))
    }

    private var theoryFigures: [PackFigure] {
        [
            PackFigure(
                "Gradient norm at the average honest model, one label",
                note: "Of the honest nodes' mean loss, to be squared beside the bounds below.",
                .heatMap(
                    PackFigure.Cells(Self.softmaxName, [Self.splitAxis: "one label"]), rows: Self.graphAxis,
                    columns: Self.rulesAxis, measure: .learningError)),
            PackFigure(
                "Heterogeneity and error bounds",
                note: "ξ, A: greatest distance of a regular and of a poisoned node's gradient from the regular mean, "
                    + "along a run of the mean on the complete graph; then the closed bounds and the error "
                    + "bounds, with ρ = 3δ/(1 − 2δ) · min(√D, √R) for the trimmed mean, 2δ/(1 − 3δ) for FABA, √(24δ) "
                    + "for CC, δ = 0.1.",
                .calculation(LabelPoisoningTheory.spreadName)),
            PackFigure(
                "Two worlds that no rule tells apart",
                note: "Gradient norm of the regular nodes' mean where a rule comes to rest, ξ = 1.",
                .calculation(LabelPoisoningTheory.twoLabelName)),
        ]
    }
}
