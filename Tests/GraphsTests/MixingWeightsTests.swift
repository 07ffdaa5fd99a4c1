// Laws of the mixing matrices and the refusals of weights from files.
import Graphs
import Kernels
import Registry
import Testing
import TestSupport

@Suite("Mixing weights")
struct MixingWeightsTests {
    /// A triangle with a tail: degrees 2, 2, 3, 1.
    private func kite(_ weights: [Double?] = [nil, nil, nil, nil]) throws -> Topology {
        let pairs = [(0, 1), (0, 2), (1, 2), (2, 3)]
        return try Topology(
            labels: ["a", "b", "c", "d"],
            edges: zip(pairs, weights).map { Edge(NodeID($0.0), NodeID($0.1), weight: $1) })
    }

    private func weighting(
        _ name: String, _ given: [(String, Double)] = [], lazy: Double = 0
    ) throws -> Weighting {
        let kind = try WeightCatalog.all.entry(named: name)
        return try Weighting(
            kind,
            ParameterValues(given.map { ($0.0, .number($0.1)) }, declared: kind.parameters, key: "weights"),
            lazy: lazy)
    }

    @Test("each rule weighs by the degrees it names")
    func rules() throws {
        let kite = try kite()
        let metropolis = try MixingWeights(kite, rule: .metropolisHastings)
        #expect(metropolis.weights(at: NodeID(0)) == [1.0 / 3, 1.0 / 4])
        #expect(metropolis.weights(at: NodeID(3)) == [1.0 / 4])
        #expect(metropolis.ownWeight(of: NodeID(3)) == 3.0 / 4)
        #expect(try MixingWeights(kite, rule: .maxDegree).weights(at: NodeID(0)) == [1.0 / 4, 1.0 / 4])
        #expect(try MixingWeights(kite, rule: .uniform).weights(at: NodeID(3)) == [1.0 / 2])
        let hostile = try MixingWeights(kite, rule: weighting("hostileMetropolis", [("hostile", 2)]))
        #expect(hostile.weights(at: NodeID(0)) == [1.0 / 5, 1.0 / 6])
        let laplacian = try MixingWeights(kite, rule: weighting("laplacian", [("step", 0.3)]))
        #expect(laplacian.weights(at: NodeID(2)) == [0.3, 0.3, 0.3])
        #expect(abs(laplacian.ownWeight(of: NodeID(2)) - 0.1) < 1e-15)
    }

    @Test("lazy nodes keep a share beforehand: (W + I) / 2 halves the spectral gap, and no eigenvalue is negative")
    func lazy() throws {
        let ring = try FamilyMember(family: "ring", given: [("nodes", 8)]).make()
        let (plain, lazy) = (
            try MixingWeights(ring, rule: .metropolisHastings),
            try MixingWeights(ring, rule: weighting("metropolisHastings", lazy: 0.5))
        )
        #expect(lazy.ownWeight(of: NodeID(0)) == (plain.ownWeight(of: NodeID(0)) + 1) / 2)
        #expect(abs(SpectralGap(of: lazy).gamma - SpectralGap(of: plain).gamma / 2) < 1e-12)
        #expect(eigenvalues(ofSymmetric: denseMatrix(lazy))[0] > -1e-12)
        #expect(eigenvalues(ofSymmetric: denseMatrix(plain))[0] < -0.3)
    }

    @Test("a Laplacian step of 1/(h + k) leaves two worlds of h with k links across the gap 2k/(h + k)")
    func twoWorlds() throws {
        for (half, across) in [(5, 1), (6, 3), (8, 2)] {
            let step = 1 / Double(half + across)
            let weights = try MixingWeights(
                FamilyMember.twoWorlds(half, across).make(), rule: weighting("laplacian", [("step", step)]))
            #expect(abs(SpectralGap(of: weights).gamma - 2 * Double(across) * step) < 1e-12)
        }
    }

