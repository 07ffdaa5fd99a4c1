// The force-directed layout: edges pull, nodes push each other away.
import Kernels
import Registry

/// Nodes push with 1/d and edges pull with d², which is at rest where lengths are even (Fruchterman, Reingold 1991).
/// The pushes of far nodes are added up as one (Barnes, Hut 1986). It begins where distances on paper are nearly those
/// in the graph (Brandes, Pich 2006), so that nothing is left folded.
public struct Force: GraphLayout {
    public static let name = "force"
    public static let aliases = ["spring"]
    public static let summary = "Edges pull, nodes push each other away: what is near in the graph is near on paper."

    public init(_ parameters: ParameterValues) {}

    private static let steps = 240

    public func places(of neighbours: [[Int]]) -> [SIMD2<Double>] { packed(neighbours, Self.settled) }

    private static func settled(_ neighbours: [[Int]]) -> [SIMD2<Double>] {
        var places = PivotScaling(neighbours).places
        let least = places.reduce(places[0]) { pointwiseMin($0, $1) }
        let extent = (places.reduce(places[0]) { pointwiseMax($0, $1) } - least).max()
        for step in 0..<steps {
            // Nodes move ever less far.
            let left = 1 - Double(step) / Double(steps)
            let farthest = max(0.5, 0.1 * extent) * left * left
            let tree = PointTree(places)
            let moves = places.indices.map { node -> SIMD2<Double> in
                let place = places[node]
                var force = tree.push(at: place)
                for other in neighbours[node] {
                    let way = places[other] - place
                    force += way * length(way)
                }
                let strength = length(force)
                return strength > farthest ? force * (farthest / strength) : force
            }
            for node in places.indices { places[node] += moves[node] }
        }
        return places
    }
}

func length(_ way: SIMD2<Double>) -> Double { (way * way).sum().squareRoot() }

/// Points in squares, each of which is parted into four until it holds one.
struct PointTree {
    private struct Square {
        var sum = SIMD2<Double>.zero
        var count = 0.0
        /// The first of its four parts; 0 where it has none.
        var parts = 0
        let middle: SIMD2<Double>
        let width: Double
    }

    /// Points nearer than this part of the whole, halved so often, are one.
    private static let mostDepth = 40
    /// A square that is seen smaller than this, as width by distance, acts as one point.
    private static let opening = 0.9

    private var squares: [Square] = []

    init(_ points: [SIMD2<Double>]) {
        let least = points.reduce(points[0]) { pointwiseMin($0, $1) }
        let greatest = points.reduce(points[0]) { pointwiseMax($0, $1) }
        squares.append(Square(middle: (least + greatest) / 2, width: (greatest - least).max()))
        for point in points { add(point) }
    }

    private mutating func add(_ point: SIMD2<Double>) {
        var index = 0
        for _ in 0..<Self.mostDepth {
            let isLeaf = squares[index].parts == 0
            if isLeaf, squares[index].count > 0 { part(index) }
            squares[index].sum += point
            squares[index].count += 1
            if isLeaf, squares[index].parts == 0 { return }
            index = squares[index].parts + Self.quarter(of: point, around: squares[index].middle)
        }
        squares[index].sum += point
        squares[index].count += 1
    }

    /// Gives a leaf its parts, one of which takes over what it holds.
    private mutating func part(_ index: Int) {
        let whole = squares[index]
        squares[index].parts = squares.count
        for quarter in 0..<4 {
            let way = SIMD2(quarter & 1 == 0 ? -1.0 : 1, quarter & 2 == 0 ? -1.0 : 1)
            squares.append(Square(middle: whole.middle + way * (whole.width / 4), width: whole.width / 2))
        }
        let heir = squares[index].parts + Self.quarter(of: whole.sum / whole.count, around: whole.middle)
        squares[heir].sum = whole.sum
        squares[heir].count = whole.count
    }

