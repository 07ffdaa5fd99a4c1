// The drawing of a graph in SVG: honest nodes are circles, hostile ones squares on a corner, each in the colour of its
// value. The report and `topology draw` draw alike.
public import Graphs
import Platform
public import Scenario

/// A drawing of a topology and its nodes.
public struct GraphDrawing {
    public struct Node: Sendable {
        public let label: String
        public var isHostile = false
        /// By the measure of the drawing.
        public var value: Double?
        /// Why it was lost, if it was.
        public var lost: String?

        public init(label: String, isHostile: Bool = false, value: Double? = nil, lost: String? = nil) {
            self.label = label
            self.isHostile = isHostile
            self.value = value
            self.lost = lost
        }
    }

    /// A word for ids, unlike that of any other drawing of a page.
    let id: String
    let file: TopologyFile
    let graph: PlacedGraph
    /// One for each node of the topology, by index.
    let nodes: [Node]
    /// What the values are; `nil` where there are none.
    let measure: NodeMeasure?

    private let links: DrawnLinks
    private let scale: ValueScale?

    /// More edges than this are only a grey area.
    static let mostEdges = 12_000
    /// The least radius that two lines of text fit into, and one line.
    private static let twoLines = 13.0
    private static let oneLine = 9.0
    /// A longer label is cut off.
    private static let longestLabel = 7

    public init(_ file: TopologyFile, _ graph: PlacedGraph, nodes: [Node], measure: NodeMeasure?, id: String = "graph")
    {
        self.id = id
        self.file = file
        self.graph = graph
        self.nodes = nodes
        self.measure = measure
        links = DrawnLinks(file, graph, isHostile: nodes.map(\.isHostile))
        scale = ValueScale(nodes.compactMap(\.value))
    }

    var hasEdges: Bool { links.areDrawn }

    /// The value that is worst of all; `nil` where none is better than another, or all are alike.
    var worst: Double? {
        guard let isBetterAbove = measure?.isBetterAbove else { return nil }
        let values = nodes.compactMap(\.value)
        guard let least = values.min(), let greatest = values.max(), least < greatest else { return nil }
        return isBetterAbove ? least : greatest
    }

    // MARK: The whole

    /// As part of a page that has `DrawingStyle.sheet`: it shrinks with the page a little, then is scrolled.
    var svg: Markup {
        let key = key
        let size = SIMD2(graph.size.x, graph.size.y + key.height)
        return """
            <svg class="graph" viewBox="0 0 \(size.x) \(size.y)" \
            style="min-width:\(Int(0.72 * size.x))px;max-width:\(Int(1.4 * size.x))px" role="img" \
            aria-labelledby="\(id)-title \(id)-text">
            <title id="\(id)-title">The graph</title><desc id="\(id)-text">\(description)</desc>
            \(links.markup)\(marks)<g transform="translate(0 \(graph.size.y))">\(key.markup)</g></svg>

            """
    }

    /// A file of its own, with a heading.
    ///
    /// - Parameter title: its first line.
    public func document(title: String) -> String {
        let key = key
        let top = 58.0
        let size = SIMD2(graph.size.x, top + graph.size.y + key.height)
        let page: Markup = """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" class="graph" width="\(size.x)" height="\(size.y)" \
            viewBox="0 0 \(size.x) \(size.y)" role="img" aria-labelledby="\(id)-title \(id)-text">
            <title id="\(id)-title">\(title)</title><desc id="\(id)-text">\(description)</desc>
            <style>
            \(DrawingStyle.sheet)</style>
            <rect class="page" width="\(size.x)" height="\(size.y)"/>
            <text x="16" y="29" font-size="18" font-weight="600">\(title)</text>
            <text class="soft" x="16" y="48" font-size="13">\(facts)</text>
            <g transform="translate(0 \(top))">\(links.markup)\(marks)</g>
            <g transform="translate(0 \(top + graph.size.y))">\(key.markup)</g>
            </svg>

            """
        return page.text
    }

    /// "16 nodes, 2 hostile; 32 edges".
    private var facts: String {
        let hostile = nodes.count { $0.isHostile }
        let (edges, taps) = (file.topology.edges.count, file.taps.count)
        return "\(nodes.count) nodes" + (hostile == 0 ? "" : ", \(hostile) hostile") + "; \(edges) "
            + (file.topology.directed ? "one-way " : "") + (edges == 1 ? "edge" : "edges")
            + (taps == 0 ? "" : ", \(taps) eavesdropping links")
            + (hasEdges ? "" : ", too many to be drawn")
    }

