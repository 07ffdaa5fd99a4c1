// Every way to place the nodes of a graph on a page. A new one is one file in Layouts/ and one line here.
import Registry

/// A way to place the nodes of a graph in the plane: a function of the graph alone, without chance.
public protocol GraphLayout: Registered {
    /// A place for each node, in any unit; nodes may be near each other or in one place.
    ///
    /// - Parameter neighbours: of each node, ascending, whatever the direction of the edges.
    func places(of neighbours: [[Int]]) -> [SIMD2<Double>]

    /// How wide a drawing of so many nodes is, in diameters of a node.
    static func width(of nodes: Int) -> Double
}

extension GraphLayout {
    public static func width(of nodes: Int) -> Double { 2.1 * Double(nodes).squareRoot() }
}

/// The layouts that a drawing can name.
public enum LayoutCatalog {
    public static let all = Catalog<any GraphLayout.Type>(
        "layout", [Force.self, Circular.self, Spectral.self], as: { $0 })

    /// The one that is taken where none is named: a circle for rings, and for what is so dense that its edges show
    /// nothing; otherwise by forces.
    static func usual(for neighbours: [[Int]]) -> any GraphLayout.Type {
        let (count, ends) = (neighbours.count, neighbours.reduce(0) { $0 + $1.count })
        let isRing = neighbours.allSatisfy { $0.count == 2 }
        let isDense = Double(ends) > 0.6 * Double(count * (count - 1))
        return count <= 3 || isRing || isDense ? Circular.self : Force.self
    }
}

/// Lays out the parts that no edge joins one by one, and packs them into rows, the largest first.
func packed(_ neighbours: [[Int]], _ layOut: ([[Int]]) -> [SIMD2<Double>]) -> [SIMD2<Double>] {
    let parts = parts(of: neighbours).sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
    guard parts.count > 1 else { return layOut(neighbours) }
    let width = 1.2 * Double(neighbours.count).squareRoot()
    var places = [SIMD2<Double>](repeating: .zero, count: neighbours.count)
    var index = [Int](repeating: 0, count: neighbours.count)
    var corner = SIMD2<Double>.zero
    var height = 0.0
    for part in parts {
        for (place, node) in part.enumerated() { index[node] = place }
        let inside = layOut(part.map { neighbours[$0].map { index[$0] } })
        let least = inside.reduce(inside[0]) { pointwiseMin($0, $1) }
        let extent = inside.reduce(inside[0]) { pointwiseMax($0, $1) } - least
        // As much room as its nodes take, and one unit to the next.
        let side = Double(part.count).squareRoot()
        let scale = extent.max() > 0 ? side / extent.max() : 1
        if corner.x > 0, corner.x + extent.x * scale > width { corner = SIMD2(0, corner.y + height + 1) }
        if corner.x == 0 { height = 0 }
        for (node, place) in zip(part, inside) { places[node] = corner + (place - least) * scale }
        corner.x += extent.x * scale + 1
        height = max(height, extent.y * scale)
    }
    return places
}

/// The parts that no edge joins, each in ascending order.
private func parts(of neighbours: [[Int]]) -> [[Int]] {
    var isReached = [Bool](repeating: false, count: neighbours.count)
    var parts: [[Int]] = []
    for first in neighbours.indices where !isReached[first] {
        isReached[first] = true
        var part = [first]
        var visited = 0
        while visited < part.count {
            for other in neighbours[part[visited]] where !isReached[other] {
                isReached[other] = true
                part.append(other)
            }
            visited += 1
        }
        parts.append(part.sorted())
    }
    return parts
}
