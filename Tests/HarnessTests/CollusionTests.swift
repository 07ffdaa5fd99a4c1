// What `collude` promises: one and the same vector from all members to everyone, or no run at all.
import Attacks
import Kernels
import Registry
import Scenario
import Simulation
import Testing
import TestSupport

@testable import Core
@testable import Harness

/// A colluding group of three among twelve nodes.
struct ColludingGroup: CustomTestStringConvertible, Sendable {
    /// As an experiment names the attack.
    let attack: String
    var taps = "honest"
    var settings: [String] = []
    /// Takes the place of that attack, for those that no experiment can name.
    var planted: (any ModelAttack)?

    var testDescription: String { "\(attack), taps \(taps), \(settings)" }

    static let members = Set([1, 4, 9].map { NodeID($0) })

    /// Every attack with every choice of its parameters, whatever is overheard.
    static let all = AttackCatalog.all.descriptions.flatMap { type in
        let choices = type.parameters.flatMap { parameter -> [String] in
            guard case .choice(let names) = parameter.domain else { return [] }
            return names.map { #"{"kind": "\#(type.name)", "\#(parameter.name)": "\#($0)"}"# }
        }
        return ([#""\#(type.name)""#] + choices).flatMap { attack in
            ["none", "honest"].map { ColludingGroup(attack: attack, taps: $0) }
        }
    }

    func assembly() throws -> Assembly {
        let json = """
            {"topology": {"family": "randomRegular", "nodes": 12, "degree": 4},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}, "split": "iid"},
             "training": {"rounds": 12}, "timing": {"deadlineMilliseconds": 400},
             "adversary": [{"nodes": ["1", "4", "9"], "attack": \(attack), "collude": true, "taps": "\(taps)"}]}
            """
        let isOnCommonModel = AttackCatalog.all.entries.compactMap { $0 as? any ModelAttack.Type }
            .contains { $0.needsCommonModel && attack.contains("\"\($0.name)\"") }
        let exchange = isOnCommonModel ? ["training.exchange=personal", "training.momentum=0"] : []
        let experiment = try Experiment(Array(json.utf8), name: "group.json", overrides: exchange + settings)
        return try Assembly(experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
    }

    /// Who sent what to whom, in the simulator.
    func words(_ carriage: Carriage) throws -> [(sender: NodeID, round: Round, digest: UInt64)] {
        let assembly = try assembly()
        var options = Simulator.Options(carriage: carriage, isWatched: true)
        options.latency = .milliseconds(20)
        var words: [(NodeID, Round, UInt64)] = []
        var simulator = try simulator(assembly, options)
        _ = simulator.run { observation in
            guard case .sent(let sender, _, let message) = observation else { return }
            words.append((sender, message.round, message.digest))
        }
        return words
    }

    private func simulator(_ assembly: Assembly, _ options: Simulator.Options) throws -> Simulator {
        guard let planted else { return try Simulator(assembly, options: options) }
        let nodes = try assembly.topology.nodes.map { id in
            let node = try assembly.node(id)
            var core = node.core
            if case .hostile(var adversary) = core.function.behaviour {
                adversary.attack = planted
                core.function.behaviour = .hostile(adversary)
            }
            return SimulatedNode(core: core, trainer: node.trainer, neighbours: node.neighbours)
        }
        return Simulator(nodes, experiment: assembly.identity, options: options)
    }
}

@Suite("Collusion")
struct CollusionTests {
    static let law = Law(
        "all members send the same bits to everyone in every round, or the experiment is refused in one line",
        brokenBy: ColludingGroup(
            attack: #"{"kind": "gaussian", "around": "zero"}"#, planted: Fickle(.defaults([])))
    ) { (group: ColludingGroup, verdict) in
        for carriage in [Carriage.values, .datagrams] {
            let words: [(sender: NodeID, round: Round, digest: UInt64)]
            do {
                words = try group.words(carriage)
            } catch let fault as ConfigurationFault {
                let text = fault.description
                let isNamed = text.contains("adversary.0.collude") || text.contains("adversary.0.taps")
                return verdict.expect(isNamed && !text.contains("\n") || text.contains("poisons the data"), text)
            }
            var vectors: [Round: Set<UInt64>] = [:]
            for word in words where ColludingGroup.members.contains(word.sender) {
                vectors[word.round, default: []].insert(word.digest)
            }
            for (round, digests) in vectors.sorted(by: { $0.key < $1.key }) where digests.count > 1 {
                verdict.expect(false, "\(carriage), round \(round): \(digests.count) vectors")
            }
            let isSilent = ["silence", "excuse", "garbage"].contains(where: group.attack.contains)
            verdict.expect(isSilent || !vectors.isEmpty, "\(carriage): no member has sent anything")
        }
    }

    @Test("is one vector from all members, or refused", arguments: ColludingGroup.all)
    func keeps(group: ColludingGroup) throws {
        let violations = try Self.law.violations(of: group)
        #expect(violations == [])
    }

    @Test(
        "is one vector where models are lost, nodes are killed and some stand still",
        arguments: ["lossy", "crash-storm", "swizzle", #"[{"fault":"pause","from":3,"until":6}]"#],
        ["alie", "gaussian"])
    func disturbed(plan: String, attack: String) throws {
        let group = ColludingGroup(
            attack: #""\#(attack)""#, settings: ["faults=\(plan)", "training.rounds=40", "checkpoint.every=5"])
        let violations = try Self.law.violations(of: group)
        #expect(violations == [])
    }

    @Test("goes on without an honest node that has left the graph")
    func leaving() throws {
        let topology = #"{"family":"randomRegular","nodes":12,"degree":4,"schedule":[{"from":3,"leave":["0"]}]}"#
        let group = ColludingGroup(attack: #""alie""#, settings: ["topology=\(topology)"])
        let violations = try Self.law.violations(of: group)
        #expect(violations == [])
        let words = try group.words(.values)
        #expect(words.contains { ColludingGroup.members.contains($0.sender) && $0.round.number > 3 })
    }

    @Test("that is not one vector is found out")
    func breaks() throws {
        #expect(try !Self.law.violationsOfCounterexample.isEmpty)
    }

    @Test(
        "is refused with what is allowed instead",
        arguments: [
            (#""alie""#, "none", [], "adversary.0.taps is none; allowed: honest with collude"),
            (#""gaussian""#, "victims", [], "adversary.0.taps is victims; allowed: honest with collude"),
            (#""dissensus""#, "honest", [], "adversary.0.collude is true; allowed: false for dissensus"),
            (
                #"{"kind": "signFlip", "of": "own"}"#, "honest", [],
                "adversary.0.collude is true; allowed: false for signFlip"
            ),
            (
                #""alie""#, "honest", ["timing.kind=asynchronous"],
                "adversary.0.collude is true; allowed: false for alie"
            ),
        ] as [(String, String, [String], String)])
    func refusals(attack: String, taps: String, settings: [String], expected: String) {
        let group = ColludingGroup(attack: attack, taps: taps, settings: settings)
        let fault = #expect(throws: ConfigurationFault.self) { _ = try group.assembly() }
        #expect(fault?.description.contains(expected) == true)
    }

    @Test("is allowed to a single member, and to all where what they send goes by nothing that they hear")
    func allowed() throws {
        for settings in [
            [#"adversary.0.nodes=["4"]"#, "adversary.0.attack=alie"], ["adversary.0.attack.around=zero"],
            ["adversary.0.attack.around=zero", "timing.kind=asynchronous"],
        ] {
            _ = try ColludingGroup(attack: #""gaussian""#, taps: "none", settings: settings).assembly()
        }
    }
}
