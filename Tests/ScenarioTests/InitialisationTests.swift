// A first model from a file: what nodes start from, what of the file belongs to the experiment, and what is refused.
import Kernels
import Learning
import Registry
import Tensors
import Testing
import TestSupport

@testable import Scenario

@Suite("Initialisation")
struct InitialisationTests {
    /// Of three features and two classes.
    private static let values: [Float] = [1, -2, 3, 4, 5, 6, 7, 8]
    private static let layout = TensorLayout([("weight", [2, 3]), ("bias", [2])])

    private static func file(_ format: any TensorFormat = Safetensors(), _ values: [Float] = values) throws -> [UInt8] {
        try format.write(TensorFile(layout.split(values)))
    }

    private func assemble(_ initialisation: String, _ files: any DataFiles) throws -> Assembly {
        let experiment = try experiment(
            """
            {"topology": {"family": "ring", "nodes": 4}, "training": {"initialisation": \(initialisation)},
             "task": {"dataset": {"kind": "synthetic", "features": 3, "classes": 2, "samples": 40}, "split": "iid"}}
            """)
        return try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] }, files: files)
    }

    @Test("every node starts from the model in the file, whatever its format", arguments: TensorFormatCatalog.all.names)
    func start(name: String) throws {
        let bytes = try Self.file(TensorFormatCatalog.all.entry(named: name).init())
        let assembly = try assemble(#"{"file": "start"}"#, MemoryFiles([("start", bytes)]))
        for node in assembly.topology.nodes {
            #expect(try assembly.node(node).trainer.initialParameters() == Self.values)
        }
        #expect(assembly.warnings.isEmpty)
    }

    @Test("the experiment that is run names the file's digest, and refuses another file")
    func pinned() throws {
        let files = MemoryFiles([("a", try Self.file()), ("b", try Self.file()), ("c", try Self.file(NPY()))])
        let assembly = try assemble(#"{"file": "a"}"#, files)
        guard case .file(let source) = assembly.experiment.training.initialisation else {
            Issue.record("no file")
            return
        }
        #expect(source.path == "a" && source.digest?.count == 64)
        let digest = try #require(source.digest)
        let again = try assemble(#"{"file": "b", "digest": "\#(digest)"}"#, files)
        #expect(again.identity == assembly.identity)
        #expect(try assemble(#"{"file": "c"}"#, files).identity != assembly.identity)
        #expect(try assemble(#""same""#, files).identity != assembly.identity)
        let reread = try Experiment(Array(assembly.experiment.resolvedJSON.utf8), name: "run")
        #expect(reread == assembly.experiment)
        #expect {
            try assemble(#"{"file": "c", "digest": "\#(digest)"}"#, files)
        } throws: {
            "\($0)".hasPrefix("c: this is not the file that the experiment was made for: its digest is ")
        }
    }

    @Test("numbers that had to be rounded are told")
    func rounded() throws {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (8,), }\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes.append(littleEndian: UInt16(header.utf8.count))
        bytes += Array(header.utf8)
        for value in Self.values { bytes.append(littleEndian: Double(value).bitPattern) }
        let assembly = try assemble(#"{"file": "start"}"#, MemoryFiles([("start", bytes)]))
        #expect(assembly.warnings == ["start holds numbers of type F64: each is rounded to F32"])
    }

    /// The first models of all nodes.
    private func starts(_ initialisation: String) throws -> [[Float]] {
        let assembly = try assemble(initialisation, MemoryFiles([]))
        let reread = try Experiment(Array(assembly.experiment.resolvedJSON.utf8), name: "run")
        #expect(reread == assembly.experiment)
        return try assembly.topology.nodes.map { try assembly.node($0).trainer.initialParameters() }
    }

    @Test("every node starts from zero, or from normal draws: from the same for all, or its own")
    func drawn() throws {
        let same = try starts(#"{"normal": 3}"#)
        #expect(Set(same).count == 1 && same[0].contains { $0.magnitude > 1 })
        #expect(try starts(#"{"normal": 3, "nodes": "same"}"#) == same)
        let different = try starts(#"{"normal": 3, "nodes": "different"}"#)
        #expect(Set(different).count == 4 && different[0] == same[0])
        #expect(try starts(#""zero""#) == [[Float]](repeating: [Float](repeating: 0, count: 8), count: 4))
    }

    static let mistakes: [(setting: String, complaint: String)] = [
        (#"{"file": "none"}"#, "none: there is no such file; training.initialisation.file says where it is"),
        (#"{"file": "short"}"#, "short: holds [2]; needed: weight [2, 3], bias [2], or one vector of 8 numbers"),
        (#"{"file": "junk"}"#, "junk: is no file of safetensors, npy, npz: it begins with 'junk'"),
        (#"{"file": 3}"#, "training.initialisation.file is 3; expected a text"),
        (#"{"digest": ""}"#, "training.initialisation.file is missing"),
        (#"{"file": "a", "digest": "5"}"#, "training.initialisation.digest is '5'; allowed: 64 hexadecimal digits"),
        (#"{"fil": "a"}"#, "did you mean 'file'?"),
        (#"{"normal": -1}"#, "training.initialisation.normal is -1; allowed: a number from 0 to 1000000"),
        (#"{"normal": "6"}"#, "training.initialisation.normal is '6'; expected a number"),
        (#"{"normal": 6, "nodes": "diferent"}"#, "'diferent'; did you mean 'different'?"),
        (#"{"normal": 6, "file": "a"}"#, "unknown key in training.initialisation 'file'"),
        (#""start.npy""#, #"a file is named by {"file": "…"}"#),
        (#""sme""#, "unknown training.initialisation 'sme'; did you mean 'same'?"),
        ("7", "training.initialisation is 7; expected same, different, zero, {"),
    ]

    @Test("mistakes are named", arguments: mistakes)
    func mistake(setting: String, complaint: String) throws {
        let short = NPY().write(TensorFile([Tensor("", shape: [2], values: [1, 2])]))
        #expect {
            try assemble(setting, MemoryFiles([("short", short), ("junk", Array("junk".utf8))]))
        } throws: {
            ($0 as? ConfigurationFault)?.description.contains(complaint) == true
        }
    }
}
