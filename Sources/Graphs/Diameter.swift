// Diameter: the longest of the shortest paths of a connected graph, or bounds on it where the graph is too large to
// look at from every node.

/// Bounds on the diameter, in edges, by searches in breadth (iFUB: Crescenzi et al., Theoretical Computer Science 514,
/// 2013). Each goes through all edges; they end when the bounds meet or too many edges have been walked.
public struct Diameter: Sendable, Equatable {
    /// Some two nodes are so far apart.
    public let atLeast: Int
    /// No two nodes are farther apart.
    public let atMost: Int
    public var isExact: Bool { atLeast == atMost }

    /// About a second's walk.
    public static let mostSteps = 200_000_000

    /// - Parameters:
    ///   - graph: connected, at least one node.
    ///   - mostSteps: along edges, in all searches together.
    public init(of graph: InducedGraph, mostSteps: Int = Diameter.mostSteps) {
        var order: [Int] = []
        var left = max(8, mostSteps / (graph.count + graph.arrowCount))
        func search(_ row: Int) -> [Int] {
            left -= 1
            return graph.distances(from: row, order: &order)
        }
        // Two double sweeps: the ends of a long path, then its middle.
        var (low, middle) = (0, (0..<graph.count).max { graph.degree(of: $0) < graph.degree(of: $1) } ?? 0)
        for _ in 0..<2 {
            _ = search(middle)
            let start = order[order.count - 1]
            let distances = search(start)
            var row = order[order.count - 1]
            low = max(low, distances[row])
            for step in stride(from: distances[row], to: (distances[row] + 1) / 2, by: -1) {
                row = graph.neighbours(of: row).first { distances[Int($0)] == step - 1 }.map { Int($0) } ?? row
            }
            middle = row
        }
        let levels = search(middle)
        let rows = Array(order.reversed())
        var high = min(2 * levels[rows[0]], graph.count - 1)
        low = max(low, levels[rows[0]])
        // Whoever is farther apart than twice a level has an end beyond it.
        for row in rows {
            high = min(high, max(low, 2 * levels[row]))
            guard low < high, left > 0 else { break }
            low = max(low, search(row)[order[order.count - 1]])
        }
        atLeast = low
        atMost = max(low, high)
    }
}
