// Assembly of nodes from an experiment: who is told what, what is refused, and what is warned of.
import Aggregation
import Attacks
import Graphs
import Kernels
import Learning
import Registry
import Testing

@testable import Core
@testable import Scenario

/// The experiment in `json` on its inline topology.
func assemble(
    _ json: String, _ settings: [String] = [], sharesData: Bool = false
) throws(ConfigurationFault) -> Assembly {
    let experiment = try experiment(json, settings)
    return try Assembly(
        experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] }, sharesData: sharesData)
}

/// Whether two nodes are told the same, in everything that there is to tell.
func isTheSame(_ one: NodeConfiguration, _ other: NodeConfiguration) -> Bool {
    let parts = [
        one.node == other.node, one.dimension == other.dimension, one.channels == other.channels,
        one.shared == other.shared, one.carriesMass == other.carriesMass, one.rounds == other.rounds,
        one.neighbours == other.neighbours, one.schedule == other.schedule, one.budget == other.budget,
        one.isStrict == other.isStrict, one.cadence == other.cadence, one.participation == other.participation,
        one.pace == other.pace, one.output == other.output, one.seed == other.seed, one.patience == other.patience,
        one.measureEvery == other.measureEvery, one.handsOutMixes == other.handsOutMixes,
        one.checkpointEvery == other.checkpointEvery, one.backlog == other.backlog, one.everyRound == other.everyRound,
    ]
    #expect(Mirror(reflecting: one).children.count == parts.count, "every part is compared")
    return parts.allSatisfy(\.self)
}

@Suite("Assembly")
struct AssemblyTests {
    private static let ring = #"{"topology": {"family": "ring", "nodes": 8}, "adversary": [{"nodes": ["2"]}]}"#
    /// 0 sends to 1, 1 and 2 send to each other, 2 sends to 0.
    private static let directed = """
        {"topology": {"directed": true, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "edges": [
          {"source": "a", "target": "b"}, {"source": "b", "target": "c"}, {"source": "c", "target": "b"},
          {"source": "c", "target": "a"}]}}
        """

