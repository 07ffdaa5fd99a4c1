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
        let rows = failed.prefix(most).map { index -> [String] in
            let node = run.nodes[index]
            let senders = weights.senders(of: NodeID(index))
            let hostile = senders.filter { run.nodes[$0.node.index].isHostile }
            let names = hostile.map { run.nodes[$0.node.index].label }.joined(separator: " ")
            return [
                node.label, kinds[index] ?? "",
                "\(hostile.count) of \(senders.count)" + (names.isEmpty ? "" : ": \(names)"), labels(of: node, classes),
                node.score.map(run.measure.figure) ?? "–", significant(hostile.reduce(0) { $0 + $1.weight }),
                node.samples.map(String.init) ?? "–",
            ]
        }
        let omitted = failed.count - rows.count
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
                    header: [
                        "node", "what", "hostile neighbours", "labels", run.measure.rawValue, "weight b", "samples",
                    ], names: 4, rows: rows)))
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
