// Who failed, and what may be why: hostile neighbours and their weight, samples and labels of that node.
import Graphs
import Kernels
import Scenario

enum FailuresSection: ReportSection {
    /// More nodes than this are counted.
    private static let most = 40

    static func markup(of run: RecordedRun) -> Markup {
        let kinds = run.nodes.map { kind(of: $0, in: run) }
        let failed = run.nodes.indices.filter { kinds[$0] != nil }
        guard !failed.isEmpty else { return "" }
        let weights = run.topology.weights
        let classes = run.summary?.classNames ?? []
        let shown = failed.prefix(most)
        let hostile = shown.map { weights.senders(of: NodeID($0)).filter { run.nodes[$0.node.index].isHostile } }
        let columns = [
            ("node", shown.map { run.nodes[$0].label }), ("what", shown.map { kinds[$0] ?? "" }),
            (
                "hostile neighbours",
                zip(shown, hostile).map { index, hostile in
                    let names = hostile.map { run.nodes[$0.node.index].label }.joined(separator: " ")
                    return "\(hostile.count) of \(weights.senders(of: NodeID(index)).count)"
                        + (names.isEmpty ? "" : ": \(names)")
                }
            ),
            ("labels", shown.map { labels(of: run.nodes[$0], classes) }),
            (run.measure.rawValue, shown.map { run.nodes[$0].score.map(run.measure.figure) ?? "–" }),
            ("weight b", hostile.map { significant($0.reduce(0) { $0 + $1.weight }) }),
            ("samples", shown.map { run.nodes[$0].samples.map(String.init) ?? "–" }),
        ].filter { _, texts in texts.contains { $0 != "–" } }
        let omitted = failed.count - shown.count
        let isChanging =
            run.topology.schedule == nil ? "" : " The graph changes: neighbours and weights are of round 0."
        return .section(
            "Who failed",
            note: "Failed: no better than chance (by loss: than the first model), or below nine tenths of what the "
                + "median honest node is worth. Far: learned, but is not where the others are. b: what the hostile "
                + "neighbours weigh in this node's mix; "
                + "\(told(run.experiment.aggregation.tolerates))."
                + isChanging + (omitted == 0 ? "" : " \(omitted) more are in summary.json."),
            .table(
                "Who failed",
                TextTable(
                    header: columns.map(\.0), names: columns.prefix(4).count { $0.0 != run.measure.rawValue },
                    rows: shown.indices.map { row in columns.map { $0.1[row] } })))
    }

    private static func kind(of node: RecordedNode, in run: RecordedRun) -> String? {
        guard !node.isHostile else { return nil }
        if let lost = node.lost { return "lost: \(lost)" }
        if run.summary?.failedNodes.contains(node.label) == true { return "failed" }
        return run.summary?.farNodes.contains(node.label) == true ? "far" : nil
    }

    private static func told(_ tolerance: Tolerance) -> String {
        switch tolerance {
        case .count(let count): "the rule was told of up to \(count) hostile neighbour\(count == 1 ? "" : "s")"
        case .weight(let weight): "the rule was told of a weight of up to \(significant(weight))"
        case .oracle: "the rule was told who is hostile"
        }
    }

    /// "8 of 10, most of 3 (47 %)".
    private static func labels(of node: RecordedNode, _ classes: [String]) -> String {
        let whole = node.ofClass.reduce(0, +)
        guard whole > 0, node.ofClass.count == classes.count,
            let most = node.ofClass.indices.max(by: { node.ofClass[$0] < node.ofClass[$1] })
        else { return "–" }
        let share = rounded(100 * Double(node.ofClass[most]) / Double(whole), 0)
        return "\(node.ofClass.count { $0 > 0 }) of \(classes.count), most of \(classes[most]) (\(share) %)"
    }
}
