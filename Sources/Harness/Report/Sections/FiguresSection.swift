// The few figures that everybody looks for.

enum FiguresSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let last = run.evaluations.last
        let hasTraffic = run.totals.messagesSent > 0
        let name = run.measure.rawValue
        let rows: [(name: String, value: String?)] = [
            ("worst \(name)", last?.worst.map(run.measure.figure)),
            ("mean \(name)", last?.mean.map(run.measure.figure)),
            ("best \(name)", last?.best.map(run.measure.figure)),
            ("average model", last?.averageModel.map(run.measure.figure)),
            ("relative distance", last?.relativeDistance.map(significant)),
            ("relative, median node", last?.relativeMedianDistance.map(significant)),
            ("messages refused", hasTraffic ? "\(run.totals.rejections.reduce(0) { $0 + $1.count })" : nil),
            ("sent", hasTraffic ? "\(significant(Double(run.totals.bytesSent) / 1e6)) MB" : nil),
        ]
        let entries = rows.map { row -> Markup in "<div><dt>\(row.name)</dt><dd>\(row.value ?? "–")</dd></div>\n" }
        return "<dl class=\"figures\">\n\(entries)</dl>\n"
    }
}
