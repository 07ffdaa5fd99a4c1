// The grid: a torus with a border, whose corners have two links.
import Kernels
import Registry

/// Node r · columns + c is linked to the next one of its row and of its column;
/// μ₂ = 2 − 2 cos(π / max(rows, columns)).
public struct Grid: TopologyFamily {
    public static let name = "grid"
    public static let aliases = ["lattice"]
    public static let summary = "Rows and columns that end: two to four links a node."
    public static let parameters: [Parameter] = [
        .count("rows", 2...300, default: nil, "rows of the grid"),
        .count("columns", 2...1_000, default: nil, "nodes of a row"),
    ]

    private let rows: Int
    private let columns: Int

    public init(_ parameters: ParameterValues) {
        rows = parameters.count("rows")
        columns = parameters.count("columns")
    }

    public var size: GraphSize { GraphSize(nodes: rows * columns, links: 2 * rows * columns - rows - columns) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        var pairs: [(Int, Int)] = []
        for node in 0..<rows * columns {
            if (node + 1) % columns != 0 { pairs.append((node, node + 1)) }
            if node + columns < rows * columns { pairs.append((node, node + columns)) }
        }
        return try Topology(nodes: rows * columns, pairs: pairs, name: "\(Self.name)-\(rows)x\(columns)")
    }
}
