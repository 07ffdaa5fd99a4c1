// The report, one HTML page about a run: the verdict first, then figures, drawings, and everything as tables. It is one
// file, without scripts and without anything fetched from elsewhere.
import Graphs
import Kernels
import Metrics
import Scenario

/// `report.html` of a run.
public struct HTMLReport {
    let run: RecordedRun
    /// What is drawn, and where nothing is.
    private let moments: [(rounds: Int, evaluation: RecordedEvaluation?)]

    var evaluations: [RecordedEvaluation] { run.evaluations }

    public init(_ run: RecordedRun) {
        self.run = run
        moments = run.moments
    }

    /// While the run goes on, a browser that shows the page asks for it again after so many seconds.
    private static let refreshSeconds = 2

    /// The whole page in UTF-8.
    public var page: [UInt8] {
        Page(
            "\(run.experiment.name): \(stateName.lowercased())", styles: [DrawingStyle.sheet],
            refresh: run.state == .running ? Self.refreshSeconds : nil,
            body: """
                \(header)\(figures)\(warnings)
                <div class="pair">
                \(learning)\(consensus)</div>
                \(optimum)\(attack)\(comparison)\(graph)\(nodeTable)\(dataTable)
                <div class="pair">
                \(time)\(refusals)</div>
                \(result)\(measures)\(configuration)\(repetition)\(measurements)
                """
        ).bytes
    }

    // MARK: The verdict

    private var stateName: String {
        switch run.state {
        case .running: "Running"
        case .unfinished: "Unfinished"
        case .stopped: "Stopped"
        case .finished: "Finished"
        }
    }

    /// The summary's, unless no node has come to an end of its own.
    private var verdict: String {
        if let summary = run.summary, run.state == .finished || run.nodes.contains(where: { $0.score != nil }) {
            return summary.verdict
        }
        guard let last = evaluations.last else { return "Nothing has been measured yet." }
        let worst = last.worst.map(last.measure.text) ?? "an unknown \(last.measure.rawValue)"
        return "After \(last.rounds) of \(run.experiment.training.rounds) rounds "
            + "the worst of \(last.nodes) honest nodes \(run.state == .running ? "is" : "was") at \(worst)."
    }

    /// What a reader must know of a run that did not end by itself.
    private var stateNote: String? {
        switch run.state {
        case .finished: nil
        case .stopped:
            "The run was stopped before its end\(reached)."
                + (run.isSimulated ? " A simulation keeps nothing to go on from." : " Nodes keep their checkpoints.")
        case .running: "This page is written anew about once a second."
        case .unfinished: "There is no summary: the run is still going on, or it was cut off."
        }
    }

    private var reached: String {
        guard let reached = run.summary?.reached else { return "" }
        let rounds = reached.count == 1 ? "\(reached.lowerBound)" : "\(reached.lowerBound) to \(reached.upperBound)"
        return ": its honest nodes had closed \(rounds) of \(run.experiment.training.rounds) rounds"
    }

    private var header: Markup {
        let hostile = run.hostileCount
        var facts = [
            "\(run.nodes.count) nodes, \(hostile == 0 ? "none" : "\(hostile)") hostile",
            "\(run.experiment.training.rounds) rounds",
        ]
        facts += run.experiment.adversary.compactMap(PlacedGroup.init).map(\.inWords)
        if let summary = run.summary {
            facts.append("\(summary.engine), \(summary.transport)")
            // Nobody timed a run that was gathered from parts.
            if summary.wallSeconds > 0 { facts.append("\(rounded(summary.wallSeconds, 2)) s") }
        }
        let note = stateNote.map { note -> Markup in "<p class=\"note\">\(note)</p>\n" }
        return """
            <header>
            <p class="over">\(run.experiment.name) <span class="state \(stateName.lowercased())">\(stateName)</span></p>
            <h1>\(verdict.replacing(" %", with: "\u{A0}%"))</h1>
            <p class="facts">\(facts.joined(separator: "\u{A0}· "))</p>
            \(note ?? "")</header>

            """
    }

