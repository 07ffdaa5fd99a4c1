// How the run was made and how it is made again: its settings and commands.
import JSON
import Scenario

extension HTMLReport {
    /// Settings of more characters than this get a row of their own.
    private static let longSetting = 44

    /// What only the summary says; nothing while there is none.
    var result: Markup {
        guard let summary = run.summary else { return "" }
        let figures = [
            ("training loss", run.totals.trainLoss), ("learning error", summary.learningError),
            ("generalization gap", summary.generalizationGap), ("consensus distance", evaluations.last?.distance),
            ("consensus, median node", evaluations.last?.medianDistance),
        ]
        return list(
            "Result",
            figures.map { ($0, $1.map(significant) ?? "unknown") } + [
                ("messages sent", "\(run.totals.messagesSent)"),
                ("model digest", summary.modelDigest.isEmpty ? "none" : summary.modelDigest),
            ])
    }

    var configuration: Markup {
        let identity = run.summary.map { [("identity", $0.identity)] } ?? []
        let schedule = run.topology.schedule.map { ("topology.schedule", $0.kind) }
        let brings = run.topology.schedule?.bringsWeights ?? false
        let weights = ("topology.weights", brings ? "of the schedule" : run.topology.weighting.description)
        let ofGraph = [weights] + (schedule.map { [$0] } ?? [])
        return list("Configuration", settingRows(run.settings, path: "") + ofGraph + identity)
    }

    private func list(_ name: String, _ rows: [(name: String, value: String)]) -> Markup {
        let entries = rows.map { row -> Markup in
            let kind: Markup = row.value.count > Self.longSetting ? " class=\"wide\"" : ""
            return "<div\(kind)><dt>\(row.name)</dt><dd>\(row.value)</dd></div>\n"
        }
        return "<section>\n<h2>\(name)</h2>\n<dl class=\"settings\">\n\(entries)</dl>\n</section>\n"
    }

    /// One row for each leaf, and for each object that says its `kind`.
    private func settingRows(_ value: JSONValue, path: String) -> [(name: String, value: String)] {
        value.members.flatMap { member -> [(name: String, value: String)] in
            let path = path.isEmpty ? member.key : "\(path).\(member.key)"
            let isGroup = !member.value.members.isEmpty && member.value.member("kind") == nil
            if isGroup { return settingRows(member.value, path: path) }
            return [(path, inWords(member.value))]
        }
    }

    private func inWords(_ value: JSONValue) -> String {
        switch value.kind {
        case .null: return "none"
        case .flag(let flag): return flag ? "yes" : "no"
        case .number(_, let literal): return literal
        case .text(let text): return text
        case .array(let elements):
            let isList = elements.contains { !$0.members.isEmpty }
            return elements.isEmpty ? "none" : elements.map(inWords).joined(separator: isList ? "; " : " ")
        case .object(let members):
            return members.map { member in
                let isNested = !member.value.members.isEmpty
                let words = isNested ? "(\(inWords(member.value)))" : inWords(member.value)
                return member.key == "kind" ? words : "\(member.key) \(words)"
            }.joined(separator: ", ")
        }
    }

    /// The commands that make the run again, and those that go on with it or recompute it.
    var repetition: Markup {
        let repeating = LaboratoryCommand(repeating: run.record ?? guessedRecord, of: run.directory.experiment)
        let (further, note): (LaboratoryCommand?, String) =
            switch run.state {
            case .running: (nil, "This command repeats the run.")
            case .finished where run.summary?.modelDigest.isEmpty == false: (run.check, finishedNote)
            case .finished where run.isSimulated: (nil, "This command repeats the run.")
            case .finished, .stopped, .unfinished: (LaboratoryCommand(.resume, run.directory), unfinishedNote)
            }
        let commands = [repeating, further].compactMap { $0?.description }
        return """
            <section>
            <h2>Again</h2>
            <p class="note">\(note)</p>
            <pre><code>\(lines: commands)</code></pre>
            </section>

            """
    }

    private var unfinishedNote: String {
        run.isSimulated
            ? "The first command repeats the run; the second computes it again in its folder, to its end."
            : "The first command repeats the run; the second goes on with it, if nothing else does."
    }

    private var finishedNote: String {
        guard !run.isSimulated, let disturbance = run.disturbance.inWords else {
            return "The first command repeats the run; the second recomputes its models and compares them."
        }
        let repetition = "The first command repeats the experiment, which may go otherwise: \(disturbance)."
        return run.check == nil
            ? "\(repetition) What the nodes heard was not kept: trace is 'recent'."
            : "\(repetition) The second recomputes the models from what the nodes wrote down that they had heard, and "
                + "compares them."
    }

    /// For a run that no laboratory made.
    private var guessedRecord: RunRecord {
        run.isSimulated ? .simulation(SimulationSettings()) : .gathered
    }
}
