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
                    + "training.initialisation must be same, zero, or a file"
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
                ["training.exchange=pushSum", "aggregation.rule=csPlus"],
                "training.exchange pushSum weighs models by masses that only plain sums keep; aggregation.rule must be "
                    + "weightedMean, with rate 1"
            ),
            (
                ["training.exchange=pushSum", #"aggregation.rule={"kind":"weightedMean","rate":0.5}"#],
                "aggregation.rule must be weightedMean, with rate 1"
            ),
            (
                [
                    "training.exchange=pushSum", "aggregation.rule=weightedMean",
                    #"topology.weights={"kind":"uniform","lazy":0.25}"#,
                ],
                "training.exchange pushSum weighs by masses, and the topology's weights are uniform (lazy 0.25); "
                    + "allowed: to leave them out"
            ),
            (
                ["training.exchange=pushSum", "aggregation.rule=weightedMean", "timing.kind=asynchronous"],
                "training.exchange pushSum would be applied once more each time it is mixed; timing.kind must be "
                    + "synchronous"
            ),
            (
                ["training.exchange=pushSum", "aggregation.rule=weightedMean", "training.output=leastNorm"],
                "training.output leastNorm does not go with training.exchange pushSum, which sends more than models"
            ),
            (
                [
                    "training.exchange=pushSum", "aggregation.rule=weightedMean",
                    #"topology={"directed":true,"nodes":[{"id":"a"},{"id":"b"}],"edges":[{"source":"a","target":"b"}]}"#,
                ],
                "training.exchange pushSum needs a graph on which a path leads from every node to every other"
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

    private static let personal = [#"training.exchange={"kind":"personal"}"#, "training.momentum=0"]

    @Test("common models are the same on a complete graph under a rule that favours nobody, and nowhere else")
    func plausibility() throws {
        let bounded = Self.personal + ["training.exchange.coupling=l2", "training.exchange.lambda0=0.1"]
        for (settings, family, isExact) in [
            (["aggregation.rule=mean"], "complete", true), (["aggregation.rule=trimmedMean"], "complete", true),
            (["aggregation.rule=mean"], "ring", false), (["aggregation.rule=csPlus"], "complete", false),
            ([#"aggregation.rule={"kind":"mean","rate":0.5}"#], "complete", false),
            (["aggregation.rule=weightedMean"], "complete", false), (["aggregation.rule=krum"], "complete", true),
            (["aggregation.rule=multiKrum"], "complete", false),
            ([#"aggregation.rule={"kind":"multiKrum","protectSelf":false}"#], "complete", true),
            (["aggregation.rule=mean", "training.mixEvery=2"], "complete", false),
            (["aggregation.rule=trimmedMean", "aggregation.before=bucketing"], "complete", false),
        ] as [([String], String, Bool)] {
            let assembly = try Self.assembly(bounded + settings, family: family)
            #expect((assembly.plausibility?.bound == 0) == isExact, "\(settings), \(family)")
        }
        let declared = try Self.assembly(bounded + ["training.exchange.disagreement=0.2"], family: "ring")
        #expect(declared.plausibility?.bound == 0.2)
        let warned = try Self.assembly(
            Self.personal + [
                "training.exchange.coupling=l1", "aggregation.rule=trimmedMean",
                #"adversary=[{"nodes":["1"],"attack":"gaussian"}]"#,
            ]
        ).warnings
        #expect(warned.contains { $0.contains("has no one common model") }, "\(warned)")
        #expect(warned.contains { $0.contains("makes common models differ") }, "\(warned)")
    }

    private static let personalRefusals: [([String], String)] = [
        (
            ["training.exchange=personal"],
            "training.exchange personal descends without momentum; training.momentum must be 0"
        ),
        (
            personal + ["training.localSteps=2"],
            "solves for the own model in every round; training.localSteps must be 1"
        ),
        (personal + ["training.clip=1"], "training.exchange personal does not clip; training.clip must be null"),
        (
            personal + ["training.projection=ball"],
            "training.exchange personal keeps models in no set; training.projection must be none"
        ),
        (
            personal + ["training.weightDecayForm=decoupled"],
            "takes weight decay for part of the loss, ν |θ|²; training.weightDecayForm must be coupled"
        ),
        (personal + ["training.output=leastNorm"], "training.output must be last"),
        (personal + ["timing.kind=asynchronous"], "timing.kind must be synchronous"),
        (
            personal + [
                "training.mixEvery=2", "training.exchange.disagreement=1", "training.exchange.coupling=l2",
            ],
            "refuses messages by how far one round leads; training.mixEvery must be 1, or its disagreement 0"
        ),
        (personal + ["training.exchange.lambda=0"], "training.exchange.lambda is 0; allowed: a number from 1e-09"),
        (
            personal + ["training.exchange.coupling=lp", "training.exchange.p=0.5"],
            "training.exchange.p is 0.5; allowed: a number from 1 to 16"
        ),
        (
            personal + ["training.exchange.coupling=l1", #"training.exchange.delta="1,2""#],
            "training.exchange.delta is 2 numbers; allowed: 1, or one for each of 15 parameters"
        ),
    ]

    @Test("refuses what is for one model alone where there are two", arguments: personalRefusals)
    func refusesPersonal(settings: [String], sentence: String) { refusals(settings: settings, sentence: sentence) }

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
        let (kind, rule) = ("training.exchange=\(exchange)", "aggregation.rule=weightedMean")
        let plain = exchange == "personal" ? Self.personal : exchange == "pushSum" ? [kind, rule] : [kind]
        let words = "nodes do not hear the same, and"
        #expect(try !Self.assembly(plain).warnings.contains { $0.contains(words) })
        let warnings = try Self.assembly(plain + [rule], family: "ring").warnings.filter { $0.contains(words) }
        #expect(warnings.count == (["model", "tracking", "pushSum", "personal"].contains(exchange) ? 0 : 1))
        #expect(warnings.allSatisfy { $0.hasPrefix("training.exchange \(exchange) on a graph that is not complete") })
    }

    /// A ring of six with shortcuts from "0".
    private static let digraph = [
        "training.exchange=pushSum", "aggregation.rule=weightedMean", "aggregation.tolerates.count=0",
        #"topology={"directed":true,"nodes":[{"id":"0"},{"id":"1"},{"id":"2"},{"id":"3"}],"edges":[\#(edges)]}"#,
    ]
    private static let edges = ["01", "12", "23", "30", "02"].map { ends in
        #"{"source":"\#(ends.first ?? "0")","target":"\#(ends.last ?? "0")"}"#
    }.joined(separator: ",")

    @Test("a node's mass goes to those that mix what it sends, whoever overhears it")
    func receivers() throws {
        let plain = try Self.assembly(Self.digraph)
        #expect(plain.warnings.isEmpty)
        let tapped = try Self.assembly(
            Self.digraph + [#"adversary={"nodes": ["3"], "attack": "gaussian", "taps": "honest"}"#])
        for (node, count) in [2, 1, 1, 1].enumerated() {
            for assembly in [plain, tapped] {
                let links = try assembly.node(NodeID(node)).configuration.neighbourhood(in: Round(0))
                #expect(links.receiverCount == count)
            }
        }
        #expect(try tapped.node(NodeID(0)).configuration.neighbourhood(in: Round(0)).members.count { $0.receives } == 3)
        let changing = try Self.assembly([
            "training.exchange=pushSum", "aggregation.rule=weightedMean",
            #"topology={"family":"exponential","nodes":8,"schedule":"onePeerExponential"}"#,
        ])
        let node = try changing.node(NodeID(0)).configuration
        #expect((0..<4).allSatisfy { node.neighbourhood(in: Round($0)).receiverCount == 1 })
    }

    @Test("says what masses do not stand, and where there is little mass")
    func masses() throws {
        func warnings(_ settings: [String]) throws -> String {
            try Self.assembly(Self.digraph + settings).warnings.joined(separator: "\n")
        }
        #expect(try warnings(["faults=lossy"]).contains("takes its share of the mass along for good"))
        #expect(try warnings([#"adversary={"nodes": ["3"]}"#]).contains("pushSum withstands no hostile node"))
        #expect(try !warnings([#"adversary={"nodes": ["3"], "attack": "labelFlip"}"#]).contains("pushSum withstands"))
        let chain =
            (0..<8).flatMap { node in
                [(node, (node + 1) % 9)] + (0..<node).map { (node, $0) }
            } + [(8, 0)]
        let edges = chain.map { #"{"source":\#($0.0),"target":\#($0.1)}"# }.joined(separator: ",")
        let nodes = (0..<9).map { #"{"id":\#($0)}"# }.joined(separator: ",")
        let thin = #"topology={"directed":true,"nodes":[\#(nodes)],"edges":[\#(edges)]}"#
        let text = try warnings([thin])
        #expect(
            text.contains(
                "the mass of 8 under training.exchange pushSum tends to less than 0.001 of the mean, and steps are"))
        #expect(try warnings([thin, "training.exchange=model"]).contains("and training.exchange pushSum on any"))
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
