// What all nodes sent.

enum TrafficSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let (bytes, messages) = (Double(run.totals.bytesSent), run.totals.messagesSent)
        guard messages > 0 else { return "" }
        let rounds = Double(max(1, run.evaluations.last?.rounds ?? run.experiment.training.rounds))
        let each = bytes / rounds / Double(run.nodes.count)
        let models = run.figures["modelBytes"].map {
            " The honest nodes' models alone are \(significant($0 / 1e6)) MB, without headers and repetitions."
        }
        return .section(
            "Traffic",
            note:
                "All nodes sent \(significant(bytes / 1e6)) MB in \(messages) messages: \(significant(each / 1e3)) kB "
                + "a node and round.\(models ?? "")", isHalf: true, "")
    }
}