    private var description: String {
        let hostile = nodes.filter(\.isHostile).map(\.label)
        let named = hostile.isEmpty ? "none is hostile" : "hostile: \(hostile.joined(separator: ", "))"
        return "\(nodes.count) nodes and \(file.topology.edges.count) edges; \(named)."
    }

    private var key: DrawingKey {
        var key = DrawingKey(width: graph.size.x)
        key.add("honest", "<circle class=\"v0\" r=\"6\" cx=\"12\" cy=\"-4\"/>")
        if nodes.contains(where: \.isHostile) {
            key.add("hostile", "<path class=\"diamond\" d=\"M12 -11l7 7l-7 7l-7 -7z\"/>")
        }
        if worst != nil {
            key.add(
                "worst",
                """
                <circle class="v0" r="5" cx="12" cy="-4"/><circle class="halo" r="7.5" cx="12" cy="-4"/>
                """)
        }
        if nodes.contains(where: { $0.lost != nil }) {
            key.add("lost", "<circle class=\"lost\" r=\"6\" cx=\"12\" cy=\"-4\"/>")
        }
        let isBlank = { (node: Node) in
            !node.isHostile && node.lost == nil && node.value.flatMap { scale?.kind(of: $0) } == nil
        }
        if scale != nil, nodes.contains(where: isBlank) {
            key.add("no value", "<circle class=\"none\" r=\"6\" cx=\"12\" cy=\"-4\"/>")
        }
        for line in links.key { key.add(line.text, line.sample) }
        if let scale, let measure { key.add(scale, measure) }
        return key
    }

    // MARK: Nodes

    private var marks: Markup {
        let worst = worst
        let pieces = zip(nodes, graph.places).map { node, place in
            mark(node, at: place, isWorst: worst != nil && node.value == worst)
        }
        return "<g text-anchor=\"middle\" font-size=\"\(letters)\">\n\(pieces)</g>\n"
    }

    /// The height of a label's letters: of one line they may be larger than of two.
    private var letters: Double { (graph.radius >= Self.twoLines ? 0.66 : 0.85) * graph.radius }

    private func mark(_ node: Node, at place: SIMD2<Double>, isWorst: Bool) -> Markup {
        let radius = graph.radius
        let shape: Markup
        if node.isHostile {
            let half = 1.2 * radius
            shape = "<path class=\"diamond\" d=\"M0 \(-half)l\(half) \(half)l\(-half) \(half)l\(-half) \(-half)z\"/>"
        } else {
            let kind =
                node.lost != nil ? "lost" : node.value.flatMap { scale?.kind(of: $0) } ?? (scale == nil ? "v0" : "none")
            shape = "<circle class=\"\(kind)\" r=\"\(radius)\"/>"
        }
        let halo: Markup = isWorst ? "<circle class=\"halo\" r=\"\(1.2 * radius)\"/>" : ""
        return """
            <g transform="translate(\(place.x) \(place.y))"><title>\(title(of: node))</title>\
            \(shape)\(halo)\(text(of: node))</g>

            """
    }

    private func title(of node: Node) -> String {
        let value = node.value.flatMap { value in measure.map { "\($0.name) \($0.text(value))" } }
        let end = value ?? node.lost.map { "lost: \($0)" }
        return "node \(node.label), \(node.isHostile ? "hostile" : "honest")" + (end.map { ", \($0)" } ?? "")
    }

    /// The label and below it the value; where there is no room for both, the label, since the colour tells the other.
    private func text(of node: Node) -> Markup {
        let radius = graph.radius
        guard radius >= Self.oneLine else { return "" }
        let figure =
            node.value.flatMap { value in measure.map { $0.figure(value) } } ?? (node.lost != nil ? "lost" : nil)
        guard let figure, radius >= Self.twoLines else { return label(of: node, y: 0.3 * radius) }
        return """
            \(label(of: node, y: -0.1 * radius))<text y="\(0.55 * radius)" font-size="\(0.56 * radius)">\(figure)</text>
            """
    }

    /// In smaller letters where it is long.
    private func label(of node: Node, y: Double) -> Markup {
        let whole = printable(node.label)
        let text = whole.count <= Self.longestLabel ? whole : "\(whole.prefix(Self.longestLabel - 1))…"
        let fitting = 2.9 * graph.radius / Double(text.count)
        let size: Markup = fitting < letters ? " font-size=\"\(fitting)\"" : ""
        return "<text class=\"label\" y=\"\(y)\"\(size)>\(text)</text>"
    }
}
