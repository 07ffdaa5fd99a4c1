// InducedGraph: some nodes of a topology and the edges between them, numbered from 0 and packed. What walks through a
// large graph again and again works on it.
import Kernels

/// The graph that some nodes and the edges between them make. Rows are positions in `nodes`.
public struct InducedGraph: Sendable {
    /// Ascending.
    public let nodes: [NodeID]
    /// Whether every arrow has one back.
    let isSymmetric: Bool
    /// Row i has the neighbours `heard[offsets[i]..<offsets[i + 1]]`, ascending.
    private let offsets: [Int]
    private let heard: [Int32]

    /// - Parameters:
    ///   - nodes: all by default.
    ///   - ignoringDirection: whether an arrow counts both ways; otherwise a row has those that its node hears.
    public init(_ topology: Topology, among nodes: [NodeID]? = nil, ignoringDirection: Bool = false) {
        let nodes = (nodes ?? topology.nodes).sorted()
        var rows = [Int32](repeating: -1, count: topology.nodeCount)
        for (row, node) in nodes.enumerated() { rows[node.index] = Int32(row) }
        var offsets = [0]
        var heard: [Int32] = []
        offsets.reserveCapacity(nodes.count + 1)
        for node in nodes {
            let first = heard.count
            for neighbour in topology.neighbours(of: node) where rows[neighbour.index] >= 0 {
                heard.append(rows[neighbour.index])
            }
            if ignoringDirection, topology.directed {
                for neighbour in topology.receivers(of: node)
                where rows[neighbour.index] >= 0 && !topology.hasLink(from: neighbour, to: node) {
                    heard.append(rows[neighbour.index])
                }
                heard[first...].sort()
            }
            offsets.append(heard.count)
        }
        self.init(nodes, offsets, heard, isSymmetric: ignoringDirection || !topology.directed)
    }

    private init(_ nodes: [NodeID], _ offsets: [Int], _ heard: [Int32], isSymmetric: Bool) {
        self.nodes = nodes
        self.offsets = offsets
        self.heard = heard
        self.isSymmetric = isSymmetric
    }

    /// The graph in which every row has those that hear it.
    var reversed: InducedGraph {
        guard !isSymmetric else { return self }
        var rows = [[Int32]](repeating: [], count: count)
        for row in 0..<count {
            for neighbour in neighbours(of: row) { rows[Int(neighbour)].append(Int32(row)) }
        }
        let offsets = rows.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        return InducedGraph(nodes, offsets, Array(rows.joined()), isSymmetric: false)
    }

    public var count: Int { nodes.count }
    /// Arrows; in an undirected graph each edge is two.
    public var arrowCount: Int { heard.count }

    public func degree(of row: Int) -> Int { offsets[row + 1] - offsets[row] }

    /// The neighbour of `row` at `place`, from 0 to its degree.
    func neighbour(of row: Int, at place: Int) -> Int { Int(heard[offsets[row] + place]) }

    /// The rows heard at `row`, ascending.
    func neighbours(of row: Int) -> ArraySlice<Int32> { heard[offsets[row]..<offsets[row + 1]] }

    /// The number of edges on a shortest path from `row` to each; -1: there is none.
    ///
    /// - Parameter order: set to the rows reached, nearest first.
    func distances(from row: Int, order: inout [Int]) -> [Int] {
        var distances = [Int](repeating: -1, count: count)
        order.removeAll(keepingCapacity: true)
        order.append(row)
        distances[row] = 0
        var visited = 0
        while visited < order.count {
            let here = order[visited]
            visited += 1
            for neighbour in neighbours(of: here) where distances[Int(neighbour)] < 0 {
                distances[Int(neighbour)] = distances[here] + 1
                order.append(Int(neighbour))
            }
        }
        return distances
    }
}
