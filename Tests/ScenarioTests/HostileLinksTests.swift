// What honest nodes send each other and have hostile beside them, against plain counts over every round's graph.
import Graphs
import Kernels
import Testing

@testable import Core
@testable import Scenario

@Suite("Exposure and honest traffic")
struct HostileLinksTests {
    private static let graphs = [
        #"{"family": "complete", "nodes": 9}"#,
        #"{"family": "erdosRenyi", "nodes": 9, "probability": 0.6, "seed": 3}"#,
        #"{"family": "ring", "nodes": 9, "schedule": {"kind": "randomMatching", "seed": 7}}"#,
        #"{"family": "complete", "nodes": 9, "schedule": {"kind": "pull", "count": 3, "seed": 2}}"#,
        #"{"family": "exponential", "nodes": 8, "schedule": "onePeerExponential"}"#,
    ]
    private static let settings: [[String]] = [
        [], ["training.participation=0.6", "training.exchange=gradient"],
        ["training.participation=0.6", "training.exchange=gradient", "training.gossipSteps=2"],
        [#"aggregation.tolerates={"kind": "declared", "weight": 0.3}"#],
    ]

    private static func assembly(_ graph: String, _ settings: [String]) throws -> Assembly {
        try assemble(
            #"""
            {"topology": \#(graph), "training": {"rounds": 12}, "aggregation": {"rule": "weightedMean"},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}},
             "adversary": {"nodes": ["2", "5"], "attack": "signFlip", "taps": "honest"}}
            """#, settings)
    }

    @Test("what honest nodes send is one message along every link of the round from one that takes part")
    func traffic() throws {
        var (tapped, resting) = (0, 0)
        for graph in Self.graphs {
            for settings in Self.settings {
                let assembly = try Self.assembly(graph, settings)
                let traffic = HonestTraffic(of: assembly)
                for round in 0..<12 {
                    let whole = Round(round / assembly.experiment.training.gossipSteps)
                    let senders = try assembly.honest.filter { node in
                        try assembly.node(node).configuration.participation?.includes(node, in: whole) ?? true
                    }
                    resting += assembly.honest.count - senders.count
                    // Seen from those who hear.
                    let links = assembly.topology.nodes.map { node in
                        assembly.graphs.senders(of: node, in: Round(round)).count { senders.contains($0.node) }
                    }
                    #expect(traffic.messages(in: Round(round)) == links.reduce(0, +), "\(graph) \(settings) \(round)")
                }
                tapped += assembly.topologyFile.taps.count
            }
        }
        #expect(tapped > 0 && resting > 0, "nobody eavesdrops, or nobody sits out")
    }

    /// Of the hostile nodes beside an honest one, how many, and their weight, in the worst round.
    private static func worst(_ assembly: Assembly, _ node: NodeID) -> (count: Int, weight: Double) {
        (0..<12).map { round in
            let hostile = assembly.graphs.senders(of: node, in: Round(round)).filter {
                assembly.hostile.contains($0.node)
            }
            return (hostile.count, hostile.reduce(0) { $0 + $1.weight })
        }.max { $0 < $1 } ?? (0, 0)
    }

    @Test("an honest node is as exposed as in the worst of all rounds")
    func exposure() throws {
        var seen = Set<Int>()
        for graph in Self.graphs {
            for settings in Self.settings {
                let assembly = try Self.assembly(graph, settings)
                for node in assembly.honest {
                    let (exposure, expected) = (assembly.exposure(of: node), Self.worst(assembly, node))
                    #expect(exposure.hostile == expected.count, "\(graph) \(node)")
                    #expect(abs(exposure.hostileWeight - expected.weight) < 1e-12, "\(graph) \(node)")
                    let limit = exposure.isWeight ? 0.3 + 1e-6 : Double(exposure.told.count)
                    let found = exposure.isWeight ? expected.weight : Double(expected.count)
                    #expect(exposure.isBeyondBudget == (found > limit), "\(graph) \(node)")
                    seen.insert(exposure.hostile)
                }
            }
        }
        #expect(seen == [0, 1, 2], "graphs tell little: \(seen)")
    }
}
