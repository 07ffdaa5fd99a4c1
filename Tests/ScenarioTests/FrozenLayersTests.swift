// Layers that are held at a file's parameters: what is left to train, what belongs to the experiment, what is refused.
import Kernels
import Learning
import Registry
import Tensors
import Testing
import TestSupport

@testable import Scenario

@Suite("Frozen layers")
struct FrozenLayersTests {
    /// 3 features, 2 hidden units, 2 classes.
    private static let lower: [Float] = [1, -2, 3, 4, 5, 6, 0.5, -0.5]
    private static let upper: [Float] = [1, 2, 3, 4, 0.25, -0.25]

    private static func file(_ values: [Float] = lower + upper, parts: Int = 4) throws -> [UInt8] {
        let all = [("dense1.weight", [2, 3]), ("dense1.bias", [2]), ("dense2.weight", [2, 2]), ("dense2.bias", [2])]
        let layout = TensorLayout(Array(all.prefix(parts)))
        return try Safetensors().write(TensorFile(layout.split(Array(values.prefix(layout.count)))))
    }

    private func assemble(_ training: String, model: String = "perceptron", _ files: any DataFiles) throws -> Assembly {
        let model = model == "perceptron" ? #"{"kind": "perceptron", "hidden": [2]}"# : #"{"kind": "\#(model)"}"#
        let experiment = try experiment(
            """
            {"topology": {"family": "ring", "nodes": 4}, "training": \(training), "task": {"model": \(model),
             "dataset": {"kind": "synthetic", "features": 3, "classes": 2, "samples": 40}, "split": "iid"}}
            """)
        return try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] }, files: files)
    }

    @Test("what is trained is the rest, and what is held is the file's", arguments: [2, 4])
    func held(parts: Int) throws {
        let frozen = #"{"frozen": {"file": "net", "layers": 1}}"#
        let assembly = try assemble(frozen, MemoryFiles([("net", try Self.file(parts: parts))]))
        #expect(assembly.dimension == Self.upper.count)
        #expect(assembly.layout == TensorLayout([("dense2.weight", [2, 2]), ("dense2.bias", [2])]))
        let whole = try assemble("{}", MemoryFiles([]))
        let (samples, scratch) = (Batch(try assembly.testPart()), ObjectiveScratch())
        var (one, other) = (scratch, scratch)
        let held = assembly.objective.loss(at: Self.upper.span, on: samples, scratch: &one)
        #expect(held == whole.objective.loss(at: (Self.lower + Self.upper).span, on: samples, scratch: &other))
    }

    @Test("a start may come from the same file")
    func start() throws {
        let both = #"{"frozen": {"file": "net", "layers": 1}, "initialisation": {"file": "net"}}"#
        let assembly = try assemble(both, MemoryFiles([("net", try Self.file())]))
        #expect(try assembly.node(NodeID(0)).trainer.initialParameters() == Self.upper)
    }

    @Test("a node that learns from poisoned embeddings starts where the others do")
    func poisonedStart() throws {
        let frozen =
            #"{"frozen": {"file": "net", "layers": 1}}, "adversary": [{"nodes": ["2"], "attack": "softLabels"}]"#
        let assembly = try assemble(frozen, MemoryFiles([("net", try Self.file())]))
        let starts = try assembly.topology.nodes.map { try assembly.node($0).trainer.initialParameters() }
        #expect(assembly.objective(of: NodeID(2)).dimension == Self.upper.count && Set(starts).count == 1)
        #expect(starts[0].contains { $0 != 0 })
    }

    @Test("the file's digest and the number of layers belong to the experiment, its place does not")
    func identity() throws {
        let files = MemoryFiles([
            ("a", try Self.file()), ("b", try Self.file()),
            ("c", try Self.file([2] + Self.lower.dropFirst() + Self.upper)),
        ])
        func identity(_ path: String) throws -> [UInt8] {
            try assemble(#"{"frozen": {"file": "\#(path)", "layers": 1}}"#, files).identity
        }
        #expect(try identity("a") == identity("b"))
        #expect(try identity("a") != identity("c"))
        #expect(try identity("a") != assemble("{}", files).identity)
        let run = try assemble(#"{"frozen": {"file": "a", "layers": 1}}"#, files).experiment
        #expect(run.training.frozen?.source.digest?.count == 64)
        #expect(try Experiment(Array(run.resolvedJSON.utf8), name: "run") == run)
    }

    static let mistakes: [(setting: String, model: String, complaint: String)] = [
        (
            #"{"file": "none", "layers": 1}"#, "perceptron",
            "there is no such file; training.frozen.file says where it is"
        ),
        (
            #"{"file": "net", "layers": 2}"#, "perceptron",
            "training.frozen holds 2 layers, and the model has dense1, dense2"
        ),
        (
            #"{"file": "net", "layers": 1}"#, "softmax",
            "training.frozen holds 1 layer, and the model has one layer or none"
        ),
        (#"{"file": "net", "layers": 1}"#, "quadratic", "one layer or none"),
        (#"{"file": "other", "layers": 1}"#, "perceptron", "other: holds dense1.weight [2, 3]; needed: dense1.weight"),
        (#"{"file": "net"}"#, "perceptron", "training.frozen.layers is missing"),
        (#"{"file": "net", "layers": 0}"#, "perceptron", "training.frozen.layers is 0; allowed: a whole number from 1"),
        (#"{"layers": 1}"#, "perceptron", "training.frozen.file is missing"),
        ("7", "perceptron", "training.frozen is 7; expected null, {"),
    ]

    @Test("a mistake is one line", arguments: mistakes)
    func mistake(setting: String, model: String, complaint: String) throws {
        let files = MemoryFiles([("net", try Self.file()), ("other", try Self.file(parts: 1))])
        #expect {
            try assemble(#"{"frozen": \#(setting)}"#, model: model, files)
        } throws: {
            "\($0)".contains(complaint)
        }
    }
}
