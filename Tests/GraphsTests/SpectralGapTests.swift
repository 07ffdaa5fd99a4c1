// Eigenvalues against closed forms and against all eigenvalues of dense matrices.
import Graphs
import Kernels
import TestSupport
import Testing

@Suite("Spectral gap")
struct SpectralGapTests {
    private func topology(_ pairs: [(Int, Int)], nodes: Int, directed: Bool = false) throws -> Topology {
        try Topology(
            labels: (0..<nodes).map { "\($0)" }, edges: pairs.map { Edge(NodeID($0.0), NodeID($0.1)) },
            directed: directed)
    }

    private func gap(_ topology: Topology, _ rule: Weighting = .metropolisHastings) throws -> Double {
        SpectralGap(of: try MixingWeights(topology, rule: rule)).gamma
    }

    private func cosine(ofTurns turns: Double) -> Double { Elementary.sineCosine(ofTurns: turns).cosine }

    @Test("ring: μ₂ = 2 − 2 cos(2π/n) and γ a third of it", arguments: [4, 5, 16, 101, 530])
    func ring(nodes: Int) throws {
        let ring = try FamilyMember(family: "ring", given: [("nodes", Double(nodes))]).make()
        let expected = 2 - 2 * cosine(ofTurns: 1 / Double(nodes))
        #expect(abs(LaplacianSpectrum(of: ring).connectivity - expected) < 1e-12)
        #expect(abs(try gap(ring) - expected / 3) < 1e-12)
    }

    @Test("0 where weights of 0 part the graph: two nodes at the end of a path have no data around them")
    func zeroWeights() throws {
        let path = try topology([(0, 1), (1, 2), (2, 3), (3, 4)], nodes: 5)
        let weights = try MixingWeights(path, rule: .sampleCount, samples: [1, 1, 0, 0, 0])
        #expect(SpectralGap(of: weights).gamma == 0 && weights.usedTopology.edges.count == 2)
        #expect(GossipLimit(of: weights).closedGroups.map(\.count) == [2, 1, 1])
    }

    @Test("complete: γ = 1 and every non-zero eigenvalue of the Laplacian is n", arguments: [2, 3, 16])
    func complete(nodes: Int) throws {
        let graph = try FamilyMember(family: "complete", given: [("nodes", Double(nodes))]).make()
        let spectrum = LaplacianSpectrum(of: graph)
        #expect(abs(spectrum.connectivity - Double(nodes)) < 1e-12)
        #expect(abs(spectrum.largest - Double(nodes)) < 1e-12)
        #expect(abs(try gap(graph) - 1) < 1e-12)
    }

    @Test("two castles of k: μ₂ = 2k − 2, μmax = 2k, γ = 1 − 1/(2k − 1)", arguments: [3, 5, 6, 20])
    func twoCastle(half: Int) throws {
        let castle = try FamilyMember(family: "twoCastle", given: [("half", Double(half))]).make()
        let spectrum = LaplacianSpectrum(of: castle)
        #expect(abs(spectrum.connectivity - Double(2 * half - 2)) < 1e-12)
        #expect(abs(spectrum.largest - Double(2 * half)) < 1e-12)
        #expect(abs(try gap(castle) - (1 - 1 / Double(2 * half - 1))) < 1e-12)
    }

    @Test("path: μ₂ = 2 − 2 cos(π/n) and γ a third of it", arguments: [4, 9, 30])
    func path(nodes: Int) throws {
        let path = try FamilyMember(family: "path", given: [("nodes", Double(nodes))]).make()
        let expected = 2 - 2 * cosine(ofTurns: 0.5 / Double(nodes))
        #expect(abs(LaplacianSpectrum(of: path).connectivity - expected) < 1e-12)
        #expect(abs(try gap(path) - expected / 3) < 1e-12)
    }