    private var figures: Markup {
        let last = evaluations.last
        let hasTraffic = run.totals.messagesSent > 0
        let rows: [(name: String, value: String?)] = [
            ("worst \(run.measure.rawValue)", last?.worst.map(run.measure.figure)),
            ("mean \(run.measure.rawValue)", last?.mean.map(run.measure.figure)),
            ("average model", last?.averageModel.map(run.measure.figure)),
            ("relative distance", last?.relativeDistance.map(significant)),
            ("relative, median node", last?.relativeMedianDistance.map(significant)),
            ("messages refused", hasTraffic ? "\(run.totals.rejections.reduce(0) { $0 + $1.count })" : nil),
            ("sent", hasTraffic ? "\(significant(Double(run.totals.bytesSent) / 1e6)) MB" : nil),
        ]
        let entries = rows.map { row -> Markup in "<div><dt>\(row.name)</dt><dd>\(row.value ?? "–")</dd></div>\n" }
        return "<dl class=\"figures\">\n\(entries)</dl>\n"
    }

    private var warnings: Markup {
        let sentences = run.summary?.warnings ?? []
        guard !sentences.isEmpty else { return "" }
        let items = sentences.map { sentence -> Markup in "<li>\(sentence)</li>\n" }
        return "<aside>\n<h2>Warnings</h2>\n<ul>\n\(items)</ul>\n</aside>\n"
    }

    // MARK: Drawings

    /// By the task's measure.
    private var learning: Markup {
        let measure = run.measure
        let values = evaluations.flatMap { [$0.worst, $0.mean, $0.averageModel] }.compactMap { $0 }
        return figure(
            measure == .accuracy ? "Accuracy" : "Loss", note: "Of the honest nodes' models on data that no node has.",
            Plot(
                id: measure.rawValue, title: "Test \(measure.rawValue) over rounds", rounds: moments.map(\.rounds),
                series: [
                    series("worst", \.worst, measure.figure), series("mean", \.mean, measure.figure),
                    series("average model", \.averageModel, measure.figure),
                ], vertical: measure == .accuracy ? Axis(shares: values) : Axis(logarithmic: values)))
    }

    /// Nothing where the optimum is not known.
    private var optimum: Markup {
        let values = evaluations.flatMap { [$0.excessLoss, $0.optimumDistance] }.compactMap { $0 }
        guard !values.isEmpty else { return "" }
        return figure(
            "Learning error",
            note: "Of the worst honest node: training loss of the honest nodes' common problem above the least, and "
                + "distance from the optimum.",
            Plot(
                id: "optimum", title: "Learning error over rounds", rounds: moments.map(\.rounds),
                series: [
                    series("excess loss", \.excessLoss, significant),
                    series("distance", \.optimumDistance, significant),
                ], vertical: Axis(logarithmic: values)))
    }

    /// What attacks on data came to, by class and by what the rules did about it.
    private var attack: Markup {
        let plots = [
            shares(
                "success", "Attack success", "Of the samples that the attack wants to be taken for another class.",
                [("worst node", "successWorst"), ("mean", "successMean")]),
            shares(
                "screening", "Detection", "Models of neighbours that the honest nodes' rules clipped or removed.",
                [("hostile", "truePositiveRate"), ("honest", "falsePositiveRate")]),
            shares(
                "classes", "The worst class", "Accuracy on the class that a node knows least.",
                [("worst node", "classAccuracyWorst"), ("mean", "classAccuracyWorstMean")]),
        ].compactMap(\.self)
        return plots.isEmpty ? "" : "<div class=\"pair\">\n\(plots)</div>\n"
    }

    /// - Returns: `nil` where none of the figures was measured.
    private func shares(
        _ id: String, _ title: String, _ note: String, _ figures: [(name: String, figure: String)]
    ) -> Markup? {
        let series = figures.map { one in
            Plot.Series(name: one.name, values: moments.map { $0.evaluation?.figures[one.figure] }, text: percent)
        }
        let values = series.flatMap(\.values).compactMap(\.self)
        guard !values.isEmpty else { return nil }
        return figure(
            title, note: note,
            Plot(
                id: id, title: "\(title) over rounds", rounds: moments.map(\.rounds), series: series,
                vertical: Axis(shares: values)))
    }

    /// The worst node beside those of the reference runs.
    private var comparison: Markup {
        guard !run.references.isEmpty else { return "" }
        let references = run.references.map { reference in
            let worst = Dictionary(reference.evaluations.map { ($0.rounds, $0.worst) }) { first, _ in first }
            return Plot.Series(
                name: reference.kind.inWords, values: moments.map { worst[$0.rounds] ?? nil }, text: run.measure.figure)
        }
        let series = [series("this run", \.worst, run.measure.figure)] + references
        let values = series.flatMap(\.values).compactMap(\.self)
        let chance = run.summary?.chance.map { " Chance is \(percent($0))." } ?? ""
        return figure(
            "Compared", note: "The worst honest node, and that of simulated runs of the same seeds.\(chance)",
            Plot(
                id: "comparison", title: "The worst node over rounds, compared", rounds: moments.map(\.rounds),
                series: series,
                vertical: run.measure == .accuracy ? Axis(shares: values) : Axis(logarithmic: values)))
    }

