// What an experiment may ask to be measured, and every refusal with its sentence.
import Attacks
import Kernels
import Learning
import Registry
import Testing

@testable import Scenario

@Suite("What is asked to be measured")
struct MeasureKeysTests {
    private static func assembly(_ settings: [String]) throws -> Assembly {
        let json = """
            {"name": "m", "topology": {"family": "complete", "nodes": 6},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}},
             "adversary": [{"nodes": ["1"], "attack": "signFlip"}]}
            """
        let experiment = try Experiment(Array(json.utf8), name: "m.json", overrides: settings)
        return try Assembly(experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
    }

    @Test("nothing that costs, unless it is asked for")
    func defaults() throws {
        let experiment = Experiment()
        #expect(experiment.measureAlso.isEmpty && experiment.measureReferences.isEmpty)
        #expect(experiment.measureTarget == nil)
        let node = try Self.assembly([]).node(NodeID(0))
        #expect(!node.configuration.handsOutMixes)
        #expect(try Self.assembly(["measure.also=mixing"]).node(NodeID(0)).configuration.handsOutMixes)
    }

    @Test("one name or a list of them, and written back")
    func roundTrip() throws {
        let settings = [
            #"measure.also=["classes", "mixing"]"#, "measure.reference=noAttack", "measure.target=0.5",
        ]
        let experiment = try Self.assembly(settings).experiment
        #expect(experiment.measureAlso == [.classes, .mixing] && experiment.measureReferences == [.noAttack])
        #expect(experiment.measureTarget == 0.5)
        #expect(try Experiment(Array(experiment.resolvedJSON.utf8), name: "again") == experiment)
    }

    @Test(
        "refuses, and says why and what goes",
        arguments: [
            (
                ["measure.target=1.2"],
                "--set measure.target=1.2: measure.target is 1.2; allowed: a number from 0 to 1, null"
            ),
            (
                ["measure.target=-0.1"],
                "--set measure.target=-0.1: measure.target is -0.1; allowed: a number from 0 to 1, null"
            ),
            (
                ["measure.also=clases"],
                "--set measure.also=clases: unknown measure.also 'clases'; did you mean 'classes'? (known: nodes, "
                    + "classes, success, gradients, mixing, disagreement, membership, equivocation, varianceNorm)"
            ),
            (
                [#"measure.also=["nodes", "nodes"]"#],
                #"--set measure.also=["nodes", "nodes"]: measure.also names nodes twice; allowed: once"#
            ),
            (
                ["measure.also=success"],
                "measure.also success needs an attack that wants samples to be taken for another class; allowed with: "
                    + "labelFlip, targetedFlip, labelPermutation, backdoor"
            ),
            (
                ["measure.also=mixing", "timing.kind=asynchronous"],
                "measure.also mixing needs models of one round, and timing.kind is asynchronous; allowed: synchronous"
            ),
            (
                ["measure.reference=noAttack", "adversary=[]"],
                "measure.reference noAttack is this run itself: adversary is empty"
            ),
            (
                ["measure.reference=noCommunication", "aggregation.rule=local"],
                "measure.reference noCommunication is this run itself: aggregation.rule is noCommunication"
            ),
            (
                [
                    "measure.target=0.5", #"task.dataset={"kind": "linear", "samples": 60}"#,
                    "task.model=linear", "task.split=iid",
                ],
                "measure.target is an accuracy, and task.dataset linear has real values; allowed: null"
            ),
            (
                [
                    "measure.also=classes", #"task.dataset={"kind": "linear", "samples": 60}"#,
                    "task.model=linear", "task.split=iid",
                ],
                "measure.also classes needs classes, and task.dataset linear has real values"
            ),
        ])
    func refusals(settings: [String], sentence: String) {
        #expect(throws: ConfigurationFault.self) { try Self.assembly(settings) }
        do {
            _ = try Self.assembly(settings)
        } catch {
            #expect("\(error)" == sentence)
        }
    }

    @Test("an attack's success goes with every attack that wants one", arguments: AttackCatalog.all.names)
    func success(name: String) throws {
        let entry = try AttackCatalog.all.entry(named: name)
        guard let type = entry as? any DataAttack.Type else { return }
        let settings = ["adversary.attack=\(name)", "measure.also=success"]
        guard type.wants else {
            #expect(throws: ConfigurationFault.self) { try Self.assembly(settings) }
            return
        }
        let assembly = try Self.assembly(settings)
        let test = try assembly.testPart()
        let wanted = assembly.wanted(of: test)
        #expect(wanted.count == 1 && wanted[0].count > 0 && wanted[0].count <= test.count)
    }

    @Test("without its attack an experiment has the same honest nodes, who are honest with everyone")
    func reference() throws {
        let assembly = try Self.assembly([
            #"adversary=[{"nodes": ["1"], "attack": "labelFlip"}, {"nodes": ["2"], "attack": "gaussian"}]"#
        ])
        let other = try assembly.reference(.noAttack)
        #expect(other.honest == assembly.honest && other.hostile == assembly.hostile)
        #expect(assembly.poisons(NodeID(1)) && !other.poisons(NodeID(1)))
        #expect(try assembly.shard(of: NodeID(1)).picked != other.shard(of: NodeID(1)).picked)
        for node in assembly.topology.nodes {
            guard case .honest = try other.node(node).core.rounds.behaviour else {
                Issue.record("node \(node) is hostile")
                continue
            }
        }
        let alone = try assembly.reference(.noCommunication)
        #expect(alone.experiment.aggregation.rule.kind == "noCommunication")
        #expect(other.experiment.aggregation == assembly.experiment.aggregation)
    }

    @Test("whoever is alone hands no mass on")
    func aloneWithoutMass() throws {
        let assembly = try Self.assembly([
            "training.exchange=pushSum", "aggregation.rule=weightedMean", "aggregation.tolerates.count=0",
        ])
        let alone = try assembly.reference(.noCommunication)
        #expect(assembly.carriesMass && !alone.carriesMass && alone.experiment.training.exchange.kind == "model")
    }
}
