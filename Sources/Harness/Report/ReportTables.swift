// The figures of the page as tables: nodes, time, refusals and all measurements. Settings are ReportSettings'.
import Kernels
import Metrics
import Scenario

extension HTMLReport {
    /// Longer tables of measurements are thinned; the rest is in metrics.jsonl.
    private static let mostMeasurements = 200
    /// Longer tables of nodes end after the worst; the rest is in summary.json.
    private static let mostNodes = 300

    // MARK: Nodes

    /// The worst node first, hostile ones last.
    var nodeTable: Markup {
        func rank(_ index: Int) -> (Int, Double, Int) {
            // What is not known is the worst.
            let unknown = run.measure == .accuracy ? -1 : Double.infinity
            let score = run.nodes[index].score ?? unknown
            return (run.nodes[index].isHostile ? 1 : 0, run.measure == .accuracy ? score : -score, index)
        }
        let order = run.nodes.indices.sorted { rank($0) < rank($1) }
        let hasEnded = run.nodes.contains { $0.score != nil }
        let hasOptimum = run.nodes.contains { $0.excessLoss != nil }
        let hasEpsilon = run.nodes.contains { $0.epsilon != nil }
        let hasTotals = run.nodes.contains { $0.totals != nil }
        let fields = hasTotals ? RecordField.all.filter { $0.column != nil } : []
        let columns =
            ["node", "kind", run.measure.rawValue] + (hasOptimum ? ["excess loss"] : [])
            + (hasEpsilon ? ["ε"] : []) + ["clipped", "removed", "waited for, s"]
            + fields.map { ($0.column ?? "") + ($0.unit == .nanoseconds ? ", s" : "") }
        let rows = order.prefix(Self.mostNodes).map { index -> [String] in
            let node = run.nodes[index]
            let kind = (node.isHostile ? "hostile" : "honest") + (node.lost.map { ", lost: \($0)" } ?? "")
            let totals = fields.map { field in node.totals.map { cell(field, of: $0) } ?? "–" }
            let judged = Double(node.tally.judged)
            let shares = [node.tally.clipped, node.tally.removed].map { count in
                judged == 0 ? "–" : percent(Double(count) / judged)
            }
            let excess = hasOptimum ? [node.excessLoss.map(significant) ?? "–"] : []
            let epsilon = hasEpsilon ? [node.epsilon.map(PrivacyReport.text) ?? "–"] : []
            return [node.label, kind, node.score.map(run.measure.figure) ?? "–"] + excess + epsilon + shares
                + [rounded(node.awaitedSeconds, 2)] + totals
        }
        let hidden = run.nodes.count - rows.count
        let omission = hidden == 0 ? "" : " \(hidden) more are in summary.json."
        let isEstimate = run.experiment.training.privacy.sampling != .poisson
        let privacy =
            hasEpsilon
            ? " ε: of (ε, δ)-differential privacy of each of its samples, δ \(run.experiment.training.privacy.delta)"
                + (isEstimate ? ", an estimate, as batches are shuffled." : ".") : ""
        return """
            <section>
            <h2>\(hasEnded ? "Nodes, the worst first" : "Nodes")</h2>
            <p class="note">Clipped, removed: of this node's models, by the rules of honest nodes. Waited for: how \
            long honest nodes waited for this one among the last few, which may be late on \
            purpose.\(privacy)\(omission)</p>
            \(table("Nodes", columns, rows, texts: 2))</section>

            """
    }

    private func cell(_ field: RecordField, of totals: NodeRecord) -> String {
        let amount = field.amount(totals)
        return field.unit == .nanoseconds ? seconds(Nanoseconds(amount)) : "\(amount)"
    }

    // MARK: Data

    /// Samples of each class are shown for no more classes than this.
    private static let mostClasses = 24

    /// What each node learned from, in the order of the nodes.
    var dataTable: Markup {
        guard run.nodes.contains(where: { $0.samples != nil }) else { return "" }
        let names = run.summary?.classNames ?? []
        let showsClasses = !names.isEmpty && names.count <= Self.mostClasses
        let rows = run.nodes.prefix(Self.mostNodes).map { node -> [String] in
            let classes = node.ofClass.count { $0 > 0 }
            return [node.label, node.isHostile ? "hostile" : "honest", node.samples.map(String.init) ?? "–"]
                + (names.isEmpty ? [] : ["\(classes)"]) + (showsClasses ? node.ofClass.map(String.init) : [])
        }
        let columns = ["node", "kind", "samples"] + (names.isEmpty ? [] : ["classes"]) + (showsClasses ? names : [])
        let hidden = run.nodes.count - rows.count
        let omission = hidden == 0 ? "" : " \(hidden) more nodes are in data.csv."
        return """
            <section>
            <h2>Data</h2>
            <p class="note">Training samples of each node\(showsClasses ? ", and how many of each class" : "")\
            \(run.hostileCount == 0 ? "" : ", before any poison").\(omission)</p>
            \(table("Data", columns, rows, texts: 2))</section>

            """
    }

    // MARK: Time, and what was refused

