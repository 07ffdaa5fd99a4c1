// What the run was and what it came to, at the top of the page.
import JSON
import Scenario

enum HeaderSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
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
        let state = run.stateName
        let note = stateNote(of: run).map { note -> Markup in "<p class=\"note\">\(note)</p>\n" }
        let standing = run.summary?.standing
        let told = standing.map { "<p class=\"standing\">\($0.inWords)</p>\n" as Markup }
        return """
            <header>
            <p class="over">\(run.experiment.name) <span class="state \(state.lowercased())">\(state)</span></p>
            <p class="what">\(ExperimentWords(run.settings).description)</p>
            <div class="verdict \(standing?.rawValue ?? "open")">
            \(told ?? "")<h1>\(run.verdict.replacing(" %", with: "\u{A0}%"))</h1>
            </div>
            <p class="facts">\(facts.joined(separator: "\u{A0}· "))</p>
            \(note ?? "")</header>

            """
    }

    /// What a reader must know of a run that did not end by itself.
    private static func stateNote(of run: RecordedRun) -> String? {
        switch run.state {
        case .finished: nil
        case .stopped:
            "The run was stopped before its end\(reached(by: run))."
                + (run.isSimulated ? " A simulation keeps nothing to go on from." : " Nodes keep their checkpoints.")
        case .running: "This page is written anew about once a second."
        case .unfinished: "There is no summary: the run is still going on, or it was cut off."
        }
    }

    private static func reached(by run: RecordedRun) -> String {
        guard let reached = run.summary?.reached else { return "" }
        let rounds = reached.count == 1 ? "\(reached.lowerBound)" : "\(reached.lowerBound) to \(reached.upperBound)"
        return ": its honest nodes had closed \(rounds) of \(run.experiment.training.rounds) rounds"
    }
}

extension Standing {
    /// Beside its colour, which not everybody sees.
    var inWords: String {
        switch self {
        case .good: "Good: every honest node finished, learned and agrees"
        case .doubtful: "Doubtful: not every honest node finished, learned and agrees"
        case .bad: "Bad: nobody learned, or the run says nothing of its experiment"
        }
    }
}

extension RecordedRun {
    var stateName: String {
        switch state {
        case .running: "Running"
        case .unfinished: "Unfinished"
        case .stopped: "Stopped"
        case .finished: "Finished"
        }
    }

    /// The summary's, unless no node has come to an end of its own.
    var verdict: String {
        if let summary, state == .finished || nodes.contains(where: { $0.score != nil }) { return summary.verdict }
        guard let last = evaluations.last else { return "Nothing has been measured yet." }
        let worst = last.worst.map(last.measure.text) ?? "an unknown \(last.measure.rawValue)"
        return "After \(last.rounds) of \(experiment.training.rounds) rounds "
            + "the worst of \(last.nodes) honest nodes \(state == .running ? "is" : "was") at \(worst)."
    }
}
