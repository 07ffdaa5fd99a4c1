// Base-(k + 1) graphs: few links a round and the exact average after a few rounds, whatever the number of nodes.
import Kernels
import Registry

/// In each round every node exchanges with at most `count` = k others, symmetrically, and after O(log n / log (k + 1))
/// rounds without training all have the exact average (Takezawa, Sato, Bao, Niwa, Yamada 2023, arXiv 2305.11420).
///
/// Written in base k + 1, n tells how the nodes are parted: each digit a at place p is a part of a · (k + 1)^p nodes.
/// Parts average within themselves; then each in turn, the largest first, trades with all smaller ones so much that its
/// own average and theirs become that of all; then it averages within itself once more.
public struct BaseGraph: ScheduleKind {
    public static let name = "baseGraph"
    public static let aliases = ["base-graph", "base"]
    public static let summary = "Base-(count + 1) graphs: the exact average in a few rounds, for any number of nodes."
    public static let parameters: [Parameter] = [
        .count("count", 1...1_000, default: 1, "the most neighbours of a node in a round")
    ]

    private let base: Int

    public init(_ parameters: ParameterValues) { base = parameters.count("count") + 1 }

    public func links(on graph: Topology, seed: UInt64) throws(ConfigurationFault) -> any LinkSchedule {
        guard graph.nodeCount > 1 else {
            throw ConfigurationFault("the schedule \(Self.name) is for two nodes or more")
        }
        return try Links(on: graph, rounds: Self.rounds(of: Array(0..<graph.nodeCount), base: base))
    }

    // MARK: - The rounds

    /// A weight that two nodes give each other.
    private typealias Trade = (Int, Int, weight: Double)

    /// The trades of each round: of the nodes all together, or where that is shorter, of groups and then across them.
    private static func rounds(of nodes: [Int], base: Int) -> [[Trade]] {
        let whole = simple(nodes, base)
        // The largest divisor of n that is a product of factors up to the base.
        var rest = nodes.count
        for factor in 2...base { while rest % factor == 0 { rest /= factor } }
        guard rest > 1, rest < nodes.count else { return whole }
        let groups = stride(from: 0, to: nodes.count, by: rest).map { Array(nodes[$0..<$0 + rest]) }
        let across = (0..<rest).map { place in groups.map { $0[place] } }
        let parted = together(groups.map { simple($0, base) }) + together(across.map { cube($0, base) ?? [] })
        return parted.count < whole.count ? parted : whole
    }

    /// The rounds of disjoint groups at the same time.
    private static func together(_ groups: [[[Trade]]]) -> [[Trade]] {
        let count = groups.map(\.count).max() ?? 0
        return (0..<count).map { round in groups.flatMap { round < $0.count ? $0[round] : [] } }
    }

    /// A hypercube of sides up to the base, if n has only such factors: one round a side, in which those average that
    /// differ in it alone.
    private static func cube(_ nodes: [Int], _ base: Int) -> [[Trade]]? {
        var rest = nodes.count
        var sides: [Int] = []
        for side in (2...base).reversed() {
            while rest % side == 0 {
                sides.append(side)
                rest /= side
            }
        }
        guard rest == 1 else { return nil }
        var step = 1
        return sides.map { side in
            defer { step *= side }
            return nodes.indices.flatMap { place -> [Trade] in
                let digit = place / step % side
                return (digit + 1..<side).map { other in
                    (nodes[place], nodes[place + (other - digit) * step], 1 / Double(side))
                }
            }
        }
    }

    /// The simple Base-(k + 1) graph.
    private static func simple(_ nodes: [Int], _ base: Int) -> [[Trade]] {
        if let cube = cube(nodes, base) { return cube }
        let parts = parts(of: nodes, base)
        let within = parts.map { cube($0.flatMap(\.self), base) ?? [] }
        let start = within[0].count
        // A part of several pieces trades with one node of each piece, and then each piece averages by itself.
        var rounds = [[Trade]](repeating: [], count: start + 1 + (cube(parts[0][0], base) ?? []).count)
        for round in 0..<start {
            for cube in within where !cube.isEmpty { rounds[round] += cube[round % cube.count] }
        }
        var left = nodes.count
        for (turn, part) in parts.enumerated() {
            let size = part.reduce(0) { $0 + $1.count }
            let others = parts[(turn + 1)...].flatMap { $0.flatMap(\.self) }
            let weight = Double(size) / Double(left) / Double(part.count)
            for (place, other) in others.enumerated() {
                for piece in part { rounds[start + turn].append((piece[place], other, weight)) }
            }
            guard !others.isEmpty else { break }
            for piece in part {
                for (step, trades) in (cube(piece, base) ?? []).enumerated() {
                    rounds[start + turn + 1 + step] += trades
                }
            }
            left -= size
        }
        return rounds
    }

    /// The parts, the largest first, each as pieces of a power of the base.
    private static func parts(of nodes: [Int], _ base: Int) -> [[[Int]]] {
        var power = 1
        while power <= nodes.count / base { power *= base }
        var parts: [[[Int]]] = []
        var next = 0
        while next < nodes.count {
            let digit = (nodes.count - next) / power
            if digit > 0 {
                parts.append((0..<digit).map { Array(nodes[next + $0 * power..<next + ($0 + 1) * power]) })
                next += digit * power
            }
            power /= base
        }
        return parts
    }

    // MARK: - As a schedule

    private struct Links: LinkSchedule {
        let union: Topology
        /// Of each round and node, whom it hears.
        private let rounds: [[[Sender]]]

        init(on graph: Topology, rounds trades: [[Trade]]) throws(ConfigurationFault) {
            var rounds: [[[Sender]]] = []
            var edges: Set<Edge> = []
            for round in trades {
                var senders = [[Sender]](repeating: [], count: graph.nodeCount)
                for (a, b, weight) in round {
                    guard graph.hasLink(from: NodeID(a), to: NodeID(b)), graph.hasLink(from: NodeID(b), to: NodeID(a))
                    else {
                        throw ConfigurationFault(
                            "the schedule \(BaseGraph.name) links '\(graph.labels[a])' and '\(graph.labels[b])', "
                                + "and the graph has no such edge; the family complete has all")
                    }
                    senders[a].append(Sender(NodeID(b), weight: weight))
                    senders[b].append(Sender(NodeID(a), weight: weight))
                    edges.insert(Edge(NodeID(min(a, b)), NodeID(max(a, b))))
                    if graph.directed { edges.insert(Edge(NodeID(max(a, b)), NodeID(min(a, b)))) }
                }
                rounds.append(senders.map { $0.sorted { $0.node < $1.node } })
            }
            self.rounds = rounds
            union = graph.with(Array(edges), directed: graph.directed)
        }

        func distinctRounds(before rounds: Int) -> [Round]? { (0..<min(self.rounds.count, rounds)).map { Round($0) } }

        func senders(of node: NodeID, in round: Round) -> [Sender] {
            rounds[round.number % rounds.count][node.index]
        }

        func receivers(of node: NodeID, in round: Round) -> [NodeID] {
            senders(of: node, in: round).map(\.node)
        }
    }
}
