// Cuts: the nodes and edges without which a connected part of a graph falls into more (articulation points and
// bridges).
import Kernels

/// Cut nodes and bridges, by one walk in depth (Tarjan 1972, Hopcroft and Tarjan 1973); time and memory linear.
public struct Cuts: Sendable, Equatable {
    /// Ascending.
    public let nodes: [NodeID]
    /// Ascending, the smaller end first.
    public let bridges: [Edge]
    /// Of each row of the graph, how many pairs of other nodes only it joins.
    public let partedPairs: [Double]

    public init(of graph: InducedGraph) {
        var number = [Int](repeating: -1, count: graph.count)
        var low = number
        var isCut = [Bool](repeating: false, count: graph.count)
        var bridges: [Edge] = []
        // How many nodes were found by way of each, itself included; of the parts that split off without it, how many
        // nodes they have, and how many pairs there are among different ones.
        var below = [Double](repeating: 1, count: graph.count)
        var splitOff = [Double](repeating: 0, count: graph.count)
        var parted = splitOff
        var visited = 0
        for root in 0..<graph.count where number[root] < 0 {
            var branches = 0
            var members = [root]
            var path = [(row: root, from: -1, next: 0)]
            number[root] = visited
            low[root] = visited
            visited += 1
            while let (row, from, next) = path.last {
                if next < graph.degree(of: row) {
                    path[path.count - 1].next += 1
                    let neighbour = graph.neighbour(of: row, at: next)
                    if number[neighbour] < 0 {
                        number[neighbour] = visited
                        low[neighbour] = visited
                        visited += 1
                        members.append(neighbour)
                        path.append((neighbour, row, 0))
                        if row == root { branches += 1 }
                    } else if neighbour != from {
                        low[row] = min(low[row], number[neighbour])
                    }
                    continue
                }
                path.removeLast()
                guard from >= 0 else { continue }
                low[from] = min(low[from], low[row])
                below[from] += below[row]
                if low[row] >= number[from] {
                    if from != root { isCut[from] = true }
                    parted[from] += splitOff[from] * below[row]
                    splitOff[from] += below[row]
                }
                if low[row] > number[from] {
                    bridges.append(Edge(graph.nodes[min(from, row)], graph.nodes[max(from, row)]))
                }
            }
            if branches > 1 { isCut[root] = true }
            // What is left of the part is one piece more.
            for row in members { parted[row] += splitOff[row] * (Double(members.count) - 1 - splitOff[row]) }
        }
        nodes = isCut.indices.filter { isCut[$0] }.map { graph.nodes[$0] }
        partedPairs = parted
        self.bridges = bridges.sorted { ($0.source, $0.target) < ($1.source, $1.target) }
    }
}
