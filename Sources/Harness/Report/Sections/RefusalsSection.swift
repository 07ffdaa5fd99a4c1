// Whose messages were refused, whose models clipped or removed, and who was cut off: by whom, and why.
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
        let treatments = treatments(in: run)
        let (senders, omission) = senders(in: run, treatments)
        let isCutOff = treatments.contains { !$0.cutOffs.isEmpty }
        let isRecorded = totals.missedModels == 0 && run.nodes.allSatisfy { $0.isHostile || $0.heard != nil }
        return .section(
            "Rejections and rules",
            note: "Of the honest nodes\(rejections.isEmpty ? "; no message was refused" : ""). "
                + (isCutOff
                    ? "Given up: its model was owed when a round closed, and it was not waited for until it sent one. "
                        + "Links lost: ended by broken bytes, silence or the end of a process, not by taking leave."
                    : isRecorded
                        ? "Nobody was cut off: no round closed without a model that was expected, and no link was lost."
                        : "Who was cut off is not recorded."),
            .table("Rejections and rules", TextTable(header: ["what", "value"], names: 1, rows: rows))
                + senders + (omission.isEmpty ? "" : "<p class=\"note\">\(omission)</p>\n"))
    }

    /// What honest nodes say of one neighbour.
    private struct Treatment {
        /// Of those that clipped or removed its models: who, and which share of them.
        var rules: [(by: String, share: Double)] = []
        var refusals: [(by: String, reason: String, count: Int)] = []
        var cutOffs: [(by: String, what: NodeRecord.CutOff)] = []

        var isNothing: Bool { rules.isEmpty && refusals.isEmpty && cutOffs.isEmpty }
        var refused: Int { refusals.reduce(0) { $0 + $1.count } }

        func cutOff(_ count: (NodeRecord.CutOff) -> Int) -> Int { cutOffs.reduce(0) { $0 + count($1.what) } }
    }

    /// By node.
    private static func treatments(in run: RecordedRun) -> [Treatment] {
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
            for part in node.heard?.cutOffs ?? [] where treatments.indices.contains(part.neighbour.index) {
                treatments[part.neighbour.index].cutOffs.append((node.label, part))
            }
        }
        return treatments
    }

    /// A column of the table about neighbours: of names where it is text, which stand before numbers.
    private typealias Column = (name: String, isNames: Bool, text: (Int) -> String)

    /// A row for each node of which anything was refused, clipped or removed, or that was cut off; the most first.
    private static func senders(
        in run: RecordedRun, _ treatments: [Treatment]
    ) -> (table: Markup, omission: String) {
        let concerned = run.nodes.indices.filter { !treatments[$0].isNothing }
        guard !concerned.isEmpty else { return ("", "") }
        func share(_ index: Int) -> Double {
            let tally = run.nodes[index].tally
            return tally.judged == 0 ? 0 : Double(tally.clipped + tally.removed) / Double(tally.judged)
        }
        let ranks = treatments.indices.map { (share($0), treatments[$0].refused, treatments[$0].cutOff(\.missed), -$0) }
        let order = concerned.sorted { ranks[$0] > ranks[$1] }
        let shown = Array(order.prefix(mostNodes))
        func rules(_ index: Int) -> String {
            names(
                treatments[index].rules.sorted { ($1.share, $0.by) < ($0.share, $1.by) }
                    .map { "\($0.by) (\(rounded(100 * $0.share, 0)) %)" })
        }
        func without(_ index: Int) -> String {
            names(
                treatments[index].cutOffs.sorted { ($1.what.missed, $0.by) < ($0.what.missed, $1.by) }
                    .filter { $0.what.missed > 0 }.map { "\($0.by) (\($0.what.missed))" })
        }
        func count(_ name: String, _ value: @escaping (Treatment) -> Int) -> Column {
            (name, false, { "\(value(treatments[$0]))" })
        }
        let always: [Column] = [
            ("whose", true, { run.nodes[$0].label }),
            ("kind", true, { run.nodes[$0].isHostile ? "hostile" : "honest" }),
        ]
        // What is nowhere to be seen needs no column.
        let others: [Column] = [
            ("clipped or removed by", true, rules),
            ("refused by, why", true, { names(reasons(treatments[$0].refusals)) }),
            ("rounds closed without it by", true, without), ("of its models", false, { percent(share($0)) }),
            count("refused", \.refused), count("given up") { $0.cutOff(\.givenUp) },
            count("links lost") { $0.cutOff(\.linksLost) },
        ]
        let columns =
            always + others.filter { column in shown.contains { !["–", "0", percent(0)].contains(column.text($0)) } }
        let table = Markup.table(
            "Whose messages",
            TextTable(
                header: columns.map(\.name), names: columns.count { $0.isNames },
                rows: shown.map { index in columns.map { $0.text(index) } }),
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
