// DP-SGD in an experiment: what is refused and why, what each node is given, and what is counted.
import Kernels
import Learning
import Registry
import Testing

@testable import Scenario

@Suite("Privacy of an experiment")
struct PrivacyTests {
    private static func assembly(_ settings: [String]) throws -> Assembly {
        let json = """
            {"name": "p", "topology": {"family": "complete", "nodes": 4},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 1200}, "split": "iid"},
             "training": {"rounds": 60, "batchSize": 30}}
            """
        let experiment = try Experiment(Array(json.utf8), name: "p.json", overrides: settings)
        return try Assembly(experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
    }

    private static func privacy(_ settings: [String], node: Int = 0) throws -> NodePrivacy {
        try #require(try assembly(settings).privacy(of: NodeID(node)))
    }

    private static let on = "training.privacy.clip=1"

    @Test(
        "refuses, and says why and what goes",
        arguments: [
            (["training.privacy.noiseMultiplier=1"], "training.privacy.clip must be a norm, as in 1"),
            (["training.privacy.epsilon=1"], "training.privacy has noise and no clip"),
            (
                [on],
                "training.privacy has a clip and no noise; allowed beside it: noiseMultiplier, 0 for none, or epsilon"
            ),
            (
                [on, "training.privacy.epsilon=1", "training.privacy.noiseMultiplier=1"],
                "one follows from the other; allowed: one of them"
            ),
            ([on, "training.privacy.noiseMultiplier=-1"], "noiseMultiplier is -1; allowed: a number from 0"),
            ([on, "training.privacy.epsilon=0"], "training.privacy.epsilon is 0; allowed: a number from"),
            ([on, "training.privacy.epsilon=-2"], "training.privacy.epsilon is -2; allowed: a number from"),
            ([on, "training.privacy.epsilon=0.1"], "training.privacy.epsilon 0.1 is out of reach with delta 1e-05"),
            (["training.privacy.delta=0"], "training.privacy.delta is 0; allowed: a number from"),
            (["training.privacy.delta=1"], "training.privacy.delta is 1; allowed: a number from"),
            (["training.privacy.clip=0"], "training.privacy.clip is 0; allowed: a number from"),
            (
                ["training.privacy.sampling=poison"],
                "unknown training.privacy.sampling 'poison'; did you mean 'poisson'?"
            ),
            (["training.privacy.noise=1"], "unknown key 'training.privacy.noise'"),
            (
                [on, "training.privacy.epsilon=1", "training.clip=1"],
                "training.clip shortens gradients of batches, and training.privacy.clip those of samples"
            ),
            (
                [on, "training.privacy.epsilon=1", "aggregation.rule=ubar"],
                "aggregation.rule ubar tries models out on the node's own data"
            ),
        ])
    func refusals(settings: [String], sentence: String) {
        let fault = #expect(throws: ConfigurationFault.self) { _ = try Self.assembly(settings) }
        #expect(fault?.description.contains(sentence) == true, "\(fault?.description ?? "nothing")")
    }

    @Test(
        "goes with every exchange",
        arguments: ["model", "update", "gradient", "momentum", "tracking", "pushSum"])
    func exchanges(name: String) throws {
        let settings = [
            Self.on, "training.privacy.noiseMultiplier=1", "training.exchange=\(name)", "aggregation.rule=weightedMean",
            "aggregation.tolerates.count=0",
        ]
        #expect(try Self.privacy(settings).gradient.noise == 1)
    }

    @Test("is off by default, and written back as it was read")
    func roundTrip() throws {
        #expect(try Self.assembly([]).privacy(of: NodeID(0)) == nil)
        let settings = [#"training.privacy={"clip": 0.5, "epsilon": 2, "delta": 1e-4, "sampling": "shuffled"}"#]
        let experiment = try Self.assembly(settings).experiment
        #expect(try Experiment(Array(experiment.resolvedJSON.utf8), name: "again") == experiment)
        #expect(experiment.training.privacy.epsilon == 2 && experiment.training.privacy.sampling == .shuffled)
        let identity = try Self.assembly(settings).identity
        #expect(try Self.assembly(settings + ["training.privacy.epsilon=3"]).identity != identity)
    }

    @Test("a target is met by every node with the noise that its own samples need")
    func target() throws {
        let assembly = try Self.assembly([
            Self.on, "training.privacy.epsilon=2", "training.batchSize=10",
            #"task.split={"kind":"dirichlet","alpha":0.3}"#,
        ])
        let nodes = try assembly.topology.nodes.map { try #require(try assembly.privacy(of: $0)) }
        #expect(nodes.map(\.samples) == assembly.parts.map(\.count))
        #expect(Set(nodes.map(\.samples)).count > 1)
        for node in nodes {
            let spent = node.epsilon(through: 60)
            #expect(spent <= 2 && spent > 1.999, "\(node.samples) samples: \(spent)")
            #expect(node.epsilon(through: 60, .improved) < spent && node.epsilon(through: 30) < spent)
        }
        // Fewer samples need more noise.
        let sorted = nodes.sorted { $0.samples < $1.samples }
        #expect(sorted[0].gradient.noise > sorted[3].gradient.noise)
    }

    @Test("local steps count, rounds without an exchange too, further gossip steps do not")
    func counting() throws {
        let noise = [Self.on, "training.privacy.noiseMultiplier=1.5"]
        // 300 samples a node, batches of 30.
        let accountant = RenyiAccountant(rate: 0.1, noise: 1.5)
        func spent(_ settings: [String]) throws -> Double {
            try Self.privacy(noise + settings).epsilon(through: 60)
        }
        func known(_ steps: Int) -> Double { accountant.epsilon(steps: steps, delta: 1e-5) }
        #expect(try spent([]) == known(60))
        #expect(try spent(["training.localSteps=3"]) == known(180) && known(180) > known(60))
        #expect(try spent(["training.mixEvery=5"]) == known(60))
        #expect(try spent(["training.gossipSteps=3"]) == known(60))
        #expect(try spent(["training.privacy.delta=1e-3"]) < known(60))
        // Batches of everything are no sample.
        let whole = RenyiAccountant(rate: 1, noise: 1.5).epsilon(steps: 60, delta: 1e-5)
        #expect(try spent(["training.batchSize=300"]) == whole && spent(["training.batchSize=500"]) == whole)
    }

    @Test("of rounds, those count in which the node takes part", arguments: 0..<4)
    func participation(node: Int) throws {
        let settings = [Self.on, "training.privacy.noiseMultiplier=1.5", "training.participation=0.3"]
        let turns = (0..<60).count { Participation(chance: 0.3, seed: 1).includes(NodeID(node), in: Round($0)) }
        let known = RenyiAccountant(rate: 0.1, noise: 1.5).epsilon(steps: turns, delta: 1e-5)
        #expect(try Self.privacy(settings, node: node).epsilon(through: 60) == known)
        #expect(turns > 5 && turns < 35)
        let target = [Self.on, "training.privacy.epsilon=2", "training.participation=0.3"]
        let spent = try Self.privacy(target, node: node).epsilon(through: 60)
        #expect(spent <= 2 && spent > 1.999)
    }

    @Test("shuffled batches make it an estimate, no noise makes it infinite, no data makes it nothing")
    func extremes() throws {
        let noise = [Self.on, "training.privacy.noiseMultiplier=1"]
        #expect(try !Self.privacy(noise).isEstimate)
        let shuffled = try Self.privacy(noise + ["training.privacy.sampling=shuffled"])
        #expect(try shuffled.isEstimate && shuffled.epsilon(through: 60) == Self.privacy(noise).epsilon(through: 60))
        #expect(try Self.privacy([Self.on, "training.privacy.noiseMultiplier=0"]).epsilon(through: 1) == .infinity)
        let some = noise + ["task.split.over=honest", #"adversary={"nodes":["1"],"attack":"signFlip"}"#]
        #expect(try Self.privacy(some, node: 1).epsilon(through: 60) == 0)
        let target = [Self.on, "training.privacy.epsilon=1"] + some[2...]
        #expect(try Self.privacy(target, node: 1).gradient.noise == 0)
    }

    @Test("a δ that lets a sample be published is warned of")
    func delta() throws {
        let settings = [Self.on, "training.privacy.epsilon=2"]
        func warnings(_ delta: String) throws -> [String] {
            try Self.assembly(settings + ["training.privacy.delta=\(delta)"]).warnings.filter { $0.contains("delta") }
        }
        #expect(try warnings("0.01").count == 1 && warnings("0.003").isEmpty)
        #expect(try Self.assembly(["training.privacy.delta=0.01"]).warnings.allSatisfy { !$0.contains("delta") })
    }
}
