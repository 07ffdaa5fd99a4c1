// PlacedGraph: the nodes of a graph on a page, far enough apart to be told from each other. How their places come about
// is a GraphLayout's.
import Kernels

/// A graph laid out on a page, in the unit of a pixel.
public struct PlacedGraph: Sendable {
    /// By node, within `size` and no nearer to its border than one and a half times a node's radius.
    public let places: [SIMD2<Double>]
    public let size: SIMD2<Double>
    /// Of a node.
    public let radius: Double

    private static let widest = 1300.0
    private static let narrowest = 400.0
    private static let lowest = 120.0
    private static let largestRadius = 17.0
    /// The least distance between two nodes, in radii.
    private static let gap = 2.3
    /// Larger graphs take long to lay out, and their drawings show nothing.
    public static let mostNodes = 2_000

    /// `nil` for a graph of more than `mostNodes` nodes.
    ///
    /// - Parameter layout: if not given, the usual one for such a graph.
    public init?(_ topology: Topology, by layout: (any GraphLayout.Type)? = nil) {
        guard topology.nodeCount <= Self.mostNodes else { return nil }
        let neighbours = topology.nodes.map { node in
            Set(topology.senders(of: node) + topology.receivers(of: node)).sorted().map(\.index)
        }
        let type = layout ?? LayoutCatalog.usual(for: neighbours)
        guard let layout = try? type.init(.defaults(type.parameters)) else {
            preconditionFailure("\(type.name) needs no parameters")
        }
        self.init(layout.places(of: neighbours), width: type.width(of: neighbours.count))
    }

    /// - Parameters:
    ///   - places: in any unit.
    ///   - diameters: how many nodes of the drawing stand in its width.
    init(_ places: [SIMD2<Double>], width diameters: Double) {
        let margin = 1.5 * Self.largestRadius
        let width = min(Self.widest, max(Self.narrowest, 2 * Self.largestRadius * diameters))
        radius = min(Self.largestRadius, (width - 2 * margin) / (2 * diameters))
        var places = places
        Self.fit(&places, in: width - 2 * margin)
        Self.separate(&places, by: Self.gap * radius)
        let least = places.reduce(places[0]) { pointwiseMin($0, $1) }
        let greatest = places.reduce(places[0]) { pointwiseMax($0, $1) }
        size = pointwiseMax(greatest - least + 2 * margin, SIMD2(Self.narrowest, Self.lowest))
        let shift = (size - least - greatest) / 2
        self.places = places.map { $0 + shift }
    }

    /// Moves to the origin and scales, so that neither width nor height is more than `width`.
    private static func fit(_ places: inout [SIMD2<Double>], in width: Double) {
        let least = places.reduce(places[0]) { pointwiseMin($0, $1) }
        let extent = places.reduce(places[0]) { pointwiseMax($0, $1) } - least
        let scale = width / max(extent.max(), 1e-9)
        for node in places.indices { places[node] = (places[node] - least) * scale }
    }

    /// Pushes apart what lies nearer than `distance`.
    private static func separate(_ places: inout [SIMD2<Double>], by distance: Double) {
        // What is in one place has no direction to part in; a spiral gives it one.
        var taken: [SIMD2<Int>: Int] = [:]
        for node in places.indices {
            let cell = cell(of: places[node], width: 1)
            let turn = taken[cell, default: 0]
            taken[cell] = turn + 1
            guard turn > 0 else { continue }
            places[node] += 0.1 * Double(turn).squareRoot() * spiral(turn)
        }
        for _ in 0..<400 {
            var isSettled = true
            var cells: [SIMD2<Int>: [Int]] = [:]
            for node in places.indices { cells[cell(of: places[node], width: distance), default: []].append(node) }
            for node in places.indices {
                let home = cell(of: places[node], width: distance)
                for x in -1...1 {
                    for y in -1...1 {
                        for other in cells[home &+ SIMD2(x, y)] ?? [] where other > node {
                            let way = places[node] - places[other]
                            let between = max(1e-9, length(way))
                            guard between < distance else { continue }
                            isSettled = false
                            // A little too far, so that crowds come to an end.
                            let push = way * (0.51 * (distance - between) / between + 1e-6)
                            places[node] += push
                            places[other] -= push
                        }
                    }
                }
            }
            if isSettled { break }
        }
    }

    private static func cell(of place: SIMD2<Double>, width: Double) -> SIMD2<Int> {
        let scaled = (place / width).rounded(.down)
        return SIMD2(Int(scaled.x), Int(scaled.y))
    }

    /// A direction of its own for each number.
    private static func spiral(_ turn: Int) -> SIMD2<Double> {
        // Golden angles never meet again.
        let angle = Elementary.sineCosine(ofTurns: 0.381_966_011_250_105 * Double(turn))
        return SIMD2(angle.cosine, angle.sine)
    }
}
