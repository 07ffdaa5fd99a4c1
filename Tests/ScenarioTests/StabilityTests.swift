// Twins of an experiment: what is exchanged in them, what is not, and every refusal with its sentence.
import Attacks
import Kernels
import Learning
import Registry
import Testing

@testable import Scenario

@Suite("Twins")
struct StabilityTests {
    private static func assembly(_ settings: [String], sharesData: Bool = false) throws -> Assembly {
        let json = """
            {"name": "m", "topology": {"family": "complete", "nodes": 6},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}, "split": "iid"},
             "adversary": [{"nodes": ["1"], "attack": "signFlip"}, {"nodes": ["2"], "attack": "labelFlip"}],
             "measure": {"stability": {"twins": 5}}}
            """
        let experiment = try Experiment(Array(json.utf8), name: "m.json", overrides: settings)
        return try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] }, sharesData: sharesData
        )
    }

    @Test("one sample of one honest node is another, and everything else is the same", arguments: [false, true])
    func exchange(sharesData: Bool) throws {
        let assembly = try Self.assembly([], sharesData: sharesData)
        let replacements = try assembly.replacements()
        #expect(replacements.count == 5 && Set(replacements.map(\.position)).count > 1)
        for replacement in replacements {
            #expect(assembly.honest.contains(replacement.node))
            let twin = assembly.twin(replacement)
            #expect(twin.experiment.stability.twins == 0)
            for node in assembly.topology.nodes {
                let (before, after) = (try assembly.shard(of: node).picked, try twin.shard(of: node).picked)
                let changed = (0..<before.count).filter { !before.hasSame($0, as: after, at: $0) }
                #expect(changed == (node == replacement.node ? [replacement.position] : []))
            }
            let own = try twin.shard(of: replacement.node).picked
            #expect(own.hasSame(replacement.position, as: replacement.sample, at: 0))
        }
    }

    @Test("the seed, the nodes and the sample decide what is exchanged")
    func choice() throws {
        func places(_ settings: [String]) throws -> [[Int]] {
            try Self.assembly(settings).replacements().map { [$0.node.index, $0.position] }
        }
        let usual = try places([])
        #expect(try places([]) == usual && places(["measure.stability.seed=2"]) != usual)
        let chosen = try places([#"measure.stability.nodes=["3"]"#, "measure.stability.sample=7"])
        #expect(chosen == Array(repeating: [3, 7], count: 5))
        #expect(try Self.assembly(["measure.stability.twins=0"]).replacements().isEmpty)
        let keys = ["measure.stability.attacker=frozen", "measure.stability.risk=0.1"]
        let experiment = try Self.assembly(keys).experiment
        #expect(experiment.stability.attacker == .frozen && experiment.stability.risk == 0.1)
        #expect(try Experiment(Array(experiment.resolvedJSON.utf8), name: "again") == experiment)
        #expect(try Self.assembly(keys).identity == Self.assembly(["measure.stability.twins=0"]).identity)
    }

    @Test(
        "refuses, and says why and what goes",
        arguments: [
            ([#"measure.stability.nodes=["9"]"#], "unknown honest node with data in measure.stability.nodes '9'"),
            ([#"measure.stability.nodes=["1"]"#], "unknown honest node with data in measure.stability.nodes '1'"),
            (
                ["measure.stability.sample=20", #"measure.stability.nodes=["3"]"#],
                "measure.stability.sample is 20; allowed: 0 to 19, as node 3 has 20 samples"
            ),
            (["measure.stability.twins=-1"], "measure.stability.twins is -1; allowed: a whole number from 0 to 10000"),
            (["measure.stability.attacker=adaptiv"], "did you mean 'adaptive'"),
            (["measure.stability.risk=0"], "measure.stability.risk is 0"), (["measure.stability.twin=1"], "twins"),
            (["timing.kind=asynchronous"], "compares runs round by round, and timing.kind is asynchronous"),
            (
                [#"task.dataset={"kind": "worstCase", "hostile": 7}"#, "task.model=linearLoss", "adversary=[]"]
                    + [#"topology={"family": "complete", "nodes": 3}"#, "task.dataset.nodes=14"],
                "task.dataset.hostile is 7; allowed: less than half of the 14 nodes"
            ),
        ] as [([String], String)])
    func refusals(settings: [String], words: String) {
        do {
            _ = try Self.assembly(settings)
            Issue.record("it is taken")
        } catch {
            #expect("\(error)".contains(words), "\(error)")
            #expect(!"\(error)".contains("\n"))
        }
    }

    @Test("frozen messages are sent as they were recorded, to whom they were, and else nothing")
    func frozen() throws {
        let assembly = try Self.assembly([])
        var messages = FrozenMessages()
        messages.record([1, 2], for: NodeID(0), in: Round(3))
        let twin = assembly.twin(nil, sending: [NodeID(1): messages])
        guard case .hostile(let usual) = assembly.behaviour(of: NodeID(1), neighbours: []),
            case .hostile(let frozen) = twin.behaviour(of: NodeID(1), neighbours: [])
        else {
            Issue.record("node 1 forges")
            return
        }
        #expect(usual.attack is SignFlip && frozen.attack is FrozenMessages)
        let attack = messages
        let plan = attack.plan(seeing: AttackView(round: Round(3), own: [], heard: []))
        var random = RandomStream(seed: 1, purpose: .attack)
        let view = AttackView(round: Round(3), own: [], heard: [])
        #expect(attack.forge(for: NodeID(0), by: plan, seeing: view, random: &random) == .model([1, 2]))
        #expect(attack.forge(for: NodeID(2), by: plan, seeing: view, random: &random) == .silence)
        #expect(attack.plan(seeing: AttackView(round: Round(4), own: [], heard: [])).isEmpty)
    }

    @Test("the bounds of a loss take in weight decay and the projection")
    func regularity() throws {
        let assembly = try Self.assembly([
            "training.weightDecay=0.5", #"training.projection={"kind": "ball", "radius": 4}"#,
        ])
        let plain = try #require(try Self.assembly(["training.weightDecay=0"]).regularity())
        let decaying = try #require(try assembly.regularity())
        #expect(abs(decaying.slope - plain.slope - 2) < 1e-9)
        #expect(try #require(decaying.curvature) == #require(plain.curvature) + 0.5)
        #expect(try Self.assembly(["training.weightDecay=0.5"]).regularity()?.slope == .infinity)
        #expect(try Self.assembly(["task.model=perceptron"]).regularity() == nil)
    }
}
