// Where hostile nodes stand: laws over the catalogue of placements, and slow twins of what they go by.
import Graphs
import Kernels
import Registry
import Testing
import TestSupport

@testable import Attacks

/// A placement of the catalogue with its parameters, by name in test listings.
struct CatalogPlacement: CustomTestStringConvertible, Sendable {
    let type: any Placement.Type
    var given: [(name: String, value: ParameterValue)] = []
    var testDescription: String { type.name }

    init(_ type: any Placement.Type, count: Int = 3) {
        self.type = type
        if type.parameters.contains(where: { $0.name == "count" }) { given = [("count", .number(Double(count)))] }
    }

    static let all = PlacementCatalog.all.entries.map { CatalogPlacement($0) }

    func chosen(on site: Site, seed: UInt64 = 1) throws -> [NodeID] {
        var random = RandomStream(seed: seed, purpose: .placement)
        let placement = try type.init(ParameterValues(given, declared: type.parameters, key: "nodes"))
        return try placement.choose(on: site, random: &random)
    }
}

/// Random graphs, each with the last three nodes attached to the others.
private enum Graph {
    static func edges(_ seed: UInt64, nodes: Int = 14) -> [(Int, Int)] {
        var random = RandomStream(seed: seed, purpose: .topology)
        var edges = (1..<nodes - 3).map { (random.below($0), $0) }
        for a in 0..<nodes - 3 {
            for b in a + 1..<nodes - 3 where random.uniform() < 0.15 && !edges.contains(where: { $0 == (a, b) }) {
                edges.append((a, b))
            }
        }
        return edges + (nodes - 3..<nodes).map { (random.below(nodes - 3), $0) }
    }

    /// - Parameter order: where each node stands in the file; its label does not change.
    static func site(_ seed: UInt64, order: [Int]? = nil, taken: [Int] = []) throws -> Site {
        let pairs = edges(seed)
        let order = order ?? Array(0..<14)
        var labels = [String](repeating: "", count: 14)
        for (label, place) in order.enumerated() { labels[place] = "\(label)" }
        let topology = try Topology(
            labels: labels, edges: pairs.map { Edge(NodeID(order[$0.0]), NodeID(order[$0.1])) })
        return Site(
            ConstantLinks(try MixingWeights(topology, rule: .metropolisHastings)),
            taken: taken.map { NodeID(order[$0]) }, marked: (11..<14).map { NodeID(order[$0]) }.sorted())
    }
}

@Suite("Every placement")
struct EveryPlacementTests {
    @Test("keeps the laws", arguments: PlacementLaws.all, CatalogPlacement.all)
    func keeps(law: Law<CatalogPlacement>, placement: CatalogPlacement) throws {
        #expect(try law.violations(of: placement) == [])
    }

    @Test("that is made to break a law is found out", arguments: PlacementLaws.all)
    func breaks(law: Law<CatalogPlacement>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }
}

enum PlacementLaws {
    static let all = [free, labels, names]

    static let free = Law(
        "chooses as many as it was told, each once and none that is taken", brokenBy: CatalogPlacement(Greedy.self)
    ) { placement, verdict in
        for seed in 1...10 as ClosedRange<UInt64> {
            let site = try Graph.site(seed, taken: [0, 3, 12])
            let nodes = try placement.chosen(on: site, seed: seed)
            let isFree = nodes.allSatisfy(site.free.contains) && Set(nodes).count == nodes.count
            let count = placement.given.isEmpty ? 2 : 3
            verdict.expect(isFree && nodes.count == count, "seed \(seed): \(nodes)")
        }
    }

    static let labels = Law(
        "goes by graph and labels, not by the order of a file", brokenBy: CatalogPlacement(FirstOfFile.self)
    ) { placement, verdict in
        for seed in 1...10 as ClosedRange<UInt64> {
            var order = Array(0..<14)
            var random = RandomStream(seed: seed, purpose: .measurement)
            random.shuffle(&order)
            let (site, shuffled) = (try Graph.site(seed), try Graph.site(seed, order: order))
            let names = try placement.chosen(on: site, seed: seed).map { site.graph.labels[$0.index] }
            let others = try placement.chosen(on: shuffled, seed: seed).map { shuffled.graph.labels[$0.index] }
            verdict.expect(names == others, "seed \(seed): \(names), then \(others)")
        }
    }

