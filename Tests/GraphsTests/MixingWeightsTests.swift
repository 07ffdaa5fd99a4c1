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

    @Test("rows sum to 1 and Metropolis weights are symmetric", arguments: FamilyMember.undirected)
    func families(member: FamilyMember) throws {
        let topology = try member.make()
        for rule in [WeightRule.metropolisHastings, .maxDegree, .uniform] {
            let weights = try MixingWeights(topology, rule: rule)
            for i in topology.nodes {
                let row = weights.weights(at: i)
                #expect(abs(row.reduce(weights.ownWeight(of: i), +) - 1) < 1e-15)
                #expect(weights.ownWeight(of: i) > 0)
                for (j, weight) in zip(topology.neighbours(of: i), row) {
                    #expect(weights.weight(of: j, at: i) == weight)
                    #expect(rule == .uniform || weights.weight(of: i, at: j) == weight)
                }
                #expect(weights.weight(of: i, at: i) == 0)
            }
        }
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
