// Every honest node over the rounds, as a map of cells.

enum NodesOverRoundsSection: ReportSection {
    /// More rows are lines of a pixel.
    private static let mostNodes = 256

    static func markup(of run: RecordedRun) -> Markup {
        let curves = RunCurves(run)
        let isAccuracy = run.measure == .accuracy
        let all = run.nodes.indices.filter { !run.nodes[$0].isHostile }.map { index in
            (name: run.nodes[index].label, values: curves.scores(ofNode: index))
        }
        let known = all.filter { $0.values.contains { $0 != nil } }
        guard !known.isEmpty, curves.moments.count > 1 else { return "" }
        // The worst at the end come first; what was lost before it is the worst.
        func rank(_ values: [Double?]) -> Double {
            guard let last = values.last ?? nil else { return -.infinity }
            return isAccuracy ? last : -last
        }
        let rows = known.sorted { rank($0.values) < rank($1.values) }
        guard
            let map = NodeMap(
                id: "nodes", title: "\(isAccuracy ? "Accuracy" : "Loss") of each honest node over rounds",
                rounds: curves.rounds, rows: Array(rows.prefix(mostNodes)), isBetterAbove: isAccuracy,
                NodeValues.measure(of: run.measure.rawValue)?.named(run.measure.rawValue))
        else { return "" }
        let hidden = rows.count - min(rows.count, mostNodes)
        return .section(
            "Nodes over rounds",
            note:
                "The test \(run.measure.rawValue) of each honest node, the worst at the end first; empty where it was "
                + "not measured.\(map.remarks)" + (hidden == 0 ? "" : " \(hidden) better nodes are left out.")
                + curves.omissions, map.figure)
    }
}
