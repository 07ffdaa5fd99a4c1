// Several runs on one page: curves over each other, figures beside each other, and in what the runs differ.
import Metrics
import Platform
public import Registry

/// `report.html` of a comparison.
public struct RunComparison {
    let runs: [RecordedRun]
    /// What each run is called on the page: its place, and in what it differs from the others.
    let labels: [String]
    /// Settings that are not the same in all runs, with what each has; "–" where it has none.
    let differences: [(path: String, texts: [String])]

    static let allowed = 2...Plot.mostColours

    public init(_ runs: [RecordedRun]) throws(ConfigurationFault) {
        guard Self.allowed.contains(runs.count) else {
            throw ConfigurationFault(
                "\(runs.count) runs cannot stand side by side; allowed: \(Self.allowed.lowerBound) to "
                    + "\(Self.allowed.upperBound)")
        }
        self.runs = runs
        let settings = runs.map { Dictionary(SettingRow.all(of: $0.settings).map { ($0.path, $0.text) }) { a, _ in a } }
        var paths: [String] = []
        for path in runs.flatMap({ SettingRow.all(of: $0.settings).map(\.path) }) where !paths.contains(path) {
            paths.append(path)
        }
        let all =
            paths.map { path in (path: path, texts: settings.map { $0[path] ?? "–" }) }
            + [(path: "topology.digest", texts: runs.map(\.topology.digest))]
        let differences = all.filter { Set($0.texts).count > 1 }
        self.differences = differences
        labels = runs.enumerated().map { index, run in
            "\(index + 1): \(Self.label(of: run, differences.map { ($0.path, $0.texts[index]) }))"
        }
    }

    /// The first few values in which it differs, as far as they are short.
    private static func label(of run: RecordedRun, _ settings: [(path: String, text: String)]) -> String {
        let (most, longest) = (3, 24)
        let words = settings.map { path, text -> String in
            // A number says nothing by itself.
            if text.first?.isNumber == true { return "\(path.split(separator: ".").last ?? "") \(text)" }
            guard text.hasPrefix("{\"kind\": \"") else { return text }
            return String(text.dropFirst("{\"kind\": \"".count).prefix { $0 != "\"" })
        }
        let short = words.filter { $0.count <= longest && !$0.hasPrefix("–") && !$0.hasPrefix("digest ") }.prefix(most)
        return short.isEmpty ? run.experiment.name : short.joined(separator: ", ")
    }

    /// Writes the page into a new folder `comparison-<time>` and lists it beside the runs there.
    ///
    /// - Returns: the path of the page.
    public func write(in parent: String) throws -> String {
        let folder = try Files.makeNewDirectory(named: "\(parent)/comparison-\(WallClock.stamp())")
        let path = "\(folder)/report.html"
        try Files.write(page, to: path)
        try RunIndex.tell(verdict, standing, of: "comparison", in: folder)
        return path
    }

    public var page: [UInt8] {
        Page(
            "\(runs.count) runs: \(verdict)",
            body: """
                <header>
                <p class="over">\(runs.count) runs side by side</p>
                <div class="verdict \(standing.rawValue)">
                <p class="standing">\(standingInWords)</p>
                <h1>\(verdict.replacing(" %", with: "\u{A0}%"))</h1>
                </div>
                </header>
                \(cautions)\(table)\(curves)\(configuration)\(reproduction)\(definitions)
                """
        ).bytes
    }

    // MARK: What may be compared

    /// Why the runs' figures are not of one kind; none where they are.
    var incomparabilities: [String] {
        func words(_ path: String) -> [String]? { differences.first { $0.path == path }?.texts }
        return [
            words("task.dataset").map {
                "Their data are different (\(Self.distinct($0))): their figures do not compare."
            },
            Set(runs.map(\.measure)).count > 1
                ? "Some are judged by accuracy and some by loss: these do not compare." : nil,
            words("task.split").map { "Their data are split in different ways (\(Self.distinct($0)))." },
            words("seed").map {
                "Their seeds are different (\(Self.distinct($0))), and so are their data, starts and draws."
            },
            words("training.rounds").map { "They are of different lengths (\(Self.distinct($0)) rounds)." },
            words("topology.digest").map { _ in "Their graphs are different." },
        ].compactMap(\.self)
    }

