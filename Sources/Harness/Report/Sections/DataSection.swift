// What each node learned from, in the order of the nodes.

enum DataSection: ReportSection {
    /// Samples of each class are shown for no more classes than this.
    private static let mostClasses = 24

    static func markup(of run: RecordedRun) -> Markup {
        guard run.nodes.contains(where: { $0.samples != nil }) else { return "" }
        let names = run.summary?.classNames ?? []
        let showsClasses = !names.isEmpty && names.count <= mostClasses
        let shown = run.nodes.prefix(NodesSection.most)
        let rows = shown.map { node -> [String] in
            let classes = node.ofClass.count { $0 > 0 }
            return [node.label, node.isHostile ? "hostile" : "honest", node.samples.map(String.init) ?? "–"]
                + (names.isEmpty ? [] : ["\(classes)"]) + (showsClasses ? node.ofClass.map(String.init) : [])
        }
        let columns = ["node", "kind", "samples"] + (names.isEmpty ? [] : ["classes"]) + (showsClasses ? names : [])
        let hidden = run.nodes.count - rows.count
        return .section(
            "Data",
            note: "Training samples of each node\(showsClasses ? ", and how many of each class" : "")"
                + (run.hostileCount == 0 ? "." : ", before any poison.")
                + (hidden == 0 ? "" : " \(hidden) more nodes are in data.csv."),
            .table(
                "Data", TextTable(header: columns, names: 2, rows: rows),
                hostile: Set(shown.indices.filter { shown[$0].isHostile })))
    }
}
