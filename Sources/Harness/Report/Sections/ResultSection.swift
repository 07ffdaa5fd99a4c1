// Figures of the whole run that only the summary has.

enum ResultSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        guard let summary = run.summary else { return "" }
        let last = run.evaluations.last
        let figures = [
            ("training loss", run.totals.trainLoss), ("learning error", summary.learningError),
            ("generalization gap", summary.generalizationGap), ("consensus distance", last?.distance),
            ("consensus, median node", last?.medianDistance),
        ]
        return .section(
            "Result",
            .list(
                figures.map { ($0, $1.map(significant) ?? "unknown") } + [
                    ("messages sent", "\(run.totals.messagesSent)")
                ]))
    }
}