    private static func distinct(_ texts: [String]) -> String {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }.joined(separator: "; ")
    }

    private var areOfOneTask: Bool {
        !differences.contains { $0.path == "task.dataset" } && Set(runs.map(\.measure)).count == 1
    }

    /// Which run's worst node is best, where that can be said.
    var verdict: String {
        guard areOfOneTask else { return "Runs of different tasks, whose figures do not compare" }
        let known = runs.indices.compactMap { index in
            runs[index].evaluations.last?.worst.map { (index: index, worst: $0) }
        }
        let measure = runs[0].measure
        guard known.count == runs.count, let best = known.min(by: { measure.isWorse($1.worst, than: $0.worst) }) else {
            return "Of some of the runs nothing was measured"
        }
        let rest = known.filter { $0.index != best.index }.map { measure.figure($0.worst) }
        return "The worst node is best in \(labels[best.index]), with \(measure.text(best.worst)); "
            + "\(rest.count == 1 ? "the other has" : "the others have") \(rest.joined(separator: ", "))"
    }

    /// What there is to consider before the figures are compared.
    private var doubts: [String] {
        var sentences = incomparabilities
        for (label, run) in zip(labels, runs) {
            sentences += run.remarks.map { "\(label): \($0)" }
            if run.state != .finished { sentences.append("\(label): \(run.stateName.lowercased()).") }
        }
        return sentences
    }

    /// Of the comparison, whatever the runs came to.
    var standing: Standing {
        guard areOfOneTask, runs.allSatisfy({ $0.evaluations.last?.worst != nil }) else { return .bad }
        return doubts.isEmpty ? .good : .doubtful
    }

    /// Beside the colour, which not everybody sees.
    private var standingInWords: String {
        switch standing {
        case .good: "Good: nothing stands in the way of comparing the runs"
        case .doubtful: "Doubtful: there is something to consider before comparing"
        case .bad: "Bad: the figures do not compare"
        }
    }

    private var cautions: Markup {
        let sentences = doubts
        guard !sentences.isEmpty else { return "" }
        let items = sentences.map { sentence -> Markup in "<li>\(sentence)</li>\n" }
        return "<aside>\n<h2>Before comparing</h2>\n<ul>\n\(items)</ul>\n</aside>\n"
    }

    // MARK: Figures

    private var table: Markup {
        let header = [
            "run", "standing", "rounds", "worst", "mean", "best", "average model",
            "relative distance", "relative, median node", "MB sent", "s",
        ]
        let rows = zip(labels, runs).map { label, run -> [String] in
            let last = run.evaluations.last
            let scores = [last?.worst, last?.mean, last?.best, last?.averageModel].map {
                $0.map(run.measure.figure) ?? "–"
            }
            return [label, run.summary?.standing?.rawValue ?? "–", last.map { "\($0.rounds)" } ?? "–"]
                + scores
                + [last?.relativeDistance, last?.relativeMedianDistance].map { $0.map(significant) ?? "–" }
                + [
                    significant(Double(run.totals.bytesSent) / 1e6),
                    run.summary.map { rounded($0.wallSeconds, 2) } ?? "–",
                ]
        }
        return .section(
            "Figures", note: "Over the honest nodes' own models, at the last moment of each run.",
            .table("Figures", TextTable(header: header, names: 2, rows: rows))
                + .table(
                    "What each came to",
                    TextTable(
                        header: ["run", "what it came to"], names: 2, rows: zip(labels, runs).map { [$0, $1.verdict] }))
        )
    }

    private var curves: Markup {
        let measure = runs[0].measure
        var drawn: Markup = ""
        if Set(runs.map(\.measure)).count == 1 {
            for (id, name, figure) in [
                ("worst", "Worst node", \RecordedEvaluation.worst), ("mean", "Mean of the nodes", \.mean),
            ] {
                drawn += curve(id, "\(name), \(measure.rawValue)", figure, measure)
            }
        }
        return drawn
            + curve("distance", "Consensus distance", \.distance)
            + curve("relative", "Relative distance", \.relativeDistance)
    }

    /// - Parameter measure: what the figure is by; `nil` for a distance.
    private func curve(
        _ id: String, _ name: String, _ figure: KeyPath<RecordedEvaluation, Double?>, _ measure: TaskMeasure? = nil
    ) -> Markup {
        let rounds = Set(runs.flatMap { $0.evaluations.map(\.rounds) }).sorted()
        guard rounds.count > 1 else { return "" }
        let text = measure.map { $0.figure } ?? significant
        let series = zip(labels, runs).map { label, run in
            // What one run measured seldom is no gap of it: between two of its moments nothing is drawn but a line.
            Plot.Series(name: label, values: run.values(of: figure, at: rounds), text: text)
        }
        let values = series.flatMap(\.values).compactMap(\.self)
        let plot = Plot(
            id: id, title: "\(name) over rounds", rounds: rounds, series: series,
            vertical: measure == .accuracy ? Axis(shares: values) : Axis(logarithmic: values))
        return .section(
            name,
            note: "Between two moments of a run that was measured more seldom than others lies a straight line.",
            isHalf: true, plot.figure)
    }

    // MARK: The rest

    private var configuration: Markup {
        guard !differences.isEmpty else {
            return .section("Configuration", note: "All settings of the runs are the same.", "")
        }
        let rows = differences.map { [$0.path] + $0.texts }
        return .section(
            "Differences of configuration", note: "All other settings are the same.",
            .table(
                "Differences of configuration",
                TextTable(header: ["setting"] + labels, names: labels.count + 1, rows: rows)))
    }

    private var reproduction: Markup {
        let commands = runs.map { run in
            LaboratoryCommand(
                repeating: run.record ?? (run.isSimulated ? .simulation(SimulationSettings()) : .gathered),
                of: run.directory.experiment
            ).description
        }
        let whole = (["gossiplab", "report"] + runs.map(\.directory.path).map(shellWord)).joined(separator: " ")
        return .section(
            "Reproduce", note: "One command for each run, and that of this page.",
            "<pre><code>\(lines: commands + [whole])</code></pre>\n")
    }

    private var definitions: Markup {
        let known = Set(runs.flatMap { $0.figures.entries.map(\.name) })
        let rows = MeasureCatalog.figures.filter { known.contains($0.name) && !$0.isList }.map { figure in
            [figure.name, figure.unitInWords, figure.definition] + runs.map { figure.text($0.figures[figure.name]) }
        }
        guard !rows.isEmpty else { return "" }
        return .closed(
            "All measures", note: "At the end, or at the last moment.",
            .table(
                "Measures", TextTable(header: ["figure", "unit", "what it is"] + labels, names: 3, rows: rows)))
    }
}

extension RecordedRun {
    /// A figure at these rounds; at those that the run was not to be measured at, between its two neighbours in
    /// proportion. What was to be measured and is not there stays missing.
    fileprivate func values(of figure: KeyPath<RecordedEvaluation, Double?>, at rounds: [Int]) -> [Double?] {
        let known = moments
        var next = 0
        return rounds.map { round in
            while next < known.count, known[next].rounds < round { next += 1 }
            guard next < known.count else { return nil }
            let after = known[next]
            guard after.rounds > round else { return after.evaluation?[keyPath: figure] }
            guard next > 0, let low = known[next - 1].evaluation?[keyPath: figure],
                let high = after.evaluation?[keyPath: figure]
            else { return nil }
            let before = known[next - 1].rounds
            let share = Double(round - before) / Double(after.rounds - before)
            return low + share * (high - low)
        }
    }
}
