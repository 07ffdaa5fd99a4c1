// Base-(k + 1) graphs: exact averages for every number of nodes, with few neighbours and in few rounds.
import Graphs
import Kernels
import Registry
import TestSupport
import Testing

@Suite("Base-(k + 1) graphs")
struct BaseGraphTests {
    private static func links(_ nodes: Int, _ count: Int) throws -> any LinkSchedule {
        try ScheduleMember.named(
            BaseGraph.self, on: ScheduleMember.complete(nodes), [("count", Double(count))])
    }

    /// The rounds after which the links begin anew.
    private static func period(_ links: any LinkSchedule) throws -> Int {
        try #require(links.distinctRounds(before: .max)).count
    }

    @Test("one period ends in the exact average, with at most k neighbours a round", arguments: [1, 2, 3, 4, 5, 7])
    func exact(count: Int) throws {
        for nodes in 2...40 {
            let links = try Self.links(nodes, count)
            var values = (0..<nodes).map { Double(($0 * 37 + 11) % 101) }
            let mean = values.reduce(0, +) / Double(nodes)
            for number in 0..<(try Self.period(links)) {
                let old = values
                for node in links.union.nodes {
                    let senders = links.senders(of: node, in: Round(number))
                    #expect(senders.count <= count, "\(nodes) nodes, round \(number)")
                    values[node.index] += senders.reduce(0) { $0 + $1.weight * (old[$1.node.index] - old[node.index]) }
                }
            }
            #expect(values.allSatisfy { abs($0 - mean) < 1e-10 }, "\(nodes) nodes: \(values)")
        }
    }

    /// 2 log_{k+1} n + 2 bounds the rounds of the simple graph (Takezawa et al. 2023, theorem 1).
    @Test("a period is short", arguments: [1, 2, 4])
    func short(count: Int) throws {
        for nodes in 2...40 {
            let logarithm = Elementary.log(Double(nodes)) / Elementary.log(Double(count + 1))
            #expect(try Double(Self.period(Self.links(nodes, count))) <= 2 * logarithm + 2 + 1e-9, "\(nodes) nodes")
        }
    }

    @Test("of a power of the base it is a hypercube", arguments: [(8, 1, 3), (9, 2, 2), (64, 3, 3), (5, 4, 1)])
    func cubes(nodes: Int, count: Int, rounds: Int) throws {
        #expect(try Self.period(Self.links(nodes, count)) == rounds)
    }

    @Test("a graph without its links is refused")
    func refusal() throws {
        let ring = try ScheduleMember.steps([1], around: 7)
        let fault = #expect(throws: ConfigurationFault.self) { try ScheduleMember.named(BaseGraph.self, on: ring) }
        #expect(fault?.description.hasSuffix("and the graph has no such edge; the family complete has all") == true)
    }
}
