// The limit of plain gossip, against powers of the mixing matrix.
import Graphs
import Kernels
import TestSupport
import Testing

@Suite("Limit of gossip")
struct GossipLimitTests {
    private func directed(_ count: Int, _ arrows: [(Int, Int)]) throws -> Topology {
        try Topology(
            labels: (0..<count).map(String.init), edges: arrows.map { Edge(NodeID($0.0), NodeID($0.1)) }, directed: true
        )
    }

    /// A row of the limit of ((W + I) / 2)ᵗ, which has the same stationary weights and no period.
    private func limitRow(_ matrix: [[Double]]) -> [Double] {
        var power = matrix.indices.map { i in matrix[i].indices.map { (matrix[i][$0] + (i == $0 ? 1 : 0)) / 2 } }
        for _ in 0..<24 {
            power = power.map { row in
                row.indices.map { column in row.indices.reduce(0) { $0 + row[$1] * power[$1][column] } }
            }
        }
        return power[0]
    }

    @Test("is the plain average with Metropolis weights on any undirected graph", arguments: FamilyMember.undirected)
    func plain(member: FamilyMember) throws {
        let topology = try member.make()
        let limit = GossipLimit(of: try MixingWeights(topology, rule: .metropolisHastings))
        #expect(limit.isPlainAverage && limit.closedGroups == [topology.nodes])
        let honest = topology.nodes.filter { $0.index % 3 != 1 }
        let ofHonest = GossipLimit(of: try MixingWeights(topology, rule: .maxDegree), among: honest)
        #expect(ofHonest.isPlainAverage && ofHonest.nodes == honest)
    }

    @Test("with uniform weights a node counts as much as it has links, itself among them")
    func uniform() throws {
        let star = try FamilyMember(family: "star", given: [("nodes", 5)]).make()
        let limit = GossipLimit(of: try MixingWeights(star, rule: .uniform))
        let shares = try #require(limit.shares)
        #expect(!limit.isPlainAverage && abs(shares[0] - 5.0 / 13) < 1e-15)
        #expect(shares.dropFirst().allSatisfy { abs($0 - 2.0 / 13) < 1e-15 })
    }

    @Test("of undirected graphs of any size is what many rounds come to", arguments: FamilyMember.undirected)
    func undirected(member: FamilyMember) throws {
        let topology = try member.make()
        let honest = topology.nodes.filter { $0.index != 1 }
        let weights = try MixingWeights(topology, rule: .uniform)
        let limit = GossipLimit(of: weights, among: honest)
        let isWhole = topology.components(of: honest).count == 1
        #expect(limit.isPlainAverage || (limit.shares != nil) == isWhole)
        guard let shares = limit.shares, isWhole, honest.count <= 40 else { return }
        for (share, expected) in zip(shares, limitRow(denseMatrix(weights, among: honest))) {
            #expect(abs(share - expected) < 1e-9)
        }
    }

    /// Each arrow as its two ends.
    @Test(
        "of directed graphs is what many rounds come to",
        arguments: [
            "01 12 23 30 02", "01 12 20", "01 10 12 23 34 42", "30 31 32", "01 12 20 23 34 45 50 14 30",
        ])
    func directedGraphs(text: String) throws {
        let arrows = text.split(separator: " ").map { arrow in
            let ends = arrow.compactMap(\.wholeNumberValue)
            return (ends[0], ends[1])
        }
        let count = 1 + (arrows.map { max($0.0, $0.1) }.max() ?? 0)
        let weights = try MixingWeights(try directed(count, arrows), rule: .metropolisHastings)
        let limit = GossipLimit(of: weights)
        let shares = try #require(limit.shares)
        #expect(limit.closedGroups.count == 1)
        for (share, expected) in zip(shares, limitRow(denseMatrix(weights))) { #expect(abs(share - expected) < 1e-9) }
        let plain = shares.allSatisfy { abs($0 - 1 / Double(count)) < 1e-12 }
        #expect(limit.isPlainAverage == plain)
    }

    @Test("drawn digraphs agree with it as well, closed groups included", arguments: 1...40 as ClosedRange<UInt64>)
    func drawn(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .measurement)
        let count = 2 + random.below(7)
        var arrows: [(Int, Int)] = []
        for a in 0..<count { for b in 0..<count where a != b && random.uniform() < 0.3 { arrows.append((a, b)) } }
        let topology = try directed(count, arrows)
        let limit = GossipLimit(of: try MixingWeights(topology, rule: .uniform))
        // Who is reached from whom, going from a node to whom it hears.
        var reaches = (0..<count).map { a in (0..<count).map { b in a == b || arrows.contains { $0 == (b, a) } } }
        for via in 0..<count {
            for a in 0..<count where reaches[a][via] {
                for b in 0..<count where reaches[via][b] { reaches[a][b] = true }
            }
        }
        let closed = (0..<count).filter { a in (0..<count).allSatisfy { !reaches[a][$0] || reaches[$0][a] } }
        #expect(limit.isPlainAverage || limit.closedGroups.flatMap { $0 }.sorted() == closed.map { NodeID($0) })
        if let shares = limit.shares, !limit.isPlainAverage {
            #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
            #expect((0..<count).allSatisfy { (shares[$0] > 0) == closed.contains($0) })
        }
    }

    @Test("nodes that hear nobody of each other have none")
    func several() throws {
        let limit = GossipLimit(of: try MixingWeights(try directed(4, [(0, 1), (2, 1), (1, 3)]), rule: .uniform))
        #expect(limit.closedGroups == [[NodeID(0)], [NodeID(2)]] && limit.shares == nil)
    }
}
