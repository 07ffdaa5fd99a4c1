// Every node at the end of the run, the worst first.
import Kernels
import Metrics
import Scenario

enum NodesSection: ReportSection {
    /// Longer tables of nodes end after the worst; the rest is in summary.json.
    static let most = 300

    static func markup(of run: RecordedRun) -> Markup {
        let order = worstFirst(run)
        let columns = columns(of: run)
        let shown = order.prefix(most)
        let all = columns.map { column in (column.name, texts: shown.map { column.text(run.nodes[$0]) }) }
        // What is nowhere to be seen needs no column.
        let isEmpty = all.enumerated().map { $0.offset > 2 && $0.element.texts.allSatisfy(Self.isNothing) }
        let kept = all.indices.filter { !isEmpty[$0] }
        let left = all.indices.filter { index in isEmpty[index] && all[index].texts.contains { $0 != "–" } }
            .map { all[$0].0 }
        let hidden = order.count - shown.count
        let hasEnded = run.nodes.contains { $0.score != nil }
        return .section(
            hasEnded ? "Nodes, the worst first" : "Nodes",
            note: "Clipped, removed: of this node's models, by the rules of honest nodes. Waited for: how long honest "
                + "nodes waited for this one among the last few, which may be late on purpose.\(privacy(of: run))"
                + (left.isEmpty ? "" : " All zero, and so without a column: \(left.joined(separator: "; ")).")
                + (hidden == 0 ? "" : " \(hidden) more are in summary.json."),
            .table(
                "Nodes",
                TextTable(
                    header: kept.map { all[$0].0 }, names: 2,
                    rows: shown.indices.map { row in kept.map { all[$0].texts[row] } }),
                hostile: Set(shown.indices.filter { run.nodes[shown[$0]].isHostile })))
    }

    /// Hostile ones last.
    private static func worstFirst(_ run: RecordedRun) -> [Int] {
        let isAccuracy = run.measure == .accuracy
        // What is not known is the worst.
        let ranks = run.nodes.enumerated().map { index, node in
            let score = node.score ?? (isAccuracy ? -1 : Double.infinity)
            return (node.isHostile ? 1 : 0, isAccuracy ? score : -score, index)
        }
        return run.nodes.indices.sorted { ranks[$0] < ranks[$1] }
    }

    private static func isNothing(_ text: String) -> Bool { text == "–" || text.allSatisfy { "0. %".contains($0) } }

    private static func columns(of run: RecordedRun) -> [(name: String, text: (RecordedNode) -> String)] {
        func share(_ count: @escaping (Tally) -> Int) -> (RecordedNode) -> String {
            { node in node.tally.judged == 0 ? "–" : percent(Double(count(node.tally)) / Double(node.tally.judged)) }
        }
        let rounds = Double(max(1, run.closedRounds))
        func perRound(_ bytes: Int?) -> String { bytes.map { significant(Double($0) / rounds / 1e3) } ?? "–" }
        let fields = RecordField.all.filter { $0.column != nil }.map { field in
            (
                name: (field.column ?? "") + (field.unit == .nanoseconds ? ", s" : ""),
                text: { (node: RecordedNode) in node.totals.map { amount(field, of: $0) } ?? "–" }
            )
        }
        return [
            ("node", { $0.label }),
            ("kind", kind),
            (run.measure.rawValue, { $0.score.map(run.measure.figure) ?? "–" }),
            ("excess loss", { $0.excessLoss.map(significant) ?? "–" }),
            ("ε", { $0.epsilon.map(PrivacyReport.text) ?? "–" }), ("clipped", share(\.clipped)),
            ("removed", share(\.removed)), ("waited for, s", { significant($0.awaitedSeconds) }),
        ] + fields + [
            ("kB sent a round", { perRound($0.bytes?.sent) }),
            ("kB received a round", { perRound($0.bytes?.received) }),
        ]
    }

    /// Why an honest node was lost stands with those that failed.
    private static func kind(of node: RecordedNode) -> String {
        guard let reason = node.lost else { return node.isHostile ? "hostile" : "honest" }
        return node.isHostile ? "hostile, lost: \(reason)" : "honest, lost"
    }

    private static func amount(_ field: RecordField, of totals: NodeRecord) -> String {
        let amount = field.amount(totals)
        return field.unit == .nanoseconds ? significant(Double(amount) / 1e9) : "\(amount)"
    }

    private static func privacy(of run: RecordedRun) -> String {
        guard run.nodes.contains(where: { $0.epsilon != nil }) else { return "" }
        let privacy = run.experiment.training.privacy
        return " ε: of (ε, δ)-differential privacy of each of its samples, δ \(privacy.delta)"
            + (privacy.sampling == .poisson ? "." : ", an estimate, as batches are shuffled.")
    }
}
