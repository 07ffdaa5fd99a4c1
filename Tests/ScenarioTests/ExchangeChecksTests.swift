// What goes with which exchange: every refusal with its sentence, and where nodes are said to drift apart.
import Core
import Kernels
import Learning
import Registry
import Testing

@testable import Scenario

@Suite("What goes with which exchange")
struct ExchangeChecksTests {
    private static func assembly(_ settings: [String], nodes: Int = 6, family: String = "complete") throws -> Assembly {
        let json = """
            {"name": "e", "topology": {"family": "\(family)", "nodes": \(nodes)},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}}}
            """
        let experiment = try Experiment(Array(json.utf8), name: "e.json", overrides: settings)
        return try Assembly(experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
    }

    @Test(
        "refuses, and says why and what goes",
        arguments: [
            (
                ["training.gossipSteps=2", "training.mixEvery=3"],
                "training.gossipSteps 2 and training.mixEvery 3 do not go together; allowed: several exchanges in every "
                    + "round, or one in several rounds"
            ),
            (
                ["training.gossipSteps=2", "timing.kind=asynchronous"],
                "training.gossipSteps needs rounds that go together; timing.kind must be synchronous"
            ),
            (
                ["training.exchange=update", "timing.kind=asynchronous"],
                "training.exchange update would be applied once more each time it is mixed; timing.kind must be "
                    + "synchronous"
            ),
            (
                ["training.exchange=momentum", "training.mixEvery=2"],
                "training.exchange momentum is mixed in the round it belongs to; training.mixEvery must be 1"
            ),
            (
                ["training.exchange=gradient", "training.localSteps=2"],
                "training.exchange gradient has one step in a round; training.localSteps must be 1 (update and model "
                    + "take more)"
            ),
            (
                ["training.exchange=update", "training.initialisation=different"],
                "training.exchange update leaves nodes that start apart as far apart as they are; "
                    + "training.initialisation must be same, or a file"
            ),
            (
                ["training.exchange=gradient", "aggregation.rule=ubar"],
                "aggregation.rule ubar tries out or compares models, and training.exchange gradient sends none; allowed "
                    + "with it: any other rule, or training.exchange model"
            ),
            (
                ["training.exchange=tracking", "timing.kind=asynchronous"],
                "training.exchange tracking would be applied once more each time it is mixed; timing.kind must be "
                    + "synchronous"
            ),
            (
                ["training.exchange=tracking", "training.localSteps=2"],
                "training.exchange tracking has one step in a round; training.localSteps must be 1"
            ),
            (
                ["training.exchange=tracking", "aggregation.rule=ubar"],
                "aggregation.rule ubar tries out or compares models, and training.exchange tracking sends more than "
                    + "them; allowed with it: any other rule, or training.exchange model"
            ),
            (
                ["training.exchange=update", "training.participation=0.5", "aggregation.rule=csPlus"],
                "aggregation.rule csPlus starts from the node's own vector, and a node that sits out has none"
            ),
            (
                ["training.gossipSteps=2", "aggregation.rule=lfighter"],
                "aggregation.rule lfighter compares with the model before the local steps, which the first gossip step "
                    + "leaves behind; training.gossipSteps must be 1"
            ),
            (
                ["training.gossipSteps=1000", "training.rounds=1000001"],
                "is more than a message can count; allowed: 1000000000 gossip steps in all"
            ),
        ])
    func refusals(settings: [String], sentence: String) {
        let fault = #expect(throws: ConfigurationFault.self) { _ = try Self.assembly(settings) }
        #expect(fault?.description.contains(sentence) == true, "\(fault?.description ?? "nothing")")
    }

    @Test("all else goes together", arguments: ["model", "update", "gradient", "momentum"])
    func allowed(exchange: String) throws {
        for settings in [["training.gossipSteps=3"], ["training.participation=0.5"]] {
            _ = try Self.assembly(["training.exchange=\(exchange)", "aggregation.rule=trimmedMean"] + settings)
        }
        guard ["model", "update"].contains(exchange) else { return }
        _ = try Self.assembly(["training.exchange=\(exchange)", "training.localSteps=4"])
    }

    @Test("nodes that do not all hear the same drift apart, unless models travel", arguments: ExchangeCatalog.all.names)
    func drift(exchange: String) throws {
        let setting = "training.exchange=\(exchange)"
        let words = "nodes do not hear the same, and"
        #expect(try !Self.assembly([setting]).warnings.contains { $0.contains(words) })
        let warnings = try Self.assembly([setting], family: "ring").warnings.filter { $0.contains(words) }
        #expect(warnings.count == (["model", "tracking"].contains(exchange) ? 0 : 1))
        #expect(warnings.allSatisfy { $0.hasPrefix("training.exchange \(exchange) on a graph that is not complete") })
    }

    @Test("who sits out is known to neighbours where it sends nothing, and to nobody where it sends its model")
    func participation() throws {
        let part = "training.participation=0.25"
        let update = try Self.assembly([part, "training.exchange=update", "aggregation.rule=mean"]).node(NodeID(0))
            .configuration
        #expect(update.participation == Participation(chance: 0.25, seed: 1))
        #expect(try Self.assembly([part]).node(NodeID(0)).configuration.participation == nil)
        #expect(
            try Self.assembly(["training.exchange=update"]).node(NodeID(0)).configuration.participation == nil)
        for round in (0..<40).map({ Round($0) }) {
            let neighbourhood = update.roundNeighbourhood(in: round)
            let isIn = (0..<6).map { update.participation?.includes(NodeID($0), in: round) == true }
            #expect(neighbourhood.countsOwn == isIn[0])
            #expect(neighbourhood.links.members.map { $0.weight != nil } == Array(isIn[1...]))
            #expect(neighbourhood.links.members.allSatisfy { $0.receives == isIn[0] })
            guard isIn.contains(true) else { continue }
            let sum = neighbourhood.links.members.reduce(0) { $0 + ($1.weight ?? 0) }
            let count = Double(isIn.count { $0 })
            #expect(abs(sum - (isIn[0] ? (count - 1) / count : 1)) < 1e-12)
        }
    }

    @Test("an oracle counts those hostile nodes that take part")
    func oracle() throws {
        let node = try Self.assembly([
            "training.exchange=update", "training.participation=0.5", "aggregation.rule=mean",
            "aggregation.tolerates=oracle", #"adversary={"nodes": ["1", "2"], "attack": "signFlip"}"#,
        ]).node(NodeID(0)).configuration
        var counts: Set<Int> = []
        for round in (0..<40).map({ Round($0) }) {
            let present = [1, 2].map { NodeID($0) }.filter { node.participation?.includes($0, in: round) == true }
            let budget = node.roundNeighbourhood(in: round).budget
            #expect(budget.hostile == present && budget.count == present.count)
            counts.insert(budget.count)
        }
        #expect(counts == [0, 1, 2])
    }
}
