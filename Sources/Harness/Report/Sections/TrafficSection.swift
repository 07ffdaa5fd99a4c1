// What all nodes sent and received.

enum TrafficSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let (bytes, messages) = (Double(run.totals.bytesSent), run.totals.messagesSent)
        guard messages > 0 else { return "" }
        let rounds = Double(max(1, run.closedRounds))
        let models = run.figures["modelBytes"].map {
            " The honest nodes' models alone are \(significant($0 / 1e6)) MB, without headers and repetitions."
        }
        var rows = [
            row("sent", run, bytes, rounds) { $0.sent }
        ]
        let received = Double(run.totals.bytesReceived)
        if received > 0 { rows.append(row("received", run, received, rounds) { $0.received }) }
        return .section(
            "Traffic",
            note: "All nodes sent \(messages) messages.\(models ?? "")", isHalf: true,
            .table(
                "Traffic",
                TextTable(
                    header: ["bytes", "MB in all", "kB a node and round", "least of a node", "most of a node"],
                    names: 1, rows: rows)))
    }

    /// - Parameter own: of one node.
    private static func row(
        _ name: String, _ run: RecordedRun, _ bytes: Double, _ rounds: Double,
        own: ((sent: Int, received: Int)) -> Int
    ) -> [String] {
        func kilobytes(_ index: Int?, _ bytes: (Int) -> Int) -> String {
            index.map { "\(significant(Double(bytes($0)) / rounds / 1e3)) (\(run.nodes[$0].label))" } ?? "–"
        }
        func amount(_ index: Int) -> Int { run.nodes[index].bytes.map(own) ?? 0 }
        let known = run.nodes.indices.filter { run.nodes[$0].bytes != nil }
        return [
            name, significant(bytes / 1e6), significant(bytes / rounds / Double(run.nodes.count) / 1e3),
            kilobytes(known.min { amount($0) < amount($1) }, amount),
            kilobytes(known.max { amount($0) < amount($1) }, amount),
        ]
    }
}
