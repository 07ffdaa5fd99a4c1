// Breakdown: what theory and the simulator say of the same rule on the same graph.
import Kernels
import Linter
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Breakdown")
struct BreakdownTests {
    private func file(_ json: String) throws -> TopologyFile { try TopologyFile.read(Array(json.utf8), name: "g.json") }

    private static let complete = #"{"family": "complete", "nodes": 8}"#

    private func run(
        _ json: String, _ rule: String, told: Int, _ attack: String?, by hostile: [Int]
    ) throws -> ConsensusTask.Outcome {
        let task = ConsensusTask(try file(json), rule: rule, told: told, rounds: 30)
        let beginning = try #require(try task.beginning { false })
        return try #require(try task.run(attack, by: hostile.map { NodeID($0) }, from: beginning) { false })
    }

    @Test("where nobody lies, gossip agrees on the average, and nodes that do not mix stay where they are")
    func peace() throws {
        let agreed = try run(Self.complete, "weightedMean", told: 0, nil, by: [])
        #expect(agreed.disagreement < 1e-4 && agreed.drift < 1e-4 && !agreed.isBroken)
        let apart = try run(Self.complete, "noCommunication", told: 0, nil, by: [])
        #expect(apart.disagreement == 1 && apart.drift == 0 && apart.isBroken)
    }

    @Test("one liar breaks the mean, and not CS+ on a complete graph")
    func liar() throws {
        #expect(try run(Self.complete, "weightedMean", told: 1, "gaussian", by: [2]).isBroken)
        #expect(try !run(Self.complete, "csPlus", told: 1, "gaussian", by: [2]).isBroken)
    }

    @Test("counts go up from none, and end where theory and the rule have failed")
    func rows() throws {
        let breakdown = Breakdown(try file(Self.complete), try NamedRule(named: "weightedMean"))
        var said: [String] = []
        let rows = try breakdown.rows(most: 3) {
            said.append($0)
        } isOver: {
            false
        }
        #expect(rows.map(\.count) == [0, 1] && rows.map(\.told) == [0, 1])
        #expect(rows[0].finding.verdict == .holds && rows[1].finding.verdict == .fails)
        #expect(rows[0].isBroken == false && rows[1].isBroken == true)
        #expect(rows[1].tried > 5 && said.count > rows[1].tried)
        let report = BreakdownReport(rows, of: breakdown)
        #expect(report.held == 0 && report.broken?.count == 1)
        #expect(report.lines.allSatisfy { $0.count <= FindingText.columns })
    }

    private static func nodeLink(_ nodes: String, _ edges: String) -> String {
        """
        {"directed": false, "multigraph": false, "graph": {"gossipnode": {"version": 1, "weights": "file"}},
         "nodes": [\(nodes)], "edges": [\(edges)]}
        """
    }

    @Test("what gossips too slowly is not called broken, and one node is not enough")
    func slow() throws {
        func rows(_ nodes: String, _ edges: String) throws -> (rows: [Breakdown.Row], text: String) {
            let breakdown = Breakdown(
                try file(Self.nodeLink(nodes, edges)), try NamedRule(named: "weightedMean"))
            let rows = try breakdown.rows(most: 3) { _ in
            } isOver: {
                false
            }
            return (rows, BreakdownReport(rows, of: breakdown).lines.joined(separator: " "))
        }
        let slow = try rows(#"{"id": 0}, {"id": 1}"#, #"{"source": 0, "target": 1, "weight": 0.0001}"#)
        #expect(slow.rows.count == 1 && slow.rows[0].worst?.outcome.isBroken == true && slow.rows[0].isBroken == nil)
        #expect(slow.text.contains("too slow"))
        #expect(throws: ConfigurationFault.self) { try rows(#"{"id": 0}"#, "") }
    }

    @Test("an end to the time ends it")
    func time() throws {
        let breakdown = Breakdown(try file(Self.complete), try NamedRule(named: "csPlus"))
        #expect(
            try breakdown.rows(most: 3) { _ in
            } isOver: {
                true
            }.isEmpty)
    }
}
