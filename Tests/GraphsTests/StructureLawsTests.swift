// Cut nodes, bridges, diameters and robustness against slow twins on random graphs, and against closed forms. Twins go
// by the definitions: they take nodes out, walk between all pairs, and look at all pairs of sets.
import Graphs
import Kernels
import TestSupport
import Testing

/// One way to work a number or a list out of a graph.
struct GraphMeasure: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let value: @Sendable (InducedGraph, Topology) -> [Int]
}

@Suite("Structure laws")
struct StructureLawsTests {
    @Test("fast and slow ways agree", arguments: Self.laws)
    func agree(law: Law<GraphMeasure>) throws {
        let subject = try #require(Self.subjects.first { $0.testDescription == law.description })
        let violations = try law.violations(of: subject)
        #expect(violations == [])
    }

    @Test("a wrong way is found out", arguments: Self.laws)
    func breaks(law: Law<GraphMeasure>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    static let subjects = [
        GraphMeasure(testDescription: "cut nodes") { graph, _ in Cuts(of: graph).nodes.map(\.index) },
        GraphMeasure(testDescription: "bridges") { graph, _ in
            Cuts(of: graph).bridges.map { 1_000 * $0.source.index + $0.target.index }
        },
        GraphMeasure(testDescription: "diameter") { graph, topology in
            guard topology.isConnected else { return [] }
            let diameter = Diameter(of: graph)
            return [diameter.atLeast, diameter.atMost]
        },
        GraphMeasure(testDescription: "robustness") { graph, _ in
            let found = SetRobustness(of: graph)
            return [found.atLeast, found.atMost] + found.pairs
        },
    ]

    static let laws = [
        law("cut nodes", SlowStructure.cutNodes) { graph, _ in
            // Forgets that a node with two neighbours may be one.
            Cuts(of: graph).nodes.filter { graph.degree(of: $0.index) > 2 }.map(\.index)
        },
        law("bridges", SlowStructure.bridges) { graph, topology in
            // Takes every edge at a cut node for one.
            let cuts = Cuts(of: graph).nodes
            return topology.edges.filter { cuts.contains($0.source) || cuts.contains($0.target) }
                .map { 1_000 * $0.source.index + $0.target.index }
        },
        law("diameter", SlowStructure.diameter) { graph, topology in
            // One more than the neighbours of the first node.
            topology.isConnected ? [topology.degree(of: NodeID(0)) + 1, topology.degree(of: NodeID(0)) + 1] : []
        },
        law("robustness", SlowStructure.robustness) { graph, topology in
            // The least degree, which is only a bound.
            let half = (graph.count + 1) / 2
            let least = min(half, topology.nodes.map(topology.degree).min() ?? 0)
            return [least, least] + SetRobustness(of: graph).pairs
        },
    ]

    private static func law(
        _ name: String, _ slow: @escaping @Sendable (Topology) -> [Int],
        wrong: @escaping @Sendable (InducedGraph, Topology) -> [Int]
    ) -> Law<GraphMeasure> {
        Law(name, brokenBy: GraphMeasure(testDescription: "wrong", value: wrong)) { measure, verdict in
            for seed in 1...30 as ClosedRange<UInt64> {
                let topology = try random(seed, nodes: name == "robustness" ? 7 : 14)
                let found = measure.value(InducedGraph(topology), topology)
                let expected = slow(topology)
                verdict.expect(found == expected, "seed \(seed): \(found), not \(expected)")
            }
        }
    }

    /// A sparse graph, now and then in parts.
    private static func random(_ seed: UInt64, nodes most: Int) throws -> Topology {
        var random = RandomStream(seed: seed, purpose: .topology)
        let nodes = 3 + random.below(most - 2)
        let density = 0.15 + 0.5 * random.uniform()
        var edges: [Edge] = []
        for i in 0..<nodes {
            for j in i + 1..<nodes where j == i + 1 && random.uniform() < 0.9 || random.uniform() < density {
                edges.append(Edge(NodeID(i), NodeID(j)))
            }
        }
        return try Topology(labels: (0..<nodes).map { "\($0)" }, edges: edges)
    }

    private func make(_ family: String, _ given: [(String, Double)]) throws -> Topology {
        try FamilyMember(family: family, given: given).make()
    }

    @Test("a dumbbell of k: the two ends of its link are the cut nodes, the link the only bridge", arguments: [3, 6])
    func dumbbell(half: Int) throws {
        let dumbbell = try make("dumbbell", [("half", Double(half))])
        let cuts = Cuts(of: InducedGraph(dumbbell))
        #expect(cuts.nodes.count == 2 && cuts.bridges.count == 1)
        #expect(cuts.bridges.first.map { [$0.source, $0.target] } == cuts.nodes)
        #expect(Diameter(of: InducedGraph(dumbbell)).atLeast == 3)
    }

    @Test("a tree has a bridge in every edge; a ring has none")
    func bridges() throws {
        let tree = try make("tree", [("nodes", 40)])
        #expect(Cuts(of: InducedGraph(tree)).bridges.count == 39)
        #expect(Cuts(of: InducedGraph(tree)).nodes.count == 20)
        let ring = Cuts(of: InducedGraph(try make("ring", [("nodes", 40)])))
        #expect(ring.nodes.isEmpty && ring.bridges.isEmpty)
    }

    @Test(
        "diameters: ring ⌊n/2⌋, path n − 1, star 2, complete 1, hypercube d, torus ⌊a/2⌋ + ⌊b/2⌋, grid a + b − 2",
        arguments: [
            ("ring", [("nodes", 31.0)], 15), ("path", [("nodes", 50.0)], 49), ("star", [("nodes", 9.0)], 2),
            ("complete", [("nodes", 8.0)], 1), ("hypercube", [("dimension", 7.0)], 7),
            ("torus", [("rows", 7.0), ("columns", 10.0)], 8), ("grid", [("rows", 5.0), ("columns", 9.0)], 12),
        ])
    func diameters(family: String, given: [(String, Double)], expected: Int) throws {
        let diameter = Diameter(of: InducedGraph(try make(family, given)))
        #expect(diameter.atLeast == expected && diameter.isExact)
    }

    @Test("a diameter that takes too long has bounds: a long ring's is at least half of it")
    func bounds() throws {
        let diameter = Diameter(of: InducedGraph(try make("ring", [("nodes", 60_000)])), mostSteps: 2_000_000)
        #expect(diameter.atLeast == 30_000 && diameter.atMost >= 30_000 && !diameter.isExact)
    }

    @Test("complete graphs are ⌈n/2⌉-robust, rings 1-robust, two worlds of k links across k-robust")
    func robustness() throws {
        for nodes in 2...9 {
            let found = SetRobustness(of: InducedGraph(try make("complete", [("nodes", Double(nodes))])))
            #expect(found.atLeast == (nodes + 1) / 2 && found.isExact)
        }
        #expect(SetRobustness(of: InducedGraph(try make("ring", [("nodes", 9)]))).atMost == 1)
        let worlds = try make("twoWorlds", [("half", 6), ("across", 2)])
        #expect(SetRobustness(of: InducedGraph(worlds)).atLeast == 2)
    }

    @Test("bounds of large graphs hold what the enumeration of small ones finds", arguments: [17, 24])
    func robustnessBounds(nodes: Int) throws {
        let complete = try make("complete", [("nodes", Double(nodes))])
        let found = SetRobustness(
            of: InducedGraph(complete), connectivity: LaplacianSpectrum(of: complete).connectivity)
        #expect(found.atLeast == (nodes + 1) / 2 && found.atMost == (nodes + 1) / 2 && found.pairs.isEmpty)
        let worlds = try make("twoWorlds", [("half", Double(nodes)), ("across", 3)])
        let bounds = SetRobustness(of: InducedGraph(worlds), connectivity: 6)
        #expect(bounds.atLeast == 3 && bounds.atMost == 3)
    }

    @Test("two groups are found if and only if the graph is at most as robust as nodes may ignore", arguments: 1...20)
    func separation(seed: Int) throws {
        let topology = try Self.random(UInt64(seed), nodes: 11)
        let graph = InducedGraph(topology)
        let robustness = SetRobustness(of: graph).atLeast
        for ignored in 0...4 {
            let verdict = Separation.search(graph, ignored: [Int](repeating: ignored, count: graph.count))
            guard case .found(let separation) = verdict else {
                #expect(verdict == .excluded && robustness > ignored)
                continue
            }
            #expect(robustness <= ignored)
            #expect(Set(separation.groups[0]).isDisjoint(with: separation.groups[1]))
            for group in separation.groups {
                #expect(!group.isEmpty)
                for node in group {
                    #expect(topology.neighbours(of: node).count { !group.contains($0) } <= ignored)
                }
            }
        }
    }

    @Test("the middle of a star has most influence, wherever it stands, though W is doubly stochastic")
    func influenceOnStar() throws {
        let star = try Topology(labels: (0..<40).map { "\($0)" }, edges: (0..<39).map { Edge(NodeID($0), NodeID(39)) })
        let influence = PlacementInfluence(of: try MixingWeights(star, rule: .metropolisHastings))
        #expect(influence.greedy(count: 1) == [NodeID(39)])
    }

    @Test("influence is what powers of the matrix say, and greedy takes the best single node")
    func influence() throws {
        let topology = try Self.random(3, nodes: 12)
        let weights = try MixingWeights(topology, rule: .uniform)
        let influence = PlacementInfluence(of: weights, rounds: 4)
        let dense = denseMatrix(weights)
        func slow(_ hostile: [Int]) -> Double {
            var vector = dense.indices.map { hostile.contains($0) ? 1.0 : 0 }
            var sum = 0.0
            for _ in 0..<4 {
                vector = dense.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
                for (index, value) in vector.enumerated() where !hostile.contains(index) { sum += value }
            }
            return sum / Double(dense.count - hostile.count)
        }
        for hostile in [[0], [1, 2], [0, dense.count - 1]] {
            #expect(abs(influence(hostile.map { NodeID($0) }) - slow(hostile)) < 1e-12)
        }
        let best = dense.indices.max { slow([$0]) < slow([$1]) }
        #expect(influence.greedy(count: 1).map(\.index) == best.map { [$0] })
        #expect(influence.greedy(count: 3).count == 3)
    }

    @Test("the golden spectra are there")
    func golden() { #expect(SpectraOfNumpy.all.count == 12) }

    @Test("spectra are numpy's to 1e-9, on random graphs", arguments: SpectraOfNumpy.all)
    func numpy(graph: SpectraOfNumpy) throws {
        let topology = try Topology(
            labels: (0..<graph.nodes).map { "\($0)" }, edges: graph.edges.map { Edge(NodeID($0[0]), NodeID($0[1])) })
        let weights = try MixingWeights(topology, rule: .metropolisHastings)
        let (plain, weighted) = (LaplacianSpectrum(of: topology), LaplacianSpectrum(of: weights))
        let found = [
            SpectralGap(of: weights).gamma, plain.connectivity, plain.largest, weighted.connectivity, weighted.largest,
        ]
        for (value, expected) in zip(found, graph.expected) {
            #expect(abs(value - expected) <= 1e-9 * max(1, graph.expected[2]))
        }
        #expect(plain.isExact && weighted.isExact && graph.expected.count == 5)
    }

    @Test("long rings are exact up to 2,000 nodes, and bounds above where the search is cut short")
    func longRings() throws {
        let ring = try make("ring", [("nodes", 2_000)])
        let spectrum = LaplacianSpectrum(of: ring)
        let expected = 2 - 2 * Elementary.sineCosine(ofTurns: 1 / 2_000).cosine
        #expect(spectrum.isExact && abs(spectrum.connectivity - expected) < 1e-9 * 4)
        #expect(abs(spectrum.largest - 4) < 1e-9)
    }
}
