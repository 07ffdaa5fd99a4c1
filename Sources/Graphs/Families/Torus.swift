// The torus: a grid without a border. At least three rows and columns, or two nodes would be linked twice.
import Kernels
import Registry

/// Node r · columns + c is linked to the next one of its row and of its column, the last ones to the first: degree 4,
/// μ₂ = 2 − 2 cos(2π / max(rows, columns)) and, with Metropolis weights, γ a fifth of it.
public struct Torus: TopologyFamily {
    public static let name = "torus"
    public static let summary = "A grid whose rows and columns close to rings: four links a node."
    public static let parameters: [Parameter] = [
        .count("rows", 3...300, default: nil, "rows of the grid"),
        .count("columns", 3...300, default: nil, "nodes of a row"),
    ]

    private let rows: Int
    private let columns: Int

    public init(_ parameters: ParameterValues) {
        rows = parameters.count("rows")
        columns = parameters.count("columns")
    }

    public var size: GraphSize { GraphSize(nodes: rows * columns, links: 2 * rows * columns) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let pairs = (0..<rows).flatMap { row in
            (0..<columns).flatMap { column in
                let node = row * columns + column
                return [
                    (node, row * columns + (column + 1) % columns), (node, (row + 1) % rows * columns + column),
                ]
            }
        }
        return try Topology(nodes: rows * columns, pairs: pairs, name: "\(Self.name)-\(rows)x\(columns)")
    }
}
