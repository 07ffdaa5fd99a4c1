// Fault plans on a topology: who is struck, and plans that make no sense.
import Faults
import Registry
import Testing

@testable import Scenario

@Suite("Faults of an experiment")
struct FaultsTests {
    private func plan(_ faults: String) throws(ConfigurationFault) -> [PlannedFault] {
        try assemble(
            #"{"topology": {"family": "ring", "nodes": 8}, "adversary": [], "training": {"rounds": 40}, "faults": "#
                + faults + "}"
        ).faults
    }

    @Test("every plan that comes with the program fits any topology", arguments: NamedFaultPlan.all.map(\.name))
    func named(name: String) throws {
        let plan = try plan(#""\#(name)""#)
        #expect(!plan.isEmpty && plan.allSatisfy { !$0.nodes.isEmpty })
    }

    @Test("nodes are those named, or a share that the seed draws")
    func nodes() throws {
        let named = try plan(#"[{"fault": "crash", "nodes": ["5", "2", "5"], "from": 3, "until": 9}]"#)[0]
        #expect(named.nodes.map(\.index) == [2, 5] && named.rounds == 3..<9)
        #expect(try plan(#"[{"fault": "crash"}]"#)[0].nodes.count == 2)
        #expect(try plan(#"[{"fault": "loss"}]"#)[0].nodes.count == 8)
        #expect(try plan(#"[{"fault": "crash", "share": 0.5}]"#)[0].nodes.count == 4)
        #expect(try plan(#"[{"fault": "crash"}]"#)[0].rounds.upperBound == .max, "it never ends")
    }

    @Test("links are those named")
    func edges() throws {
        let links = try plan(#"[{"fault": "loss", "edges": [["3", "4"], ["0", "7"]]}]"#)[0].edges
        #expect(links.map { [$0.0.index, $0.1.index] } == [[3, 4], [0, 7]])
    }

    @Test(
        "what makes no sense is told with its place",
        arguments: [
            (#"[{"fault": "crash", "nodes": ["8"]}]"#, "unknown node in faults.0.nodes '8'"),
            (#"[{"fault": "loss", "edges": [["0", "2"]]}]"#, "the edge '0'-'2', which the topology does not have"),
            (#"[{"fault": "loss", "edges": [["0", "9"]]}]"#, "unknown node in faults.0.edges '9'"),
            (#"[{"fault": "crash", "edges": [["0", "1"]]}]"#, "does not apply to crash, which strikes nodes"),
            (#"[{"fault": "loss", "from": 9, "until": 9}]"#, "faults.0.from is 9; allowed: a round before 9"),
            (#"[{"fault": "loss", "from": 40}]"#, "faults.0.from is 40; allowed: a round before 40"),
            (#"[{"fault": "swizzleClog", "from": 4}]"#, "faults.0.until is missing"),
            (#"[{"fault": "crash", "nodes": ["1"], "share": 0.5}]"#, "both by nodes and by share"),
            (
                #"[{"fault": "partition", "until": 9}, {"fault": "loss"}, {"fault": "partition", "from": 8}]"#,
                "faults.0 and faults.2 are partitions at the same time"
            ),
        ])
    func nonsense(faults: String, expected: String) {
        let text = message { () throws(ConfigurationFault) in _ = try plan(faults) }
        #expect(text.contains(expected), "\(text)")
    }
}
