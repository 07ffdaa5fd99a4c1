// Whose messages were refused, and whose models clipped or removed: by whom, and why.
import Kernels
import Metrics

enum RefusalsSection: ReportSection {
    private static let mostNodes = 100
    /// Neighbours named in one place.
    private static let mostNames = 6

    static func markup(of run: RecordedRun) -> Markup {
        let totals = run.totals
        let rejections = totals.rejections.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
        let rows =
            rejections.map { ["refused: \($0.reason)", "\($0.count)"] }
            + [["models late", "\(totals.lateModels)"], ["models missed", "\(totals.missedModels)"]]
            + [
                run.screening.falsePositives.map { ["honest models clipped or removed", percent($0)] },
                run.screening.falseNegatives.map { ["hostile models kept in full", percent($0)] },
                totals.degradedMixes == 0
                    ? nil : ["mixes of too few neighbours for the budget", "\(totals.degradedMixes)"],
                totals.unfinishedMixes == 0
                    ? nil : ["mixes stopped by the rule's iteration limit", "\(totals.unfinishedMixes)"],
            ].compactMap(\.self)
        let (senders, omission) = senders(in: run)
        return .section(
            "Rejections and rules",
            note: "Of the honest nodes\(rejections.isEmpty ? "; no message was refused" : ""). "
                + "Who closed a connection on whom is not recorded.",
            .table("Rejections and rules", TextTable(header: ["what", "value"], names: 1, rows: rows))
                + senders + (omission.isEmpty ? "" : "<p class=\"note\">\(omission)</p>\n"))
    }

    /// What honest nodes say of one neighbour.
    private struct Treatment {
        /// Of those that clipped or removed its models: who, and which share of them.
        var rules: [(by: String, share: Double)] = []
        var refusals: [(by: String, reason: String, count: Int)] = []
    }

    /// A row for each node of which anything was refused, clipped or removed; the most first.
    private static func senders(in run: RecordedRun) -> (table: Markup, omission: String) {
        var treatments = [Treatment](repeating: Treatment(), count: run.nodes.count)
        for node in run.nodes where !node.isHostile {
            for part in node.heard?.tallies ?? [] where treatments.indices.contains(part.neighbour.index) {
                let (tally, changed) = (part.tally, part.tally.clipped + part.tally.removed)
                guard changed > 0, tally.judged > 0 else { continue }
                treatments[part.neighbour.index].rules.append((node.label, Double(changed) / Double(tally.judged)))
            }
            for part in node.heard?.refusals ?? [] where treatments.indices.contains(part.neighbour.index) {
                treatments[part.neighbour.index].refusals.append((node.label, part.reason, part.count))
            }
        }
        let concerned = run.nodes.indices.filter { !treatments[$0].rules.isEmpty || !treatments[$0].refusals.isEmpty }
        guard !concerned.isEmpty else { return ("", "") }
        func share(_ index: Int) -> Double {
            let tally = run.nodes[index].tally
            return tally.judged == 0 ? 0 : Double(tally.clipped + tally.removed) / Double(tally.judged)
        }
        func refused(_ index: Int) -> Int { treatments[index].refusals.reduce(0) { $0 + $1.count } }
        let order = concerned.sorted { (share($1), refused($1), $0) < (share($0), refused($0), $1) }
        let shown = Array(order.prefix(mostNodes))
        let hasRefusals = shown.contains { refused($0) > 0 }
        let rows = shown.map { index -> [String] in
            let treatment = treatments[index]
            let rules = treatment.rules.sorted { ($1.share, $0.by) < ($0.share, $1.by) }
            let words = [
                run.nodes[index].label, run.nodes[index].isHostile ? "hostile" : "honest",
                names(rules.map { "\($0.by) (\(rounded(100 * $0.share, 0)) %)" }),
            ]
            return hasRefusals
                ? words + [names(reasons(treatment.refusals)), percent(share(index)), "\(refused(index))"]
                : words + [percent(share(index))]
        }
        let ofRules = ["whose", "kind", "clipped or removed by"]
        let header =
            ofRules + (hasRefusals ? ["refused by, why", "of its models", "refused"] : ["of its models"])
        let table = Markup.table(
            "Whose messages", TextTable(header: header, names: hasRefusals ? 4 : 3, rows: rows),
            hostile: Set(shown.indices.filter { run.nodes[shown[$0]].isHostile }))
        let omitted = order.count - shown.count
        return (table, omitted == 0 ? "" : "\(omitted) more nodes are in nodes/*/metrics.jsonl.")
    }

    /// "notFinite: 0 (12), 2 (12)", a piece for each reason.
    private static func reasons(_ refusals: [(by: String, reason: String, count: Int)]) -> [String] {
        Dictionary(grouping: refusals, by: \.reason).sorted { $0.key < $1.key }.map { reason, parts in
            "\(reason): \(names(parts.map { "\($0.by) (\($0.count))" }))"
        }
    }

    private static func names(_ names: [String]) -> String {
        guard !names.isEmpty else { return "–" }
        let more = names.count - mostNames
        return names.prefix(mostNames).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}
