// The moments of the run as a table.

enum MeasurementsSection: ReportSection {
    /// Longer tables are thinned; the rest is in metrics.jsonl.
    private static let most = 200

    static func markup(of run: RecordedRun) -> Markup {
        guard !run.evaluations.isEmpty else { return "" }
        let step = max(1, (run.evaluations.count + most - 1) / most)
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
            + ["mean loss", "distance", "relative", "median node", "median node, relative"]
        return .closed(
            "All measurements", note: "The lines of metrics.jsonl\(step == 1 ? "" : "; one in \(step) is shown").",
            .table("Measurements", TextTable(header: columns, names: 0, rows: rows)))
    }
}