    @Test("star: μ₂ = 1, μmax = n, γ = 1/n", arguments: [4, 9, 30])
    func star(nodes: Int) throws {
        let star = try FamilyMember(family: "star", given: [("nodes", Double(nodes))]).make()
        let spectrum = LaplacianSpectrum(of: star)
        #expect(abs(spectrum.connectivity - 1) < 1e-12)
        #expect(abs(spectrum.largest - Double(nodes)) < 1e-11)
        #expect(abs(try gap(star) - 1 / Double(nodes)) < 1e-12)
    }

    @Test("grid: μ₂ = 2 − 2 cos(π/max)", arguments: [(2, 2), (3, 5), (6, 4)])
    func grid(rows: Int, columns: Int) throws {
        let given = [("rows", Double(rows)), ("columns", Double(columns))]
        let expected = 2 - 2 * cosine(ofTurns: 0.5 / Double(max(rows, columns)))
        let grid = try FamilyMember(family: "grid", given: given).make()
        #expect(abs(LaplacianSpectrum(of: grid).connectivity - expected) < 1e-12)
    }

    @Test("hypercube: μ₂ = 2, μmax = 2d, γ = 2/(d + 1)", arguments: [1, 2, 5, 7])
    func hypercube(dimension: Int) throws {
        let cube = try FamilyMember(family: "hypercube", given: [("dimension", Double(dimension))]).make()
        let spectrum = LaplacianSpectrum(of: cube)
        #expect(abs(spectrum.connectivity - 2) < 1e-12)
        #expect(abs(spectrum.largest - 2 * Double(dimension)) < 1e-11)
        #expect(abs(try gap(cube) - 2 / Double(dimension + 1)) < 1e-12)
    }

    @Test("fan: μ₂ = 3 − 2 cos(π/(n − 1)), μmax = n", arguments: [4, 10, 31])
    func fan(nodes: Int) throws {
        let spectrum = LaplacianSpectrum(of: try FamilyMember(family: "fan", given: [("nodes", Double(nodes))]).make())
        #expect(abs(spectrum.connectivity - (3 - 2 * cosine(ofTurns: 0.5 / Double(nodes - 1)))) < 1e-12)
        #expect(abs(spectrum.largest - Double(nodes)) < 1e-11)
    }