    static let names = Law("can be told by a name of its own", brokenBy: CatalogPlacement(Greedy.self)) {
        placement, verdict in
        for spelling in [placement.type.name] + placement.type.aliases {
            let found = try? PlacementCatalog.all.entry(named: spelling)
            verdict.expect(found == placement.type, "'\(spelling)' is another one, or none")
        }
    }
}

/// Takes one node more, whoever has it.
private struct Greedy: Placement {
    static let name = "greedy"
    static let summary = "for tests"
    let count: Int? = 4
    init(_ parameters: ParameterValues) {}
    func choose(on site: Site, random: inout RandomStream) -> [NodeID] { Array(site.graph.nodes.prefix(4)) }
}

/// Takes the first nodes as the file has them.
private struct FirstOfFile: Placement {
    static let name = "firstOfFile"
    static let summary = "for tests"
    let count: Int? = 3
    init(_ parameters: ParameterValues) {}
    func choose(on site: Site, random: inout RandomStream) -> [NodeID] { Array(site.free.sorted().prefix(3)) }
}

@Suite("Placements against slow twins")
struct PlacementTwinTests {
    private static let seeds = 1...12 as ClosedRange<UInt64>

    /// The three of the highest scores, equal ones in the order of labels; labels here are positions.
    private func best(_ scores: [Double], besides taken: [Int]) -> [NodeID] {
        let rounded = scores.map { ($0 * 1e6).rounded() }
        let order = scores.indices.filter { !taken.contains($0) }.sorted { (-rounded[$0], $0) < (-rounded[$1], $1) }
        return order.prefix(3).map { NodeID($0) }
    }

    /// Steps of the shortest way and how many such ways there are, from every node to every other.
    private func ways(_ site: Site) -> (steps: [[Int]], count: [[Double]]) {
        let size = site.graph.nodeCount
        var steps = [[Int]](repeating: [Int](repeating: 1_000, count: size), count: size)
        for node in 0..<size { steps[node][node] = 0 }
        for edge in site.graph.edges {
            steps[edge.source.index][edge.target.index] = 1
            if !site.graph.directed { steps[edge.target.index][edge.source.index] = 1 }
        }
        let links = steps
        for middle in 0..<size {
            for a in 0..<size {
                for b in 0..<size { steps[a][b] = min(steps[a][b], steps[a][middle] + steps[middle][b]) }
            }
        }
        var count = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        for a in 0..<size {
            count[a][a] = 1
            for b in (0..<size).sorted(by: { steps[a][$0] < steps[a][$1] }) where b != a && steps[a][b] < 1_000 {
                for last in 0..<size where links[last][b] == 1 && steps[a][last] + 1 == steps[a][b] {
                    count[a][b] += count[a][last]
                }
            }
        }
        return (steps, count)
    }