    var time: Markup {
        guard !run.isSimulated else {
            return """
                <section>
                <h2>Time</h2>
                <p class="note">The honest nodes together waited \(seconds(run.totals.waitNanoseconds)) s of virtual \
                time, in which nothing else takes any.</p>
                </section>

                """
        }
        let parts = [
            (name: "compute", style: "s1", time: run.totals.computeNanoseconds),
            (name: "mix", style: "s2", time: run.totals.mixNanoseconds),
            (name: "wait", style: "idle", time: run.totals.waitNanoseconds),
        ]
        let whole = Double(max(1, parts.reduce(0) { $0 + $1.time }))
        var left = 0.0
        var bars: Markup = ""
        for part in parts {
            let width = 400 * Double(part.time) / whole
            bars += """
                <rect class="\(part.style)" x="\(left)" y="0" width="\(width)" height="22">\
                <title>\(part.name) \(seconds(part.time)) s</title></rect>
                """
            left += width
        }
        let legend = parts.map { part -> Markup in
            """
            <li><i class="square \(part.style)"></i>\(part.name) <b>\(seconds(part.time)) s</b> \
            \(percent(Double(part.time) / whole))</li>
            """
        }
        return """
            <section>
            <h2>Time</h2>
            <p class="note">Of all honest nodes together.</p>
            <svg class="bar" viewBox="0 0 400 22" preserveAspectRatio="none" role="img" aria-label="Time by purpose">
            \(bars)</svg>
            <ul class="legend">\(legend)</ul>
            </section>

            """
    }

    var refusals: Markup {
        let rejections = run.totals.rejections.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
        let rows =
            rejections.map { ["refused: \($0.reason)", "\($0.count)"] }
            + [["models late", "\(run.totals.lateModels)"], ["models missed", "\(run.totals.missedModels)"]]
            + [
                run.screening.falsePositives.map { ["honest models clipped or removed", percent($0)] },
                run.screening.falseNegatives.map { ["hostile models kept in full", percent($0)] },
                run.totals.degradedMixes == 0
                    ? nil : ["mixes of too few neighbours for the budget", "\(run.totals.degradedMixes)"],
                run.totals.unfinishedMixes == 0
                    ? nil : ["mixes stopped by the rule's iteration limit", "\(run.totals.unfinishedMixes)"],
            ].compactMap(\.self)
            + run.nodes.filter { $0.awaitedSeconds >= 0.005 }.sorted { $0.awaitedSeconds > $1.awaitedSeconds }.prefix(5)
            .map { ["waited for node \($0.label), s", rounded($0.awaitedSeconds, 2)] }
        return """
            <section>
            <h2>Rejections, rules and waits</h2>
            <p class="note">Of the honest nodes\(rejections.isEmpty ? "; no message was refused" : "").</p>
            \(table("Rejections, rules and waits", ["what", "value"], rows, texts: 1))</section>

            """
    }

    // MARK: Measures

    /// Every figure at the end of the run, or of the last moment, with what it means.
    var measures: Markup {
        let rows = MeasureCatalog.figures.filter { !$0.isList && run.figures.value($0.name) != nil }.map { figure in
            [figure.name, figure.text(run.figures[figure.name]), figure.definition]
        }
        guard !rows.isEmpty else { return "" }
        return """
            <section>
            <details>
            <summary>All measures</summary>
            <p class="note">At the end, or at the last moment. All moments, and figures by node and class, are in \
            metrics.jsonl and measures.csv; 'gossiplab list measures' says more.</p>
            \(table("Measures", ["figure", "value", "what it is"], rows, texts: 3))</details>
            </section>

            """
    }

    // MARK: Measurements

    var measurements: Markup {
        guard !run.evaluations.isEmpty else { return "" }
        let step = max(1, (run.evaluations.count + Self.mostMeasurements - 1) / Self.mostMeasurements)
        let last = run.evaluations.count - 1
        let hasValidation = run.evaluations.contains { $0.worstOnValidation != nil }
        let hasOptimum = run.evaluations.contains { $0.excessLoss != nil }
        let rows = run.evaluations.enumerated().filter { $0.offset % step == 0 || $0.offset == last }.map { _, line in
            ["\(line.rounds)", "\(line.nodes)"]
                + ([line.worst, line.mean, line.best, line.averageModel]
                + (hasValidation ? [line.worstOnValidation] : []))
                .map { $0.map(line.measure.figure) ?? "–" }
                + ((hasOptimum ? [line.excessLoss, line.optimumDistance] : []) + [
                    line.meanLoss, line.distance, line.relativeDistance, line.medianDistance,
                    line.relativeMedianDistance,
                ]).map { $0.map(significant) ?? "–" }
        }
        let columns =
            ["round", "nodes", "worst", "mean", "best", "average model"] + (hasValidation ? ["validation, worst"] : [])
            + (hasOptimum ? ["excess loss, worst", "from optimum, worst"] : [])
            + ["mean loss", "distance", "relative", "median node", "relative"]
        let thinned = step == 1 ? "" : "; one in \(step) is shown"
        return """
            <section>
            <details>
            <summary>All measurements</summary>
            <p class="note">The lines of metrics.jsonl\(thinned).</p>
            \(table("Measurements", columns, rows, texts: 0))</details>
            </section>

            """
    }

    /// - Parameter texts: so many columns hold words; the others hold figures, to the right.
    private func table(_ name: String, _ columns: [String], _ rows: [[String]], texts: Int) -> Markup {
        Markup.table(name, TextTable(header: columns, names: texts, rows: rows))
    }

    private func seconds(_ nanoseconds: Nanoseconds) -> String { rounded(Double(nanoseconds) / 1e9, 2) }
}