    @Test("who has more samples counts for more, who has none for nothing")
    func samples() throws {
        let weights = try MixingWeights(kite(), rule: .sampleCount, samples: [10, 0, 20, 70])
        #expect(weights.weights(at: NodeID(0)) == [0, 20.0 / 30])
        #expect(weights.weights(at: NodeID(1)) == [10.0 / 30, 20.0 / 30] && weights.ownWeight(of: NodeID(1)) == 0)
        #expect(weights.weights(at: NodeID(2)) == [0.1, 0, 0.7])
        // π ∝ n_i times the samples around i.
        let shares = try #require(weights.stationaryWeights())
        let expected: [Double] = [10 * 30, 0, 20 * 100, 70 * 90]
        for (share, part) in zip(shares, expected) { #expect(abs(share - part / expected.reduce(0, +)) < 1e-12) }
        let unknown = try MixingWeights(kite(), rule: .sampleCount)
        let uniform = try MixingWeights(kite(), rule: .uniform)
        #expect(unknown == uniform)
        let none = try MixingWeights(kite(), rule: .sampleCount, samples: [0, 0, 0, 0])
        #expect(none.topology.nodes.allSatisfy { none.ownWeight(of: $0) == 1 })
    }

    @Test("the largest Laplacian step leaves the busiest node nothing, and a larger one is refused with it")
    func laplacian() throws {
        let most = try MixingWeights(kite(), rule: weighting("laplacian", [("step", 1.0 / 3)]))
        #expect(abs(most.ownWeight(of: NodeID(2))) < 1e-15)
        let fault = #expect(throws: ConfigurationFault.self) {
            try MixingWeights(kite(), rule: weighting("laplacian", [("step", 0.34)]))
        }
        #expect(
            fault?.description
                == "the laplacian step 0.34 leaves 'c', which has 3 neighbours, a negative weight for itself; allowed: "
                + "at most 1/3 = 0.3333333333333333")
    }

    @Test("sums and extremes are those of the dense matrix", arguments: ["uniform", "metropolisHastings"])
    func sums(rule: String) throws {
        let weights = try MixingWeights(kite(), rule: weighting(rule))
        for nodes in [[0, 1, 2, 3], [0, 2, 3]] {
            let nodes = nodes.map { NodeID($0) }
            let matrix = denseMatrix(weights, among: nodes)
            let sums = WeightSums(of: weights, among: nodes)
            for place in nodes.indices {
                #expect(abs(sums.rows[place] - matrix[place].reduce(0, +)) < 1e-15)
                #expect(abs(sums.columns[place] - matrix.reduce(0) { $0 + $1[place] }) < 1e-15)
            }
            #expect(sums.isRowStochastic)
            #expect(sums.isDoublyStochastic == weights.isDoublyStochastic(among: nodes))
            #expect(sums.isDoublyStochastic == (rule != "uniform"))
            let (least, most) = try #require(sums.extremes)
            #expect(least.sum == sums.columns.min() && most.sum == sums.columns.max())
        }
    }

    @Test("the file's weights count in the order of the neighbours")
    func file() throws {
        let weights = try MixingWeights(kite([0.1, 0.2, 0.3, 0.5]), rule: .file)
        #expect(weights.weights(at: NodeID(2)) == [0.2, 0.3, 0.5])
        #expect(weights.ownWeight(of: NodeID(2)) == 0)
        #expect(weights.weight(of: NodeID(2), at: NodeID(3)) == 0.5)
        #expect(weights.weight(of: NodeID(0), at: NodeID(3)) == 0)
    }

    @Test("a directed edge's weight is what the target gives")
    func directed() throws {
        let arrows = try Topology(
            labels: ["a", "b"], edges: [Edge(NodeID(0), NodeID(1), weight: 0.25)], directed: true)
        let weights = try MixingWeights(arrows, rule: .file)
        #expect(weights.weights(at: NodeID(1)) == [0.25])
        #expect(weights.ownWeight(of: NodeID(0)) == 1)
    }

    @Test(
        "missing, non-positive and too large weights of a file are refused",
        arguments: [
            ([0.1, nil, 0.1, 0.1], "the edge 'a' - 'c' has no weight"),
            ([0.1, 0, 0.1, 0.1], "the edge 'a' - 'c' has the weight 0.0; allowed: above 0, at most 1"),
            ([0.1, -0.5, 0.1, 0.1], "the edge 'a' - 'c' has the weight -0.5; allowed: above 0, at most 1"),
            ([0.25, 0.5, 0.5, 0.25], "the neighbours of 'c' weigh 1.25 together; allowed: at most 1"),
        ])
    func refusals(weights: [Double?], sentence: String) throws {
        let kite = try kite(weights)
        let fault = #expect(throws: ConfigurationFault.self) { try MixingWeights(kite, rule: .file) }
        #expect(fault?.description == sentence)
        #expect(throws: Never.self) { try MixingWeights(kite, rule: .metropolisHastings) }
    }
}
