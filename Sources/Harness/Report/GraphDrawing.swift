// The graph of a run in SVG: honest nodes are circles, hostile ones squares on a corner, each with what it came to.
import Graphs
import Kernels
import Metrics
import Platform
import Scenario

/// A drawing of a topology and its nodes.
struct GraphDrawing {
    let id: String
    let file: TopologyFile
    let layout: GraphLayout
    /// One for each node of the topology, by index.
    let nodes: [RecordedNode]
    let measure: TaskMeasure

    /// More edges than this are only a grey area.
    private static let mostEdges = 6000
    /// With more edges for each node than this, edges are drawn lighter.
    private static let manyEdges = 3
    /// The least radius that two lines of text fit into, and one line.
    private static let twoLines = 13.0
    private static let oneLine = 8.0
    /// A longer label is cut off.
    private static let longestLabel = 7

    var svg: Markup {
        let worst = worst
        let marks = zip(nodes, layout.places).map { node, place in
            mark(node, at: place, isWorst: worst != nil && node.score == worst)
        }
        // Large graphs may be scrolled on a small screen, rather than shrunk until nothing can be read.
        return """
            <svg class="graph" viewBox="0 0 \(layout.size.x) \(layout.size.y)" \
            style="min-width:\(Int(0.75 * layout.size.x))px;max-width:\(Int(1.4 * layout.size.x))px;\
            --label:\(0.66 * layout.radius)px;--figure:\(0.56 * layout.radius)px" role="img" \
            aria-labelledby="\(id)-title \(id)-text">
            <title id="\(id)-title">The graph</title><desc id="\(id)-text">\(description)</desc>
            \(edges)\(marks)</svg>

            """
    }

    /// The worst score of a node; `nil` where all are alike, so that none stands out.
    var worst: Double? {
        let scores = nodes.compactMap(\.score)
        guard scores.min() != scores.max() else { return nil }
        return measure == .accuracy ? scores.min() : scores.max()
    }

    /// How good a score is, from 0 to 1: the accuracy, or where a loss stands between the worst and the best.
    private func goodness(of score: Double) -> Double {
        guard measure == .loss else { return score }
        let scores = nodes.compactMap(\.score)
        guard let least = scores.min(), let greatest = scores.max(), least < greatest, greatest.isFinite else {
            return 1
        }
        return (greatest - score) / (greatest - least)
    }

    var hasEdges: Bool { file.topology.edges.count <= Self.mostEdges }

    /// How to read the score of a node.
    var key: String {
        let (figure, better) =
            measure == .accuracy ? ("final accuracy in percent", "higher") : ("final loss", "lower")
        guard layout.radius >= Self.oneLine else {
            return "The fuller a node's colour, the \(better) its final \(measure.rawValue)."
        }
        let place = layout.radius >= Self.twoLines ? "Below each label" : "In each node"
        return "\(place) stands the \(figure); the \(better), the fuller the colour."
    }

    private var description: String {
        let hostile = nodes.filter(\.isHostile).map(\.label)
        let named = hostile.isEmpty ? "none is hostile" : "hostile: \(hostile.joined(separator: ", "))"
        return "\(nodes.count) nodes and \(file.topology.edges.count) edges; \(named). "
            + "All figures are in the table of nodes."
    }

    // MARK: Edges

    private var edges: Markup {
        let edges = file.topology.edges
        guard hasEdges else { return "" }
        func isHostile(_ edge: Edge) -> Bool {
            nodes[edge.source.index].isHostile || nodes[edge.target.index].isHostile
        }
        let isDirected = file.topology.directed
        let density = edges.count > Self.manyEdges * nodes.count ? " many" : ""
        return """
            \(path("edge\(density)", edges.filter { !isHostile($0) }, hasArrows: isDirected))\
            \(path("edge hostile\(density)", edges.filter(isHostile), hasArrows: isDirected))\
            \(path("edge tap", file.taps, hasArrows: true))

            """
    }

    /// All edges of a kind in one path, which is a quarter of the size of one line each.
    private func path(_ kind: String, _ edges: [Edge], hasArrows: Bool) -> Markup {
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

    // MARK: Nodes

    private func mark(_ node: RecordedNode, at place: SIMD2<Double>, isWorst: Bool) -> Markup {
        let classes =
            (node.isHostile ? "node hostile" : "node") + (isWorst ? " worst" : "") + (node.lost == nil ? "" : " lost")
        let radius = layout.radius
        let shape: Markup
        if node.isHostile {
            let half = 1.2 * radius
            shape = "<path d=\"M0 \(-half)l\(half) \(half)l\(-half) \(half)l\(-half) \(-half)z\"/>"
        } else {
            let tint: Markup = node.score.map { " style=\"--tint:\(Int(6 + 30 * goodness(of: $0)))%\"" } ?? ""
            shape = "<circle r=\"\(radius)\"\(tint)/>"
        }
        let halo: Markup = isWorst ? "<circle class=\"halo\" r=\"\(1.2 * radius)\"/>" : ""
        return """
            <g class="\(classes)" transform="translate(\(place.x) \(place.y))"><title>\(title(of: node))</title>\
            \(shape)\(halo)\(text(of: node))</g>

            """
    }

    private func title(of node: RecordedNode) -> String {
        let end = node.score.map { "\(measure.rawValue) \(measure.figure($0))" } ?? node.lost.map { "lost: \($0)" }
        return "node \(node.label), \(node.isHostile ? "hostile" : "honest")" + (end.map { ", \($0)" } ?? "")
    }

    /// The label and below it the score, an accuracy in percent; where there is no room for both, whichever says more.
    private func text(of node: RecordedNode) -> Markup {
        let radius = layout.radius
        guard radius >= Self.oneLine else { return "" }
        let figure = node.score.map { self.figure($0, decimals: 1) } ?? (node.lost != nil ? "lost" : nil)
        guard let figure, radius >= Self.twoLines else {
            if let score = node.score {
                return "<text class=\"label\" y=\"\(0.25 * radius)\">\(self.figure(score, decimals: 0))</text>"
            }
            return label(of: node, y: 0.25 * radius)
        }
        return "\(label(of: node, y: -0.1 * radius))<text class=\"figure\" y=\"\(0.52 * radius)\">\(figure)</text>"
    }

    private func figure(_ score: Double, decimals: Int) -> String {
        measure == .accuracy ? rounded(100 * score, decimals) : significant(score)
    }

    /// In smaller letters where it is long.
    private func label(of node: RecordedNode, y: Double) -> Markup {
        let whole = printable(node.label)
        let count = whole.count
        let text = count <= Self.longestLabel ? whole : "\(whole.prefix(Self.longestLabel - 1))…"
        let size: Markup = count > 4 ? " style=\"font-size:\(2.9 * layout.radius / Double(text.count))px\"" : ""
        return "<text class=\"label\" y=\"\(y)\"\(size)>\(text)</text>"
    }
}