    private static func quarter(of point: SIMD2<Double>, around middle: SIMD2<Double>) -> Int {
        (point.x < middle.x ? 0 : 1) + (point.y < middle.y ? 0 : 2)
    }

    /// Σ (x − p)/|x − p|² over the points p elsewhere.
    func push(at place: SIMD2<Double>) -> SIMD2<Double> {
        var force = SIMD2<Double>.zero
        var waiting = [0]
        while let index = waiting.popLast() {
            let square = squares[index]
            guard square.count > 0 else { continue }
            let way = place - square.sum / square.count
            let squared = (way * way).sum()
            if square.parts == 0 || square.width * square.width < Self.opening * Self.opening * squared {
                if squared > 0 { force += way * (square.count / squared) }
            } else {
                for part in square.parts..<square.parts + 4 { waiting.append(part) }
            }
        }
        return force
    }
}

/// Places at which distances are nearly those in the graph: classical scaling by a few nodes far from each other.
struct PivotScaling {
    let places: [SIMD2<Double>]

    private static let mostPivots = 32

    /// - Parameter neighbours: of a graph in one piece.
    init(_ neighbours: [[Int]]) {
        let count = neighbours.count
        // Squared hops from each pivot, the next of which is the node that is farthest from all before it.
        var columns: [[Double]] = []
        var nearest = [Double](repeating: .infinity, count: count)
        var pivot = 0
        for _ in 0..<min(count, Self.mostPivots) {
            let hops = Self.hops(from: pivot, neighbours)
            columns.append(hops.map { $0 * $0 })
            for node in nearest.indices { nearest[node] = min(nearest[node], hops[node]) }
            pivot = nearest.indices.reduce(0) { nearest[$1] > nearest[$0] ? $1 : $0 }
        }
        let rowMeans = neighbours.indices.map { node in
            columns.reduce(0) { $0 + $1[node] } / Double(columns.count)
        }
        let mean = rowMeans.reduce(0, +) / Double(count)
        columns = columns.map { column in
            let own = column.reduce(0, +) / Double(count)
            return column.indices.map { -(column[$0] - rowMeans[$0] - own + mean) / 2 }
        }
        var system = SymmetricEigensystem()
        system.begin(size: columns.count)
        for row in columns.indices {
            for other in 0...row {
                system.matrix[row * columns.count + other] = zip(columns[row], columns[other]).reduce(0) {
                    $0 + $1.0 * $1.1
                }
            }
        }
        system.solve(withVectors: true)
        let order = system.values.indices.sorted { system.values[$0] > system.values[$1] }
        let axes = order.prefix(2).map { rank in
            neighbours.indices.map { node in
                columns.indices.reduce(0.0) { $0 + columns[$1][node] * system.vectors[rank * columns.count + $1] }
            }
        }
        // An edge is to be about as long as one.
        let raw = neighbours.indices.map { SIMD2(axes[0][$0], axes.count > 1 ? axes[1][$0] : 0) }
        let lengths = neighbours.indices.flatMap { node in neighbours[node].map { length(raw[$0] - raw[node]) } }
        let usual = lengths.reduce(0, +) / Double(max(1, lengths.count))
        let scale = usual > 1e-9 ? 1 / usual : 1
        // Nodes with the same neighbours would be in one place and never part; a small circle parts them.
        places = raw.indices.map { node in
            let angle = Elementary.sineCosine(ofTurns: Double(node) / Double(count))
            return raw[node] * scale + 0.1 * SIMD2(angle.cosine, angle.sine)
        }
    }

    private static func hops(from start: Int, _ neighbours: [[Int]]) -> [Double] {
        var hops = [Double](repeating: .infinity, count: neighbours.count)
        hops[start] = 0
        var reached = [start]
        var visited = 0
        while visited < reached.count {
            let node = reached[visited]
            visited += 1
            for other in neighbours[node] where hops[other] == .infinity {
                hops[other] = hops[node] + 1
                reached.append(other)
            }
        }
        return hops
    }
}
