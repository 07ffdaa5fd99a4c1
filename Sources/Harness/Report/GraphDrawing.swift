// The graph of a run in SVG: honest nodes are circles, hostile ones squares on a corner, each with what it came to.
import Graphs
import Kernels
import Scenario

/// A drawing of a topology and its nodes.
struct GraphDrawing {
    let id: String
    let file: TopologyFile
    /// One for each node of the topology, by index.
    let nodes: [RecordedNode]

    /// More edges than this are only a grey area.
    private static let mostEdges = 6000
    /// The least radius that two lines of text fit into, and one line.
    private static let twoLines = 13.0
    private static let oneLine = 8.0

    var svg: Markup {
        let layout = GraphLayout(file.topology)
        let worst = nodes.compactMap(\.accuracy).min()
        let marks = zip(nodes, layout.places).map { mark($0, at: $1, layout.radius, isWorst: $0.accuracy == worst) }
        // Large graphs may be scrolled on a small screen, rather than shrunk until nothing can be read.
        return """
            <svg class="graph" viewBox="0 0 \(layout.size.x) \(layout.size.y)" \
            style="min-width:\(Int(0.6 * layout.size.x))px;max-width:\(Int(1.4 * layout.size.x))px" role="img" \
            aria-labelledby="\(id)-title \(id)-text">
            <title id="\(id)-title">The graph</title><desc id="\(id)-text">\(description)</desc>
            \(edges(layout))\(marks)</svg>

            """
    }

    private var description: String {
        let hostile = nodes.filter(\.isHostile).map(\.label)
        let liars = hostile.isEmpty ? "none is hostile" : "hostile: \(hostile.joined(separator: ", "))"
        return "\(nodes.count) nodes and \(file.topology.edges.count) edges; \(liars). "
            + "All figures are in the table of nodes."
    }

    private func edges(_ layout: GraphLayout) -> Markup {
        let edges = file.topology.edges
        guard edges.count <= Self.mostEdges else { return "" }
        func isHostile(_ edge: Edge) -> Bool {
            nodes[edge.source.index].isHostile || nodes[edge.target.index].isHostile
        }
        let isDirected = file.topology.directed
        return """
            \(path("edge", edges.filter { !isHostile($0) }, layout, hasArrows: isDirected))\
            \(path("edge hostile", edges.filter(isHostile), layout, hasArrows: isDirected))\
            \(path("edge tap", file.taps, layout, hasArrows: true))

            """
    }

    /// All edges of a kind in one path, which is a quarter of the size of one line each.
    private func path(_ kind: String, _ edges: [Edge], _ layout: GraphLayout, hasArrows: Bool) -> Markup {
        guard !edges.isEmpty else { return "" }
        var path = ""
        func point(_ place: SIMD2<Double>) -> String { "\(rounded(place.x, 0)) \(rounded(place.y, 0))" }
        for edge in edges {
            let (source, target) = (layout.places[edge.source.index], layout.places[edge.target.index])
            path += "M\(point(source))L\(point(target))"
            let way = target - source
            let length = (way * way).sum().squareRoot()
            guard hasArrows, length > 2 * layout.radius else { continue }
            let along = way / length
            let across = SIMD2(-along.y, along.x)
            let tip = target - along * (layout.radius + 1)
            path += "M\(point(tip - along * 7 + across * 3.5))L\(point(tip))L\(point(tip - along * 7 - across * 3.5))"
        }
        return "<path class=\"\(kind)\" d=\"\(path)\"/>"
    }

    private func mark(_ node: RecordedNode, at place: SIMD2<Double>, _ radius: Double, isWorst: Bool) -> Markup {
        var classes = [node.isHostile ? "node hostile" : "node"]
        if isWorst { classes.append("worst") }
        if node.lost != nil { classes.append("lost") }
        let shape: Markup
        if node.isHostile {
            let half = 1.2 * radius
            shape = """
                <path d="M\(place.x) \(place.y - half)l\(half) \(half)l\(-half) \(half)l\(-half) \(-half)z"/>
                """
        } else {
            let tint = rounded(0.06 + 0.3 * (node.accuracy ?? 0), 2)
            shape = """
                <circle class="back" cx="\(place.x)" cy="\(place.y)" r="\(radius)"/>\
                <circle cx="\(place.x)" cy="\(place.y)" r="\(radius)" fill-opacity="\(tint)"/>
                """
        }
        return """
            <g class="\(classes.joined(separator: " "))"><title>\(title(of: node))</title>\(shape)\
            \(text(of: node, at: place, radius))</g>

            """
    }

    private func title(of node: RecordedNode) -> String {
        let kind = node.isHostile ? "hostile" : "honest"
        let end = node.accuracy.map { "accuracy \(percent($0))" } ?? node.lost.map { "lost: \($0)" }
        return (["node \(node.label)", kind] + (end.map { [$0] } ?? [])).joined(separator: ", ")
    }

    /// The label and below it the accuracy in percent; where there is no room for both, whichever says more.
    private func text(of node: RecordedNode, at place: SIMD2<Double>, _ radius: Double) -> Markup {
        guard radius >= Self.oneLine else { return "" }
        let label = node.label.count <= 4 ? node.label : "\(node.label.prefix(3))…"
        let figure = node.accuracy.map { rounded(100 * $0, 1) } ?? (node.lost != nil ? "lost" : nil)
        guard let figure, radius >= Self.twoLines else {
            let text = node.accuracy.map { rounded(100 * $0, 0) } ?? label
            return line(text, "label", at: place.x, place.y + 0.28 * radius, size: 0.8 * radius)
        }
        return """
            \(line(label, "label", at: place.x, place.y - 0.1 * radius, size: 0.66 * radius))\
            \(line(figure, "figure", at: place.x, place.y + 0.52 * radius, size: 0.56 * radius))
            """
    }

    private func line(_ text: String, _ kind: String, at x: Double, _ y: Double, size: Double) -> Markup {
        "<text class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\" font-size=\"\(size)\">\(text)</text>"
    }
}
