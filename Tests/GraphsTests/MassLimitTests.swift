// Strong connection and the limits of masses, against paths and powers.
import Graphs
import Kernels
import TestSupport
import Testing

@Suite("Limit of masses")
struct MassLimitTests {
    private static func digraph(_ text: String) throws -> Topology {
        let arrows = text.split(separator: " ").map { $0.compactMap(\.wholeNumberValue) }
        let count = 1 + (arrows.joined().max() ?? 0)
        return try Topology(
            labels: (0..<count).map(String.init), edges: arrows.map { Edge(NodeID($0[0]), NodeID($0[1])) },
            directed: true)
    }

    private static let graphs = [
        "01 12 23 30", "01 12 23 30 02 20", "01 12 20", "01 12", "01 10 12 23 32", "01 12 20 23 34 42", "01 10 23 32",
        "01 12 23 34 45 50 02 03 04 14 54",
    ]

    /// Whether each reaches each, by Warshall's closure.
    private func isStrong(_ graph: Topology) -> Bool {
        var reaches = graph.nodes.map { i in graph.nodes.map { $0 == i || graph.hasLink(from: i, to: $0) } }
        for k in reaches.indices {
            for i in reaches.indices where reaches[i][k] {
                for j in reaches.indices where reaches[k][j] { reaches[i][j] = true }
            }
        }
        return reaches.allSatisfy { $0.allSatisfy(\.self) }
    }

    @Test("a graph is strongly connected where paths lead from each node to each", arguments: graphs)
    func strength(text: String) throws {
        let graph = try Self.digraph(text)
        #expect(graph.isStronglyConnected == isStrong(graph))
        #expect((graph.massShares != nil) == graph.isStronglyConnected)
    }

    @Test("undirected graphs are where they are connected, and each family's members", arguments: FamilyMember.all)
    func families(member: FamilyMember) throws {
        let graph = try member.make()
        #expect(graph.isStronglyConnected)
        let apart = try Topology(labels: ["a", "b"], edges: [])
        #expect(!apart.isStronglyConnected)
    }

    @Test("mass that is shared out again and again comes to the shares", arguments: graphs)
    func shares(text: String) throws {
        let graph = try Self.digraph(text)
        guard let shares = graph.massShares else { return }
        var masses = graph.nodes.map { $0.index == 0 ? 1.0 : 0 }
        for _ in 0..<2_000 {
            var next = masses.map { _ in 0.0 }
            for node in graph.nodes {
                let targets = graph.edges.filter { $0.source == node }.map(\.target) + [node]
                for target in targets { next[target.index] += masses[node.index] / Double(targets.count) }
            }
            masses = next
        }
        for (mass, share) in zip(masses, shares) { #expect(abs(mass - share) < 1e-12) }
    }
}
