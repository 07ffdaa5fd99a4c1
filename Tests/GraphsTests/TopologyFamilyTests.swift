// Laws of every graph family of the catalogue, and what each family promises of its own.
import Graphs
import Kernels
import Testing

/// A member of a family, as a file would name it.
struct FamilyMember: CustomTestStringConvertible, Sendable {
    let family: String
    let given: [(String, Int)]
    let nodes: Int
    let degree: Int

    var testDescription: String { "\(family) of \(given.map { "\($0.0) \($0.1)" }.joined(separator: ", "))" }

    func make(seed: UInt64 = 1) throws -> Topology {
        let family = try TopologyCatalog.all.entry(named: family)
        let values = try ParameterValues(
            given.map { ($0.0, .number(Double($0.1))) }, declared: family.parameters, key: "topology")
        var random = RandomStream(seed: seed, purpose: .topology)
        return try family.init(values).make(random: &random)
    }

    static func regular(_ nodes: Int, _ degree: Int) -> FamilyMember {
        let given = [("nodes", nodes), ("degree", degree)]
        return FamilyMember(family: "randomRegular", given: given, nodes: nodes, degree: degree)
    }

    static let all: [FamilyMember] =
        [3, 4, 17].map { FamilyMember(family: "ring", given: [("nodes", $0)], nodes: $0, degree: 2) }
        + [2, 3, 16].map { FamilyMember(family: "complete", given: [("nodes", $0)], nodes: $0, degree: $0 - 1) }
        + [2, 5, 6].map { FamilyMember(family: "twoCastle", given: [("half", $0)], nodes: 2 * $0, degree: 2 * $0 - 2) }
        + [(3, 2), (12, 2), (10, 3), (16, 6), (12, 8), (12, 10), (9, 8), (64, 6)].map { regular($0.0, $0.1) }
}

@Suite("Graph families")
struct TopologyFamilyTests {
    @Test("every family has a member in these tests")
    func coverage() {
        #expect(TopologyCatalog.all.names.allSatisfy { name in FamilyMember.all.contains { $0.family == name } })
    }

    @Test("members are connected and simple, with the promised number of nodes and degree", arguments: FamilyMember.all)
    func laws(member: FamilyMember) throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            let topology = try member.make(seed: seed)
            #expect(topology.nodeCount == member.nodes)
            #expect(topology.labels == (0..<member.nodes).map { "\($0)" })
            #expect(topology.isConnected)
            #expect(topology.nodes.allSatisfy { topology.degree(of: $0) == member.degree })
            #expect(topology.edges.count == member.nodes * member.degree / 2)
        }
    }

    @Test("the same seed makes the same graph and another seed another", arguments: [(16, 6), (20, 17), (64, 3)])
    func seeds(nodes: Int, degree: Int) throws {
        let member = FamilyMember.regular(nodes, degree)
        #expect(try member.make(seed: 7) == member.make(seed: 7))
        #expect(try member.make(seed: 7) != member.make(seed: 8))
    }

    @Test("counterparts of the two castles are strangers, and all others are linked")
    func twoCastle() throws {
        let castle = try FamilyMember(family: "twoCastle", given: [], nodes: 12, degree: 10).make()
        #expect(castle.edges.count == 60)
        for i in castle.nodes {
            let strangers = castle.nodes.filter { $0 != i && !castle.neighbours(of: i).contains($0) }
            #expect(strangers == [NodeID((i.index + 6) % 12)])
        }
    }

    @Test("parameters that no graph can have are refused")
    func refusals() {
        #expect(throws: ConfigurationFault.self) { try FamilyMember.regular(5, 3).make() }
        #expect(throws: ConfigurationFault.self) { try FamilyMember.regular(6, 6).make() }
        #expect(throws: ConfigurationFault.self) {
            try FamilyMember(family: "ring", given: [("nodes", 2)], nodes: 2, degree: 1).make()
        }
    }

    @Test("all pairs are linked equally often over many seeds")
    func regularIsUnbiased() throws {
        let draws = 500
        var counts = [Int](repeating: 0, count: 36)
        for seed in 1...UInt64(draws) {
            for edge in try FamilyMember.regular(6, 3).make(seed: seed).edges {
                counts[edge.source.index * 6 + edge.target.index] += 1
            }
        }
        // 3/5 of the draws each; five standard deviations are 5 √(500 · 0.6 · 0.4) = 55.
        for i in 0..<6 {
            for j in i + 1..<6 { #expect(abs(counts[i * 6 + j] - 300) <= 55) }
        }
    }
}