    @Test("octopus: μ₂ = (h + 2 − √(h² + 4))/2, and the gap that papers report for six heads", arguments: [2, 6, 9])
    func octopus(heads: Int) throws {
        let octopus = try FamilyMember(family: "octopus", given: [("heads", Double(heads))]).make()
        let h = Double(heads)
        #expect(abs(LaplacianSpectrum(of: octopus).connectivity - (h + 2 - (h * h + 4).squareRoot()) / 2) < 1e-12)
        if heads == 6 { #expect(abs(try gap(octopus) - 0.120) < 5e-4) }
    }

    @Test("torus: μ₂ = 2 − 2 cos(2π/max) and γ a fifth of it", arguments: [(3, 3), (3, 5), (4, 6), (7, 5), (8, 8)])
    func torus(rows: Int, columns: Int) throws {
        let torus = try FamilyMember.torus(rows, columns).make()
        let expected = 2 - 2 * cosine(ofTurns: 1 / Double(max(rows, columns)))
        #expect(abs(LaplacianSpectrum(of: torus).connectivity - expected) < 1e-12)
        #expect(abs(try gap(torus) - expected / 5) < 1e-12)
    }

    @Test("dumbbell of k: μ₂ is the smaller root of μ² − (k + 2) μ + 2", arguments: [2, 5, 6, 20])
    func dumbbell(half: Int) throws {
        let dumbbell = try FamilyMember(family: "dumbbell", given: [("half", Double(half))]).make()
        // The vector is odd and equal on the k − 1 nodes of a half without the link: a 2 × 2 problem.
        let sum = Double(half + 2)
        let expected = (sum - (sum * sum - 8).squareRoot()) / 2
        #expect(abs(LaplacianSpectrum(of: dumbbell).connectivity - expected) < 1e-12)
    }

    @Test(
        "two worlds of h with k links across: μ₂ = 2k, γ = 2k / (h + k)",
        arguments: [(2, 1), (5, 1), (6, 3), (6, 5), (6, 6), (13, 2)])
    func twoWorlds(half: Int, across: Int) throws {
        let worlds = try FamilyMember.twoWorlds(half, across).make()
        #expect(abs(LaplacianSpectrum(of: worlds).connectivity - Double(2 * across)) < 1e-12)
        #expect(abs(try gap(worlds) - Double(2 * across) / Double(half + across)) < 1e-12)
    }

    @Test("directed exponential graphs: 1 − σ₂", arguments: [(8, 0.5), (16, 0.4), (5, 0.75), (7, 0.646)])
    func exponential(nodes: Int, expected: Double) throws {
        let steps = (0..<nodes.bitWidth).map { 1 << $0 }.prefix { $0 < nodes }
        let pairs = (0..<nodes).flatMap { i in steps.map { (i, (i + $0) % nodes) } }
        let graph = try topology(pairs, nodes: nodes, directed: true)
        #expect(abs(try gap(graph, .uniform) - expected) < 1e-3)
    }

    @Test("dense matrices agree, on all nodes and on some", arguments: 1...12 as ClosedRange<UInt64>)
    func twins(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .topology)
        let nodes = 5 + random.below(20)
        let chords = (0..<nodes).flatMap { i in (i + 1..<nodes).map { (i, $0) } }
            .filter { $0.1 == $0.0 + 1 || random.uniform() < 0.2 }
        let graph = try topology(chords, nodes: nodes)
        for rule in [Weighting.metropolisHastings, .maxDegree] {
            let weights = try MixingWeights(graph, rule: rule)
            for some in [graph.nodes, graph.nodes.filter { _ in random.uniform() < 0.8 }] where some.count > 1 {
                let isConnected = graph.components(of: some).count == 1
                let moduli = eigenvalues(ofSymmetric: denseMatrix(weights, among: some)).map(\.magnitude).sorted()
                let gap = SpectralGap(of: weights, among: some).gamma
                #expect(abs(gap - (isConnected ? 1 - moduli[some.count - 2] : 0)) < 1e-11)
                let laplacian = eigenvalues(ofSymmetric: denseLaplacian(graph, among: some))
                let spectrum = LaplacianSpectrum(of: graph, among: some)
                #expect(abs(spectrum.connectivity - laplacian[1]) < 1e-11)
                #expect(abs(spectrum.largest - laplacian[some.count - 1]) < 1e-11)
            }
        }
    }

    @Test("uniform weights of an irregular graph: the star's second modulus is 1/2")
    func reversible() throws {
        // W has the eigenvalues 1, 1/2 (n − 2 times) and 1/n + 1/2 − 1 = 1/n − 1/2.
        let star = try topology((1..<6).map { (0, $0) }, nodes: 6)
        #expect(abs(try gap(star, .uniform) - 0.5) < 1e-12)
    }

    @Test("a weighted Laplacian of equal weights is the plain one times the weight")
    func weightedLaplacian() throws {
        let ring = try FamilyMember(family: "ring", given: [("nodes", 10)]).make()
        let weighted = LaplacianSpectrum(of: try MixingWeights(ring, rule: .metropolisHastings))
        #expect(abs(weighted.connectivity - LaplacianSpectrum(of: ring).connectivity / 3) < 1e-12)
    }

    @Test("parts without an edge between them have no gap and no connectivity")
    func parts() throws {
        let parts = try topology([(0, 1), (2, 3)], nodes: 4)
        #expect(try gap(parts) == 0)
        #expect(LaplacianSpectrum(of: parts).connectivity == 0)
        #expect(abs(LaplacianSpectrum(of: parts).largest - 2) < 1e-12)
    }

    @Test("one node agrees with itself")
    func oneNode() throws {
        let one = try topology([], nodes: 1)
        #expect(try gap(one) == 1)
        #expect(LaplacianSpectrum(of: one) == LaplacianSpectrum(of: one, among: [NodeID(0)]))
    }
}
