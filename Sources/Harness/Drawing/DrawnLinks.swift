// The links of a drawing: one path for each way to draw them, as wide as the mixing weight says, and what they mean.
import Graphs
import Kernels
import Scenario

struct DrawnLinks {
    /// How a kind of link is drawn.
    private struct Style {
        let kind: String
        let width: Double
        let meaning: String
        var edges: [Edge] = []
        var hasArrows = false
    }

    /// Weights are told apart by so many widths.
    private static let widths = [0.7, 1.3, 2.1, 3.0]
    private static let usualWidth = 1.2

    let areDrawn: Bool
    private var styles: [Style] = []
    private let graph: PlacedGraph
    private let opacity: Double

    init(_ file: TopologyFile, _ graph: PlacedGraph, isHostile: [Bool]) {
        self.graph = graph
        let topology = file.topology
        areDrawn = topology.edges.count <= GraphDrawing.mostEdges
        // The more edges there are for each node, the lighter they are drawn.
        let density = Double(max(1, topology.edges.count)) / Double(topology.nodeCount)
        opacity = min(0.6, max(0.12, 1.2 / Elementary.exp(0.7 * Elementary.log(density))))
        guard areDrawn else { return }
        let weights = file.weights
        let ofEdge = topology.edges.map { edge in
            let forward = weights.weight(of: edge.source, at: edge.target)
            return topology.directed ? forward : (forward + weights.weight(of: edge.target, at: edge.source)) / 2
        }
        let known = ofEdge.filter { $0 > 0 }
        let (least, greatest) = (known.min() ?? 0, known.max() ?? 0)
        let isEven = greatest - least < 1e-9
        for (edge, weight) in zip(topology.edges, ofEdge) {
            let isOfHostile = isHostile[edge.source.index] || isHostile[edge.target.index]
            let kind = isOfHostile ? "edge hostile" : "edge"
            let rank =
                isEven ? 0 : Int(((weight - least) / (greatest - least) * Double(Self.widths.count - 1)).rounded())
            if weight > 0 {
                let width = isEven ? Self.usualWidth : Self.widths[rank]
                add(edge, kind, width, isOfHostile ? "edge of a hostile node" : "edge", hasArrows: topology.directed)
            } else {
                add(edge, "\(kind) later", Self.usualWidth, "edge of other rounds only", hasArrows: topology.directed)
            }
        }
        for tap in file.taps { add(tap, "edge tap", Self.usualWidth, "eavesdropping link", hasArrows: true) }
        weightRange = isEven ? nil : (least, greatest)
        // The plain ones lowest on the page and first in the key.
        styles.sort { ($0.kind, $0.width) < ($1.kind, $1.width) }
    }

    /// The least and the greatest weight where widths tell them.
    private var weightRange: (least: Double, greatest: Double)?

    private mutating func add(_ edge: Edge, _ kind: String, _ width: Double, _ meaning: String, hasArrows: Bool) {
        let slot = styles.firstIndex { $0.kind == kind && $0.width == width }
        if let slot {
            styles[slot].edges.append(edge)
        } else {
            styles.append(Style(kind: kind, width: width, meaning: meaning, edges: [edge], hasArrows: hasArrows))
        }
    }

    /// One path a style, which is a quarter of the size of one line each, and one for the heads of its arrows, which
    /// are never dashed.
    var markup: Markup {
        let paths = styles.map { style -> Markup in
            let heads = style.hasArrows ? path("\(style.kind) head", style.width, style.edges.map(head)) : ""
            return "\(path(style.kind, style.width, style.edges.map(line)))\(heads)"
        }
        return "<g stroke-opacity=\"\(hundredths(opacity))\">\n\(paths)</g>\n"
    }

    private func path(_ kind: String, _ width: Double, _ pieces: [String]) -> Markup {
        "<path class=\"\(kind)\" stroke-width=\"\(width)\" d=\"\(pieces.joined())\"/>\n"
    }

    private func point(_ place: SIMD2<Double>) -> String { "\(rounded(place.x, 0)) \(rounded(place.y, 0))" }

    private func line(_ edge: Edge) -> String {
        "M\(point(graph.places[edge.source.index]))L\(point(graph.places[edge.target.index]))"
    }

    /// Two strokes at the border of the target.
    private func head(_ edge: Edge) -> String {
        let (source, target) = (graph.places[edge.source.index], graph.places[edge.target.index])
        let way = target - source
        let length = (way * way).sum().squareRoot()
        guard length > 2 * graph.radius else { return "" }
        let size = min(7, 0.6 * graph.radius)
        let along = way / length
        let across = SIMD2(-along.y, along.x) * (size / 2)
        let tip = target - along * (graph.radius + 1)
        let back = tip - along * size
        return "M\(point(back + across))L\(point(tip))L\(point(back - across))"
    }

    /// Each kind of line once, and what its width says.
    var key: [(text: String, sample: Markup)] {
        var lines: [(text: String, sample: Markup)] = []
        func sample(_ kind: String, _ width: Double, hasArrows: Bool) -> Markup {
            let head: Markup = hasArrows ? path("\(kind) head", width, ["M18 -7.5L24 -4L18 -0.5"]) : ""
            return "<g stroke-opacity=\"0.8\">\(path(kind, width, ["M0 -4H24"]))\(head)</g>"
        }
        var kinds: Set<String> = []
        for style in styles where kinds.insert(style.kind).inserted {
            lines.append((style.meaning, sample(style.kind, Self.usualWidth, hasArrows: style.hasArrows)))
        }
        if let (least, greatest) = weightRange {
            lines.append(("mixing weight \(significant(least))", sample("edge", Self.widths[0], hasArrows: false)))
            lines.append(
                (
                    "mixing weight \(significant(greatest))",
                    sample("edge", Self.widths[Self.widths.count - 1], hasArrows: false)
                ))
        }
        return lines
    }
}

private func hundredths(_ share: Double) -> String { rounded(share, 2) }