    @Test("an honest node is told nothing of who is hostile")
    func honestKnowledge() throws {
        let one = try assemble(Self.ring)
        let other = try assemble(Self.ring, [#"adversary.nodes=["3", "5"]"#, "adversary.attack=labelFlip"])
        for node in one.honest where other.honest.contains(node) {
            #expect(try isTheSame(one.node(node).configuration, other.node(node).configuration))
            #expect(try one.shard(of: node) == other.shard(of: node))
            #expect(try one.node(node).trainer.initialParameters() == other.node(node).trainer.initialParameters())
        }
        #expect(one.hostile == [NodeID(2)] && other.hostile == [NodeID(3), NodeID(5)])
    }

    @Test("a node gets its neighbours, weights and settings")
    func configuration() throws {
        let assembly = try assemble(Self.ring, ["training.mixEvery=3", "timing.deadlineMilliseconds=70"])
        let node = try assembly.node(NodeID(0))
        #expect(node.neighbours == [NodeID(1), NodeID(7)])
        #expect(node.configuration.neighbours.allSatisfy { $0.weight == 1.0 / 3 && $0.receives })
        #expect(node.configuration.cadence.mixEvery == 3 && node.configuration.rounds == 200)
        #expect(node.configuration.patience.deadline == .milliseconds(70))
        #expect(node.configuration.budget == Budget(count: 1, weight: 1.0 / 3))
        #expect(node.configuration.dimension == assembly.dimension && node.trainer.dimension == 650)
    }

    @Test("a directed edge is a link for both of its ends and an input for one")
    func directedEdges() throws {
        let assembly = try assemble(Self.directed)
        let node = try assembly.node(NodeID(0))
        #expect(node.neighbours == [NodeID(1), NodeID(2)])
        #expect(node.configuration.neighbours.map(\.receives) == [true, false])
        #expect(node.configuration.neighbours.map { $0.weight != nil } == [false, true])
    }

    @Test("every sample belongs to exactly one of those who share", arguments: ["all", "honest"])
    func shares(over: String) throws {
        let assembly = try assemble(Self.ring, ["task.split.over=\(over)"])
        let samples = assembly.parts.flatMap { $0 }
        #expect(samples.sorted() == (0..<Int32(samples.count)).map { $0 })
        #expect(assembly.parts[2].isEmpty == (over == "honest"))
    }

    @Test("an oracle tells the true number and weight of hostile neighbours")
    func oracle() throws {
        let assembly = try assemble(Self.ring, ["aggregation.tolerates=oracle"])
        #expect(
            try assembly.node(NodeID(1)).configuration.budget == Budget(count: 1, weight: 1.0 / 3, hostile: [NodeID(2)])
        )
        #expect(try assembly.node(NodeID(5)).configuration.budget == Budget(count: 0, weight: 0, hostile: []))
        #expect(assembly.warnings.contains { $0.contains("oracle") })
    }

    @Test("a declared weight is kept as it is")
    func declaredWeight() throws {
        let assembly = try assemble(Self.ring, [#"aggregation.tolerates={"kind": "declared", "weight": 0.4}"#])
        #expect(try assembly.node(NodeID(0)).configuration.budget == Budget(count: 1, weight: 0.4))
    }

    @Test("poisoned nodes are honest in what they send, hostile in the lists, and see other labels")
    func labelAttack() throws {
        let assembly = try assemble(Self.ring, ["adversary.attack=labelFlip"])
        #expect(assembly.hostile == [NodeID(2)])
        let targets = try Digits().trainingPart().targets
        for node in assembly.topology.nodes {
            let own = targets.picked(assembly.parts[node.index])
            let flipped = own.relabelled(by: (0..<10).reversed())
            #expect(try assembly.shard(of: node).samples.targets == (node == NodeID(2) ? flipped : own))
        }
    }

    @Test("points that count more than once go with neither privacy nor windows, nor with more than one layer")
    func weighed() throws {
        let weighed = #"adversary.attack={"kind": "softLabels", "points": 5, "weight": 3}"#
        let shard = try assemble(Self.ring, [weighed]).shard(of: NodeID(2))
        #expect(shard.count == 5 && shard.weight == 15)
        let onNet = try assemble(Self.ring, [weighed, #"task.model={"kind": "features", "count": 7}"#])
        #expect(try onNet.shard(of: NodeID(2)).samples.axes == [7])
        #expect(try onNet.shard(of: NodeID(1)).samples.axes == [1, 8, 8])
        #expect(onNet.objective(of: NodeID(2)).dimension == onNet.dimension)
        let noisy = ["training.privacy.clip=1", "training.privacy.noiseMultiplier=1"]
        for (settings, words) in [
            (noisy, "training.privacy.clip lets none do so"),
            (["training.sampling=window"], "training.sampling window draws each as often as any other"),
            (["task.model=perceptron"], "is on one layer of softmax"),
            (["task.model=svm"], "and this model has another loss"),
        ] {
            let error = #expect(throws: ConfigurationFault.self) { try assemble(Self.ring, [weighed] + settings) }
            #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
        }
    }

    @Test("data that take the place of a node's are looked for once, and where there are none the run is refused")
    func made() throws {
        let kind = #""kind": "softLabels", "points": 2, "target": "1""#
        let pulled = #"adversary.attack={\#(kind), "pull": "1"}"#
        let error = #expect(throws: ConfigurationFault.self) { try assemble(Self.ring, [pulled], sharesData: true) }
        #expect(error.map { "\($0)".contains("the same for all classes, which no labels answer") } == true)
        // A node of its own is told so when it asks for its data.
        #expect(throws: ConfigurationFault.self) { try assemble(Self.ring, [pulled]).shard(of: NodeID(2)) }
        let whole = try assemble(Self.ring, [#"adversary.attack={\#(kind)}"#], sharesData: true)
        let own = try assemble(Self.ring, [#"adversary.attack={\#(kind)}"#]).shard(of: NodeID(2))
        #expect(try whole.shard(of: NodeID(2)).picked == own.picked)
    }

    @Test("the test part is no node's")
    func testPart() throws {
        let assembly = try assemble(Self.ring)
        #expect(try assembly.testPart().count > 0)
        #expect(try assembly.testPart() != assembly.shard(of: NodeID(0)).samples)
    }
}

@Suite("Adversaries")
struct AdversariesTests {
    private static let groups = """
        {"topology": {"family": "complete", "nodes": 6}, "adversary": [
          {"nodes": ["4", "1"], "attack": "gaussian", "collude": true, "taps": "honest", "from": 3, "until": 5,
           "probability": 0.5},
          {"nodes": ["2"], "attack": "signFlip"}, {"nodes": ["5"], "attack": "labelFlip"}]}
        """

    private func adversary(_ node: Int) throws -> Adversary? {
        let experiment = try experiment(Self.groups)
        let file = try experiment.topologyFile { _ throws(ConfigurationFault) in [] }
        let adversaries = try Adversaries(experiment, on: file)
        let neighbours = file.topology.neighbours(of: NodeID(node))
        let behaviour = adversaries.behaviour(of: NodeID(node), neighbours: neighbours, on: file.graphs) { _ in
            preconditionFailure("no attack here knows a rule")
        }
        guard case .hostile(let adversary) = behaviour else { return nil }
        return adversary
    }

    @Test("a hostile node knows the hostile nodes of every group, its rounds and its chance")
    func behaviour() throws {
        let member = try #require(try adversary(4))
        #expect(member.allies == [NodeID(1), NodeID(2)])
        #expect(member.rounds == 3..<5 && member.probability == 0.5)
        let common = Collusion.Common.models(of: [0, 3, 5].map { NodeID($0) })
        #expect(member.collusion == Collusion(leader: NodeID(1), common: common), "of all that are not hostile")
        let other = try #require(try adversary(2))
        #expect(other.allies == [NodeID(1), NodeID(4)] && other.collusion == nil && other.rounds == 0..<200)
    }

    @Test("a hostile node knows the weights around the honest nodes it attacks, and no others")
    func victims() throws {
        let victims = try #require(try adversary(2)).victims(in: Round(7))
        #expect(victims.map(\.node) == [NodeID(0), NodeID(3), NodeID(5)])
        #expect(victims[0].honestSenders.map(\.node) == [NodeID(3), NodeID(5)])
        #expect(abs(victims[0].hostileWeight - 0.5) < 1e-12, "three hostile nodes at a sixth each")
    }

    @Test(
        "eavesdropping links let a hostile node overhear whom it asks for, change no weight, and stand in the resolved topology"
    )
    func taps() throws {
        let json = """
            {"topology": {"family": "ring", "nodes": 6},
             "adversary": {"nodes": ["0"], "attack": "dissensus", "taps": "victims"}}
            """
        let experiment = try experiment(json)
        let file = try experiment.topologyFile { _ throws(ConfigurationFault) in [] }
        let assembly = try Assembly(experiment, topology: file)
        #expect(assembly.topologyFile.taps.map(\.source) == [NodeID(2), NodeID(4)])
        let hostileNode = try assembly.node(NodeID(0)).configuration.neighbours
        #expect(hostileNode.first { $0.node == NodeID(2) }.map { $0.weight == 0 && !$0.receives } == true)
        let overheard = try assembly.node(NodeID(2)).configuration.neighbours
        #expect(overheard.first { $0.node == NodeID(0) }.map { $0.weight == nil && $0.receives } == true)
        let again = try TopologyFile.read(Array(assembly.topologyFile.write().utf8), name: "written")
        #expect(again.taps == assembly.topologyFile.taps && again.digest == assembly.topologyFile.digest)
        #expect(try Assembly(experiment, topology: again).identity == assembly.identity)
    }

    @Test("a node with poisoned data behaves honestly, and hostile nodes treat it so")
    func poisoned() throws {
        #expect(try adversary(5) == nil)
        #expect(try adversary(0) == nil)
    }

    @Test(
        "refuses what cannot be meant",
        arguments: [
            (#"[{"nodes": ["9"]}]"#, "unknown node of the topology"),
            (#"[{"nodes": ["1", "1"]}]"#, "adversary.0.nodes names '1', which is hostile already"),
            (#"[{"nodes": ["1"]}, {"nodes": ["1"]}]"#, "adversary.1.nodes names '1', which is hostile already"),
            (#"[{"nodes": []}]"#, "adversary.0.nodes is missing; expected at least one node label"),
            (#"[{"nodes": ["0", "1", "2", "3"]}]"#, "all 4 nodes are hostile; allowed: all but one"),
            (#"[{"nodes": ["1"], "from": 5, "until": 5}]"#, "adversary.0.from is 5; allowed: a round before 5"),
            (#"[{"nodes": ["1"], "from": 200}]"#, "allowed: a round before 200"),
            (#"[{"nodes": ["1"], "from": 200, "until": 300}]"#, "allowed: a round before 200"),
            (#"[{"nodes": ["1"], "until": 0}]"#, "adversary.0.until is 0; allowed: a round after from"),
            (#"[{"nodes": ["1"], "attack": "labelFlip", "from": 1}]"#, "poisons the data once and for all"),
            (
                #"[{"nodes": ["1"], "attack": {"kind": "constant", "target": "1, 2"}}]"#,
                "target is 2 numbers; allowed: 1, or one for each of"
            ),
            (
                #"[{"nodes": ["1"], "attack": {"kind": "cga", "target": "x"}}]"#,
                "allowed: finite numbers between commas"
            ),
            (
                #"[{"nodes": ["1"], "attack": {"kind": "backdoor", "row": 7}}]"#,
                "2 x 2 pixels from row 7 and column 0, is outside the image; allowed: within 8 x 8"
            ),
            (
                #"[{"nodes": ["1"], "attack": {"kind": "targetedFlip", "target": 12}}]"#,
                "the class of targetedFlip is 12; allowed: 0 to 9"
            ),
            (
                #"[{"nodes": ["1"], "attack": "labelFlip"}, {"nodes": ["1"], "attack": "backdoor"}]"#,
                "allowed: once, or once to forge and once to poison data"
            ),
        ])
    func faults(groups: String, expected: String) {
        let json = #"{"topology": {"family": "complete", "nodes": 4}, "adversary": "# + groups + "}"
        let text = message { () throws(ConfigurationFault) in _ = try assemble(json) }
        #expect(text.contains(expected))
    }

    @Test(
        "refuses an attack that does not get to know what it must",
        arguments: [
            ("\"taps\": \"none\", \"attack\": \"optALIE\"", [], "taps is none; allowed: victims or honest for optALIE"),
            ("\"taps\": \"victims\", \"attack\": \"spectral\"", [], "taps is victims; allowed: honest for spectral"),
            ("\"taps\": \"honest\", \"attack\": \"cga\"", ["timing.kind=asynchronous"], "allowed: synchronous"),
            (
                "\"taps\": \"honest\", \"attack\": \"cga\"", ["aggregation.rule=ubar"],
                "a victim's own data or last model"
            ),
            (
                "\"taps\": \"honest\", \"attack\": \"spectral\"",
                [#"topology={"family": "ring", "nodes": 8, "schedule": "randomMatching"}"#], "the same in all rounds"
            ),
        ] as [(String, [String], String)])
    func knowledge(settings: String, changes: [String], expected: String) {
        let json = #"{"topology": {"family": "ring", "nodes": 8}, "adversary": {"nodes": ["1"], "# + settings + "}}"
        let text = message { () throws(ConfigurationFault) in
            let experiment = try Experiment(Array(json.utf8), name: "e.json", overrides: changes)
            _ = try Assembly(experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
        }
        #expect(text.contains(expected), "\(text)")
    }

    @Test("a node that hears nobody honest cannot go by what it hears")
    func deaf() {
        let json = #"""
            {"topology": {"family": "path", "nodes": 4}, "adversary": {"nodes": ["0", "1"], "attack": "alie"}}
            """#
        let text = message { () throws(ConfigurationFault) in _ = try assemble(json) }
        #expect(text.contains("allowed: honest for alie, which goes by honest models; node 0 hears none"), "\(text)")
    }

    @Test("a node may forge and poison its data as well")
    func twice() throws {
        let assembly = try assemble(
            #"""
            {"topology": {"family": "complete", "nodes": 4}, "adversary": [
              {"nodes": ["1"], "attack": {"kind": "backdoor", "share": 1, "target": 3}},
              {"nodes": ["1"], "attack": "modelReplacement"}]}
            """#)
        #expect(assembly.hostile == [NodeID(1)])
        let labels = try #require(try assembly.shard(of: NodeID(1)).samples.targets.labels)
        #expect(!labels.isEmpty && labels.allSatisfy { $0 == 3 })
        guard case .hostile(let adversary) = assembly.behaviour(of: NodeID(1), neighbours: []) else {
            Issue.record("it does not forge")
            return
        }
        #expect(adversary.attack is ModelReplacement)
    }

    @Test("an unknown node is named with its place in the file and its topology")
    func place() {
        let text = message { () throws(ConfigurationFault) in
            _ = try assemble(
                """
                {"topology": {"family": "ring", "nodes": 4, "name": "small"},
                 "adversary": {"nodes": ["x"]}}
                """)
        }
        #expect(text.hasPrefix("e.json:2:25: unknown node of the topology small in adversary.0.nodes 'x'"))
    }

    @Test("poison needs data")
    func poisonWithoutData() {
        let text = message { () throws(ConfigurationFault) in
            _ = try assemble(Self.groups, ["task.split.over=honest"])
        }
        #expect(text.contains("task.split.over must be all"))
    }
}

@Suite("Strictness")
struct StrictnessTests {
    private static let ring = #"{"topology": {"family": "ring", "nodes": 6}}"#

    @Test("a strict experiment is refused where a rule hears too few neighbours")
    func refused() throws {
        let settings = ["aggregation.rule=bridgeT", "aggregation.mode=strict"]
        let text = message { () throws(ConfigurationFault) in _ = try assemble(Self.ring, settings) }
        #expect(
            text.contains("aggregation.tolerates is more than trimmedNeighbourMean can withstand at 0, 1, 2, 3, 4, 5"))
        #expect(text.contains("aggregation.mode strict"))
        let tolerant = try assemble(Self.ring, settings + ["aggregation.tolerates.count=0"])
        #expect(try tolerant.node(NodeID(0)).configuration.isStrict)
        #expect(try !assemble(Self.ring).node(NodeID(0)).configuration.isStrict)
    }
}

@Suite("Warnings")
struct WarningsTests {
    private func warnings(_ json: String, _ settings: [String] = []) throws -> String {
        try assemble(json, settings).warnings.joined(separator: "\n")
    }

    @Test("a good experiment has none")
    func quiet() throws {
        #expect(try warnings("{}").isEmpty)
    }

    @Test("names the parts of an honest graph that hostile nodes cut")
    func parts() throws {
        let cut = #"{"topology": {"family": "ring", "nodes": 6}, "adversary": {"nodes": ["0", "3"]}}"#
        #expect(try warnings(cut).contains("parts: 1, 2 | 4, 5"))
    }

    @Test("names nodes among more hostile than honest neighbours, and than they tolerate")
    func outnumbered() throws {
        let surrounded = #"{"topology": {"family": "ring", "nodes": 6}, "adversary": {"nodes": ["0", "2"]}}"#
        #expect(try warnings(surrounded).contains("more hostile than honest neighbours at 1"))
        #expect(try warnings(surrounded).contains("more hostile neighbours than aggregation.tolerates at 1"))
    }

    @Test(
        "names nodes where the rule cannot use what is declared",
        arguments: [
            ("csPlus", 1, false), ("csPlus", 2, true), ("trimmedNeighbourMean", 1, true), ("weightedMean", 1, true),
            ("weightedMean", 0, false), ("noCommunication", 2, false),
        ])
    func beyondTheRule(rule: String, count: Int, isExpected: Bool) throws {
        let ring = #"{"topology": {"family": "ring", "nodes": 6}}"#
        let text = try warnings(ring, ["aggregation.rule=\(rule)", "aggregation.tolerates.count=\(count)"])
        #expect(text.contains("is more than \(rule) can withstand at 0, 1, 2, 3, 4, 5") == isExpected)
    }

    @Test("says that colluding hostile nodes are silent where faults keep models from them")
    func muted() throws {
        let group = #"{"adversary": [{"nodes": ["1", "4"], "attack": "alie", "collude": true, "taps": "honest"}]}"#
        let silent = "colluding hostile nodes are silent"
        #expect(try warnings(group, ["faults=lossy"]).contains(silent))
        #expect(try !warnings(group).contains(silent))
        #expect(try !warnings(group, ["faults=lossy", "adversary.attack=silence"]).contains(silent))
        #expect(try !warnings(group, ["faults=lossy", "adversary.collude=false"]).contains(silent))
    }

    @Test("says what the rule withstands where it is told more, and what helps")
    func remedy() throws {
        let text = try warnings(#"{"topology": {"family": "ring", "nodes": 6}}"#, ["aggregation.tolerates.count=2"])
        #expect(
            text.contains("the weakest of them withstands 1 hostile node and promises nothing with more; declare less"))
    }

    @Test("names what counts most and least where gossip tends to no plain average")
    func weighted() throws {
        let star = #"{"topology": {"family": "star", "nodes": 5, "weights": "uniform"}}"#
        let text = try warnings(star, ["aggregation.tolerates.count=0"])
        #expect(text.contains("the weights are not doubly stochastic"))
        #expect(text.contains("0 counts 38.5 % and 1 counts 15.4 %, instead of 20.0 % each"), "\(text)")
        #expect(try warnings(star, ["topology.weights=maxDegree", "aggregation.tolerates.count=0"]).isEmpty)
        // With the middle hostile, the others hear nobody: that is said as such, and not as a weight.
        #expect(try !warnings(star, [#"adversary={"nodes": ["0"]}"#]).contains("doubly"))
    }

    @Test("weights by sample counts are those of the split, in every phase of a graph that changes")
    func sampleCounts() throws {
        let graph = """
            {"topology": {"family": "ring", "nodes": 6, "weights": "sampleCount",
             "schedule": [{"from": 5, "add": [["0", "3"]]}]}, "task": {"split": {"kind": "dirichlet", "alpha": 0.3}}}
            """
        let assembly = try assemble(graph)
        let counts = assembly.parts.map(\.count)
        #expect(Set(counts).count > 3)
        for (round, around) in [(0, [5, 0, 1]), (5, [5, 0, 1, 3]), (199, [5, 0, 1, 3])] {
            let sum = around.reduce(0) { $0 + counts[$1] }
            let members = try assembly.node(NodeID(0)).configuration.neighbourhood(in: Round(round)).members
            #expect(members.compactMap(\.weight).count == around.count - 1)
            let weights = assembly.graphs.weights(in: Round(round))
            for other in around where other != 0 {
                #expect(weights.weight(of: NodeID(other), at: NodeID(0)) == Double(counts[other]) / Double(sum))
            }
        }
        #expect(assembly.topologyFile.write().contains("\"weights\": \"sampleCount\""))
        #expect(assembly.warnings.contains { $0.contains("not doubly stochastic in 2 of 2") })
    }

    @Test("weights by sample counts tell nobody who is hostile")
    func sampleCountsOfHonest() throws {
        let graph = #"{"topology": {"family": "ring", "nodes": 6, "weights": "sampleCount"}}"#
        let settings = ["task.split.over=honest", #"adversary={"nodes": ["2"]}"#]
        let fault = #expect(throws: ConfigurationFault.self) { try assemble(graph, settings) }
        #expect(fault?.description.hasPrefix("task.split.over honest leaves hostile nodes without data") == true)
        _ = try assemble(graph, Array(settings.prefix(1)))
        _ = try assemble(graph, Array(settings.suffix(1)))
    }

    @Test("names what is forgotten where a digraph is not strongly connected, and who cannot agree")
    func directed() throws {
        func digraph(_ edges: String) -> String {
            let pairs = edges.split(separator: " ").map { arrow in
                #"{"source": "\#(arrow.prefix(1))", "target": "\#(arrow.suffix(1))"}"#
            }
            return #"{"topology": {"directed": true, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "edges": ["#
                + pairs.joined(separator: ", ")
                + #"]}, "aggregation": {"tolerates": {"kind": "declared", "count": 0}}}"#
        }
        let text = try warnings(digraph("ab ba bc"))
        #expect(text.contains("the graph of the honest nodes is not strongly connected"))
        #expect(text.contains("a counts 50.0 % and c counts 0.0 %, instead of 33.3 % each"), "\(text)")
        #expect(
            try warnings(digraph("ac bc")).contains("cannot agree, since some groups of them hear nobody else: a | b"))
        #expect(try warnings(digraph("ab bc ca")).isEmpty)
    }

    @Test("names nodes without data")
    func withoutData() throws {
        let text = try warnings("{}", ["task.split.alpha=0.001", "topology={\"family\": \"ring\", \"nodes\": 40}"])
        #expect(text.contains("no training data at "))
    }
}
