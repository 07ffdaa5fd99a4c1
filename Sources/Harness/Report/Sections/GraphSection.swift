// The graph, with every node in the colour of its score.

enum GraphSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let topology = run.topology.topology
        let degrees = topology.nodes.map { topology.degree(of: $0) }
        let (least, greatest) = (degrees.min() ?? 0, degrees.max() ?? 0)
        let neighbours = least == greatest ? "\(least)" : "\(least) to \(greatest)"
        let taps = run.topology.taps.isEmpty ? "" : ", \(run.topology.taps.count) eavesdropping links to honest nodes"
        let edges = "\(topology.edges.count) \(topology.directed ? "one-way " : "")edges"
        let facts = "\(edges), \(neighbours) neighbours a node\(taps)."
        guard let graph = run.graph else {
            return .section("The graph", note: "\(facts) It has too many nodes for a drawing.", "")
        }
        let hasEnded = run.nodes.contains { $0.score != nil }
        let last = run.evaluations.last?.nodeScores ?? []
        let nodes = run.nodes.enumerated().map { index, node in
            let score = hasEnded ? node.score : index < last.count ? last[index] : nil
            return GraphDrawing.Node(label: node.label, isHostile: node.isHostile, value: score, lost: node.lost)
        }
        let final = NodeValues.measure(of: run.measure.rawValue)
        let drawing = GraphDrawing(
            run.topology, graph, nodes: nodes, measure: hasEnded ? final : final?.named("last \(run.measure.rawValue)"))
        let moment =
            hasEnded || last.isEmpty ? "" : " Scores are those after \(run.evaluations.last?.rounds ?? 0) rounds."
        let table = TextTable(
            header: ["node", "hostile", run.measure.rawValue], names: 1,
            rows: nodes.map { node in
                [node.label, node.isHostile ? "1" : "0", node.value.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""]
            })
        return .section(
            "The graph", note: facts + (drawing.hasEdges ? "" : " They are too many to be drawn.") + moment,
            .figure(
                "graph",
                """
                <div class="scroll" role="region" aria-label="Drawing of the graph" tabindex="0">
                \(drawing.svg)</div>

                """, table))
    }
}