    private var consensus: Markup {
        let values = evaluations.flatMap { [$0.distance, $0.medianDistance, $0.relativeDistance] }.compactMap { $0 }
        return figure(
            "Consensus distance",
            note: "Root mean square distance of the honest models from their average, and relative to its norm; "
                + "distance of the median honest model from their coordinate-wise median.",
            Plot(
                id: "consensus", title: "Consensus distance over rounds", rounds: moments.map(\.rounds),
                series: [
                    series("distance", \.distance, significant),
                    series("median node", \.medianDistance, significant),
                    series("relative", \.relativeDistance, significant),
                ], vertical: Axis(logarithmic: values)))
    }

    private func series(
        _ name: String, _ figure: KeyPath<RecordedEvaluation, Double?>, _ text: @escaping (Double) -> String
    ) -> Plot.Series {
        Plot.Series(name: name, values: moments.map { $0.evaluation?[keyPath: figure] }, text: text)
    }

    private func figure(_ name: String, note: String, _ plot: Plot) -> Markup {
        guard !evaluations.isEmpty else {
            return "<section>\n<h2>\(name)</h2>\n<p class=\"note\">Nothing has been measured yet.</p>\n</section>\n"
        }
        // A run that was gathered from parts has only its end.
        guard evaluations.count > 1 else {
            return """
                <section>
                <h2>\(name)</h2>
                <p class="note">\(note) Measured only once.</p>
                \(plot.legend)</section>

                """
        }
        return """
            <section>
            <h2>\(name)</h2>
            <p class="note">\(note)\(omissions)</p>
            \(plot.legend)\(plot.svg)</section>

            """
    }

    /// What is not in the lines, if anything.
    private var omissions: String {
        let missing = moments.count - evaluations.count
        let most = evaluations.map(\.nodes).max() ?? 0
        let partial = evaluations.count { $0.nodes < most }
        return (missing == 0 ? "" : " Gaps: \(missing) of \(moments.count) moments could not be measured.")
            + (partial == 0 ? "" : " At \(partial) of \(moments.count) some honest nodes were lost, down or behind.")
    }

    private var graph: Markup {
        let topology = run.topology.topology
        let degrees = topology.nodes.map { topology.degree(of: $0) }
        let (least, greatest) = (degrees.min() ?? 0, degrees.max() ?? 0)
        let neighbours = least == greatest ? "\(least)" : "\(least) to \(greatest)"
        let taps = run.topology.taps.isEmpty ? "" : ", \(run.topology.taps.count) eavesdropping links to honest nodes"
        let edges = "\(topology.edges.count) \(topology.directed ? "one-way " : "")edges"
        let facts = "\(edges), \(neighbours) neighbours a node\(taps)."
        guard let graph = run.graph else {
            return """
                <section>
                <h2>The graph</h2>
                <p class="note">\(facts) It has too many nodes for a drawing.</p>
                </section>

                """
        }
        let nodes = run.nodes.map { node in
            GraphDrawing.Node(label: node.label, isHostile: node.isHostile, value: node.score, lost: node.lost)
        }
        let drawing = GraphDrawing(
            run.topology, graph, nodes: nodes, measure: NodeValues.measure(of: run.measure.rawValue))
        return """
            <section>
            <h2>The graph</h2>
            <p class="note">\(facts)\(drawing.hasEdges ? "" : " They are too many to be drawn.")</p>
            <div class="scroll" role="region" aria-label="Drawing of the graph" tabindex="0">
            \(drawing.svg)</div>
            </section>

            """
    }
}

/// Three significant digits or, of the small and the large, as much in powers of ten.
func significant(_ value: Double) -> String {
    switch value.magnitude {
    case 0: return "0"
    case _ where !value.isFinite: return rounded(value, 0)
    case 1e-3..<1: return rounded(value, value.magnitude < 0.01 ? 5 : value.magnitude < 0.1 ? 4 : 3)
    case 1..<1e4: return rounded(value, value.magnitude < 10 ? 2 : value.magnitude < 100 ? 1 : 0)
    default:
        let exponent = Axis.decade(below: value.magnitude)
        return "\(rounded(value / Axis.powerOfTen(exponent), 2))e\(exponent)"
    }
}