    @Test("betweenness is the share of shortest paths, in either kind of graph", arguments: seeds)
    func betweenness(seed: UInt64) throws {
        let site = try Graph.site(seed, taken: [1])
        let arrows = try Topology(
            labels: site.graph.labels, edges: site.graph.edges + [Edge(NodeID(13), NodeID(0))], directed: true)
        for graph in [site.graph, arrows] {
            let site = Site(ConstantLinks(try MixingWeights(graph, rule: .uniform)), taken: [NodeID(1)])
            let (steps, count) = ways(site)
            let scores = graph.nodes.map(\.index).map { node in
                var sum = 0.0
                for a in steps.indices where a != node {
                    for b in steps.indices where b != node && b != a && steps[a][b] < 1_000 {
                        guard steps[a][node] + steps[node][b] == steps[a][b] else { continue }
                        sum += count[a][node] * count[node][b] / count[a][b]
                    }
                }
                return sum
            }
            for (fast, slow) in zip(Betweenness.scores(of: graph), scores) { #expect(abs(fast - slow) < 1e-9) }
            #expect(try CatalogPlacement(BetweennessPlacement.self).chosen(on: site) == best(scores, besides: [1]))
        }
    }

    @Test("a cut node parts as many pairs as its removal does", arguments: seeds)
    func cut(seed: UInt64) throws {
        let site = try Graph.site(seed)
        for absent in [[], [NodeID(2)]] as [Set<NodeID>] {
            let there = site.graph.nodes.filter { !absent.contains($0) }
            func joined(_ nodes: [NodeID]) -> Double {
                site.graph.components(of: nodes).reduce(0) { $0 + Double($1.count * ($1.count - 1) / 2) }
            }
            let parted = CutNodes.partedPairs(of: site.graph, without: absent)
            for node in there {
                let part = site.graph.components(of: there).first { $0.contains(node) } ?? []
                let lost = joined(there) - joined(there.filter { $0 != node }) - Double(part.count - 1)
                #expect(parted[node.index] == lost, "node \(node)")
            }
        }
    }

    @Test("the bridge of two halves falls first, then what is between most others")
    func dumbbell() throws {
        let halves = (0..<4).flatMap { a in (a + 1..<4).map { (a, $0) } }
        let pairs = halves + halves.map { ($0.0 + 4, $0.1 + 4) } + [(3, 4)]
        let topology = try Topology(
            labels: (0..<8).map { "\($0)" }, edges: pairs.map { Edge(NodeID($0.0), NodeID($0.1)) })
        let site = Site(ConstantLinks(try MixingWeights(topology, rule: .uniform)))
        #expect(try CatalogPlacement(CutPlacement.self, count: 1).chosen(on: site) == [NodeID(3)])
        #expect(try CatalogPlacement(DegreePlacement.self, count: 2).chosen(on: site) == [NodeID(3), NodeID(4)])
    }

    @Test("influence is what powers of the mixing matrix say", arguments: seeds)
    func influence(seed: UInt64) throws {
        let site = try Graph.site(seed, taken: [5])
        let matrix = denseMatrix(site.weights)
        let size = matrix.count
        var (power, sum) = (matrix, matrix)
        for _ in 1..<10 {
            power = (0..<size).map { i in
                (0..<size).map { j in (0..<size).reduce(0) { $0 + matrix[i][$1] * power[$1][j] } }
            }
            for i in 0..<size { for j in 0..<size { sum[i][j] += power[i][j] } }
        }
        var (hostile, chosen) = ([5], [NodeID]())
        for _ in 0..<3 {
            let candidates = (0..<size).filter { !hostile.contains($0) }
            let scores = candidates.map { node in
                let group = hostile + [node]
                let honest = (0..<size).filter { !group.contains($0) }
                let total = honest.reduce(0.0) { total, i in group.reduce(total) { $0 + sum[i][$1] } }
                return ((total / Double(honest.count)) * 1e9).rounded()
            }
            let next = candidates[scores.indices.min { (-scores[$0], $0) < (-scores[$1], $1) } ?? 0]
            hostile.append(next)
            chosen.append(NodeID(next))
        }
        #expect(try CatalogPlacement(InfluencePlacement.self).chosen(on: site) == chosen)
    }

    @Test("chance takes each node as often as any other")
    func random() throws {
        let site = try Graph.site(1)
        var counts = [Int](repeating: 0, count: 14)
        for seed in 1...2_000 as ClosedRange<UInt64> {
            for node in try CatalogPlacement(RandomPlacement.self).chosen(on: site, seed: seed) {
                counts[node.index] += 1
            }
        }
        // 2000 · 3 / 14 with five deviations of a hypergeometric count.
        #expect(counts.allSatisfy { abs($0 - 429) < 92 }, "\(counts)")
    }

    @Test("what takes too long, and what a graph does not have, is refused")
    func refusals() throws {
        let site = try Graph.site(1)
        #expect(throws: ConfigurationFault.self) { try site.refuse("cut", ifBeyond: 3e10) }
        let bare = Site(ConstantLinks(site.weights))
        for type in [MarkedPlacement.self, AttachedPlacement.self] as [any Placement.Type] {
            #expect(throws: ConfigurationFault.self) { try CatalogPlacement(type).chosen(on: bare) }
        }
    }
}
