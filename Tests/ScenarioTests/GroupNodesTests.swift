// How an experiment says where hostile nodes stand: placements, marks in graph files, models in files.
import Attacks
import Graphs
import Kernels
import Learning
import Registry
import Tensors
import Testing
import TestSupport

@testable import Scenario

@Suite("Nodes of an adversary group")
struct GroupNodesTests {
    private func assemble(
        _ groups: String, topology: String = #"{"family": "complete", "nodes": 6}"#, settings: [String] = [],
        files: any DataFiles = NoDataFiles()
    ) throws(ConfigurationFault) -> Assembly {
        let json = """
            {"topology": \(topology), "aggregation": {"rule": "weightedMean"},
             "task": {"dataset": {"kind": "synthetic", "features": 3, "classes": 2, "samples": 80}, "split": "iid"},
             "adversary": \(groups)}
            """
        let experiment = try Experiment(Array(json.utf8), name: "e.json", overrides: settings)
        return try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] }, files: files)
    }

    @Test("a placement is resolved, written down, and checked when it is read back")
    func resolved() throws {
        let assembly = try assemble(
            #"{"nodes": {"placement": "degree", "count": 2}, "attack": "signFlip"}"#)
        #expect(assembly.hostile == [NodeID(0), NodeID(1)])
        #expect(assembly.experiment.adversary[0].nodes.labels == ["0", "1"])
        let text = assembly.experiment.resolvedJSON
        let again = try Experiment(Array(text.utf8), name: "experiment.json")
        #expect(again == assembly.experiment)
        let file = try again.topologyFile { _ throws(ConfigurationFault) in [] }
        #expect(try Assembly(again, topology: file).identity == assembly.identity)
        var other = again
        try other.set(#"adversary.0.nodes.chosen=["4", "5"]"#)
        #expect {
            _ = try Assembly(other, topology: file)
        } throws: {
            "\($0)".contains("adversary.0.nodes.chosen is 4, 5, and here the placement chooses 0, 1; leave chosen out")
        }
    }

    @Test("later groups choose among what is left, and a list may come first")
    func several() throws {
        let assembly = try assemble(
            """
            [{"nodes": ["0"], "attack": "signFlip"},
             {"nodes": {"placement": "degree", "count": 1}, "attack": "signFlip"},
             {"nodes": {"placement": "random", "count": 2}, "attack": "labelFlip"}]
            """)
        #expect(assembly.experiment.adversary.map(\.nodes.labels.count) == [1, 1, 2])
        #expect(assembly.hostile.count == 4)
        let seeds = try (1...8).map { seed in
            try assemble(
                #"{"nodes": {"placement": "random", "count": 2}}"#, settings: ["seed=\(seed)"]
            ).hostile
        }
        #expect(Set(seeds).count > 2)
    }

    @Test("a mark that is a node's only attribute counts: in JSON Graph Format the id stands elsewhere")
    func loneMark() throws {
        let text =
            #"{"graph": {"nodes": {"a": {"metadata": {"byzantine": true}}, "b": {}}, "edges": ["#
            + #"{"source": "a", "target": "b"}]}}"#
        let file = try TopologyFile.read(Array(text.utf8), name: "g.json")
        #expect(file.marked.map { file.topology.labels[$0.index] } == ["a"])
    }

    static let marked = """
        {"nodes": [{"id": "a"}, {"id": "b", "byzantine": true}, {"id": "c", "role": "hostile"},
                   {"id": "d", "byzantine": false}, {"id": "e", "role": "Byzantine", "x": 1}],
         "edges": [{"source": "a", "target": "b"}, {"source": "a", "target": "c"}, {"source": "a", "target": "d"},
                   {"source": "d", "target": "e"}]}
        """

    @Test("marks of a graph file are taken over on request, survive a copy, and change no digest")
    func marks() throws {
        let assembly = try assemble(#"{"nodes": "marked", "attack": "signFlip"}"#, topology: Self.marked)
        #expect(assembly.experiment.adversary[0].nodes.labels == ["b", "c", "e"])
        #expect(!assembly.warnings.contains { $0.contains("marks") || $0.contains("byzantine") })
        #expect(assembly.warnings.contains { $0.contains("the attribute 'x' of nodes is not used") })
        let file = assembly.topologyFile
        let copy = try TopologyFile.read(Array(file.write().utf8), name: "copy")
        #expect(copy.marked == file.marked && copy.digest == file.digest)
        let bare = try TopologyFile(file.topology, taps: file.taps)
        #expect(bare.digest == file.digest)
        for name in TopologyFile.formats {
            let (text, loss) = try file.written(as: name)
            let read = try TopologyFile.read(Array(text.utf8), name: name)
            let isTold = loss?.contains("which nodes are marked as hostile") ?? false
            #expect(isTold || read.marked.map { read.topology.labels[$0.index] } == ["b", "c", "e"], "\(name)")
        }
    }

    @Test("marks that nobody asked for are told of")
    func unused() throws {
        let assembly = try assemble(#"{"nodes": ["c"], "attack": "signFlip"}"#, topology: Self.marked)
        #expect(
            assembly.warnings.contains(
                #"the topology marks b, e as hostile, and no adversary group has them; allowed: "nodes": "marked""#))
        #expect(
            try assemble("[]", topology: #"{"family": "attached", "honest": 5, "degree": 4, "hostile": 2}"#)
                .warnings.contains { $0.hasPrefix("the topology marks 5, 6 as hostile") })
    }

    @Test(
        "a family's attached nodes are taken",
        arguments: [
            #"{"family": "attached", "honest": 5, "degree": 4, "hostile": 2}"#,
            #"{"family": "maliciousRing", "honest": 5, "perNode": 1}"#,
        ])
    func attached(topology: String) throws {
        let assembly = try assemble(#"{"nodes": "attached", "attack": "signFlip"}"#, topology: topology)
        #expect(assembly.hostile.first == NodeID(5) && assembly.honest.count == 5)
    }

    static let mistakes: [(groups: String, complaint: String)] = [
        (#"{"nodes": {"placement": "degre", "count": 2}}"#, "unknown placement 'degre'; did you mean 'degree'?"),
        (#"{"nodes": {"placement": "degree"}}"#, "adversary.0.nodes.count is missing"),
        (#"{"nodes": "degree"}"#, "adversary.0.nodes.count is missing"),
        (#"{"nodes": {"placement": "degree", "count": 0}}"#, "adversary.0.nodes.count is 0; allowed: a whole number"),
        (#"{"nodes": {"placement": "degree", "count": 7}}"#, "adversary.0.nodes.count is 7; allowed: at most 6"),
        (#"{"nodes": {"placement": "degree", "count": 6}}"#, "all 6 nodes are hostile; allowed: all but one"),
        (#"{"nodes": {"placement": "degree", "cout": 6}}"#, "did you mean 'count'?"),
        (#"{"nodes": {"count": 6}}"#, "adversary.0.nodes.placement is missing"),
        (#"{"nodes": "3"}"#, "an array of node labels"),
        (#"{"nodes": "marked"}"#, "the topology marks no node as hostile; allowed: a mark such as"),
        (#"{"nodes": "attached"}"#, "the topology has no hostile nodes attached to honest ones"),
        (#"{"nodes": {"placement": "marked", "count": 1}}"#, "count"),
        (#"{"nodes": ["1"], "probability": 1.5}"#, "adversary.0.probability is 1.5; allowed: a number from 0 to 1"),
    ]

    @Test("mistakes are named", arguments: mistakes)
    func mistake(groups: String, complaint: String) {
        let text = message { () throws(ConfigurationFault) in _ = try assemble(groups) }
        #expect(text.contains(complaint) && !text.contains("\n"), "\(text)")
    }

    @Test("whoever places nodes leaves most of them honest, where the rule goes by that")
    func majority() throws {
        let groups = #"{"nodes": {"placement": "random", "count": 3}}"#
        #expect(try assemble(groups).hostile.count == 3)
        let text = message { () throws(ConfigurationFault) in
            _ = try assemble(groups, settings: ["aggregation.rule=trimmedMean"])
        }
        #expect(text.contains("3 of 6 nodes are hostile as placed"), "\(text)")
    }

    @Test("influence needs a graph that stays")
    func changing() {
        let text = message { () throws(ConfigurationFault) in
            _ = try assemble(
                #"{"nodes": {"placement": "bpi", "count": 1}}"#,
                topology: #"{"family": "ring", "nodes": 8, "schedule": "randomMatching"}"#)
        }
        #expect(text.contains("the same in all rounds"), "\(text)")
    }

    // MARK: - Models from files

    private static func vector(_ count: Int) throws -> [UInt8] {
        NPY().write(TensorFile([Tensor("", shape: [count], values: (0..<count).map { Float($0) })]))
    }

    @Test("an attack may want a model from a file, which belongs to the experiment as its bytes do")
    func target() throws {
        let files = MemoryFiles([("a", try Self.vector(8)), ("b", try Self.vector(8))])
        func group(_ file: String, _ attack: String = "constant") -> String {
            #"{"nodes": ["0"], "taps": "honest", "attack": {"kind": "\#(attack)", "target": \#(file)}}"#
        }
        let assembly = try assemble(group(#"{"file": "a"}"#), files: files)
        guard case .hostile(let adversary) = assembly.behaviour(of: NodeID(0), neighbours: []),
            let attack = adversary.attack as? ConstantModel
        else {
            Issue.record("it does not forge")
            return
        }
        let view = AttackView(round: Round(0), own: [Float](repeating: 9, count: 8), heard: [])
        #expect(attack.plan(seeing: view) == (0..<8).map { Float($0) })
        let file = try #require(assembly.experiment.adversary[0].attack.parameters.file("target"))
        #expect(file.path == "a" && file.digest?.count == 64)
        #expect(try assemble(group(#"{"file": "b"}"#), files: files).identity == assembly.identity)
        #expect(try assemble(group("1"), files: files).identity != assembly.identity)
        let again = try Experiment(Array(assembly.experiment.resolvedJSON.utf8), name: "experiment.json")
        #expect(again == assembly.experiment)
        for kind in ["cga", "targetLabels"] {
            let group =
                kind == "cga"
                ? group(#"{"file": "a"}"#, kind)
                : group(#"{"file": "a"}"#, kind)
                    .replacing(#""taps": "honest", "#, with: "")
            #expect(try assemble(group, files: files).hostile == [NodeID(0)])
        }
    }

    @Test(
        "a target that is not there, is of another size or form is refused before the run",
        arguments: [
            (#"{"file": "none"}"#, "none: there is no such file; adversary.0.attack.target.file says where it is"),
            (#"{"file": "short"}"#, "short: holds [3]; needed: "),
            (#"{"fil": "short"}"#, "did you mean 'file'?"),
            (#"{"file": "a", "digest": "5"}"#, "digest is '5'; allowed: 64 hexadecimal digits"),
            ("[1]", "target"),
        ])
    func mistakenTarget(target: String, complaint: String) throws {
        let files = MemoryFiles([("a", try Self.vector(8)), ("short", try Self.vector(3))])
        let text = message { () throws(ConfigurationFault) in
            _ = try assemble(
                #"{"nodes": ["0"], "attack": {"kind": "constant", "target": \#(target)}}"#, files: files)
        }
        #expect(text.contains(complaint) && !text.contains("\n"), "\(text)")
    }
}
