// The slow twins of what Graphs says of a graph's structure: by definition, one pair, set or missing node at a time.
import Graphs
import Kernels

enum SlowStructure {
    private static func parts(_ topology: Topology, without gone: Set<Int>, edge: Edge? = nil) -> Int {
        var left = Set(topology.nodes.map(\.index)).subtracting(gone)
        var parts = 0
        while let first = left.first {
            parts += 1
            var waiting = [first]
            left.remove(first)
            while let node = waiting.popLast() {
                for other in left {
                    let pair = Edge(NodeID(min(node, other)), NodeID(max(node, other)))
                    guard topology.hasLink(from: pair.source, to: pair.target) else { continue }
                    if let edge, edge.source == pair.source, edge.target == pair.target { continue }
                    left.remove(other)
                    waiting.append(other)
                }
            }
        }
        return parts
    }

    static func cutNodes(_ topology: Topology) -> [Int] {
        let whole = parts(topology, without: [])
        return topology.nodes.map(\.index).filter { node in
            let isAlone = topology.degree(of: NodeID(node)) == 0
            return parts(topology, without: [node]) > whole - (isAlone ? 1 : 0)
        }
    }

    static func bridges(_ topology: Topology) -> [Int] {
        let whole = parts(topology, without: [])
        return topology.edges.filter { parts(topology, without: [], edge: $0) > whole }
            .map { 1_000 * $0.source.index + $0.target.index }
    }

    /// Floyd and Warshall.
    static func diameter(_ topology: Topology) -> [Int] {
        guard topology.isConnected else { return [] }
        let count = topology.nodeCount
        var distance = (0..<count).map { i in
            (0..<count).map { j in i == j ? 0 : topology.hasLink(from: NodeID(i), to: NodeID(j)) ? 1 : 1_000 }
        }
        for k in 0..<count {
            for i in 0..<count {
                for j in 0..<count { distance[i][j] = min(distance[i][j], distance[i][k] + distance[k][j]) }
            }
        }
        let longest = distance.joined().max() ?? 0
        return [longest, longest]
    }

    /// r twice, then for each r the greatest s: all pairs of disjoint sets, each node in the first, the second or none.
    static func robustness(_ topology: Topology) -> [Int] {
        let count = topology.nodeCount
        let half = (count + 1) / 2
        var pairs: [([Int], [Int])] = []
        var code = [Int](repeating: 0, count: count)
        func visit(_ place: Int) {
            guard place < count else {
                let sets = (1...2).map { set in code.indices.filter { code[$0] == set } }
                if !sets[0].isEmpty, !sets[1].isEmpty { pairs.append((sets[0], sets[1])) }
                return
            }
            for value in 0...2 {
                code[place] = value
                visit(place + 1)
            }
        }
        visit(0)
        func reached(_ set: [Int], _ r: Int) -> Int {
            set.count { node in
                topology.neighbours(of: NodeID(node)).count { !set.contains($0.index) } >= r
            }
        }
        func isRobust(_ r: Int, _ s: Int) -> Bool {
            pairs.allSatisfy { a, b in
                let (x, y) = (reached(a, r), reached(b, r))
                return x == a.count || y == b.count || x + y >= s
            }
        }
        let r = (0...half).last { r in pairs.allSatisfy { reached($0, r) > 0 || reached($1, r) > 0 } } ?? 0
        return [r, r] + (1...half).map { r in (0...count).last { isRobust(r, $0) } ?? 0 }
    }
}
