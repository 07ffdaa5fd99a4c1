// Random geometric graphs: who is near is a neighbour, as with radios.
import Kernels
import Registry

/// Points drawn in the unit square; two are linked if their distance is at most the radius (Gilbert 1961). Likely
/// connected where the radius exceeds √(ln n / (π n)).
public struct RandomGeometric: RandomFamily {
    public static let name = "randomGeometric"
    public static let aliases = ["random-geometric"]
    public static let summary = "Points drawn in a square, linked where they are near each other."
    public static let parameters: [Parameter] = [
        .count("nodes", 2...100_000, default: nil, "number of nodes"),
        .number("radius", 1e-4...1.5, default: nil, "the largest distance of neighbours, in sides of the square"),
    ]

    private let nodes: Int
    private let radius: Double

    public init(_ parameters: ParameterValues) {
        nodes = parameters.count("nodes")
        radius = parameters.number("radius")
    }

    public var size: GraphSize {
        GraphSize(nodes: nodes, links: Int(min(1, 3.1416 * radius * radius) * Double(nodes) * Double(nodes - 1) / 2))
    }

    public var advice: String {
        let threshold = (Elementary.log(Double(nodes)) / (3.1416 * Double(nodes))).squareRoot()
        return "a radius well above √(ln(nodes)/(π nodes)) = \(Float(threshold))"
    }

    public func draw(random: inout RandomStream) throws(ConfigurationFault) -> Topology? {
        let points = (0..<nodes).map { _ in (x: random.uniform(), y: random.uniform()) }
        // Neighbours are in the same or an adjacent cell of a grid.
        let side = max(1, min(Int(1 / radius), Int(Double(nodes).squareRoot())))
        func cell(_ coordinate: Double) -> Int { min(side - 1, Int(coordinate * Double(side))) }
        var cells = [[Int]](repeating: [], count: side * side)
        for (node, point) in points.enumerated() { cells[cell(point.y) * side + cell(point.x)].append(node) }
        var pairs: [(Int, Int)] = []
        for (node, point) in points.enumerated() {
            let (row, column) = (cell(point.y), cell(point.x))
            for r in max(0, row - 1)...min(side - 1, row + 1) {
                for c in max(0, column - 1)...min(side - 1, column + 1) {
                    for other in cells[r * side + c] where other > node {
                        let (dx, dy) = (points[other].x - point.x, points[other].y - point.y)
                        if dx * dx + dy * dy <= radius * radius { pairs.append((node, other)) }
                    }
                }
            }
        }
        guard Topology.leavesNobodyAlone(pairs, of: nodes) else { return nil }
        return try Topology(
            nodes: nodes, pairs: pairs, name: "\(Self.name)-\(nodes)-\(ParameterValue.number(radius))")
    }
}
