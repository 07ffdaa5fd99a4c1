// Models as files that other tools read: exported from runs of both engines, and started from.
import JSON
import Kernels
import Platform
import Scenario
import Tensors
import Testing

@testable import Harness

extension EndToEndTests {
    @Suite("Export") struct ExportTests {
        private static let experiment = """
            {"name": "export", "topology": {"family": "ring", "nodes": 5}, "adversary": {"nodes": ["3"]},
             "task": {"dataset": {"kind": "synthetic", "features": 3, "classes": 2, "samples": 60}, "split": "iid"},
             "training": {"rounds": 6}, "measure": {"every": 4}}
            """

        private func read(_ path: String) throws -> TensorFile {
            try TensorFormatCatalog.read(MemorySource(Files.read(path)), path: path)
        }

        private func model(_ node: Int, in run: RunDirectory) throws -> [UInt32] {
            try ModelFile(encoded: Files.read(run.node(NodeID(node)).model)).model.map(\.bitPattern)
        }

        private func bits(_ file: TensorFile) -> [UInt32] { file.tensors.flatMap { $0.values.map(\.bitPattern) } }

        @Test("final models are those of model.bin to the bit, in every format")
        func finalModels() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment, to: "experiment.json")
            #expect(try laboratory.finish("run", [file, "--quiet", "--export", "npz"]).status == .exited(0))
            let run = try laboratory.onlyRun()
            for format in ["safetensors", "npy"] {
                let ended = try laboratory.start(["export", run.path, "--format", format]).ended()
                #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
                #expect(ended.output == [0, 1, 2, 4].map { "\(run.models)/node-\($0).\(format)\n" }.joined())
            }
            let archive = try read("\(run.models)/models.npz")
            #expect(archive.tensors.prefix(2).map(\.name) == ["0/weight", "0/bias"])
            #expect(archive.tensors.count == 8 && archive.tensors[0].shape == [2, 3])
            for node in [0, 1, 2, 4] {
                let named = try read("\(run.models)/node-\(node).safetensors")
                let expected = try model(node, in: run)
                #expect(named.tensors.map(\.name) == ["weight", "bias"] && bits(named) == expected)
                #expect(named.metadata["round"] == "6" && named.metadata["node"] == "\(node)")
                #expect(named.metadata["identity"] == (try run.readSummary()).member("identity")?.text)
                #expect(bits(try read("\(run.models)/node-\(node).npy")) == expected)
                #expect(
                    bits(TensorFile(archive.tensors.filter { $0.name.hasPrefix("\(node)/") })) == expected)
            }
            let hostile = try laboratory.start(["export", run.path, "--node", "3"]).ended()
            #expect(bits(try read("\(run.models)/node-3.safetensors")) == (try model(3, in: run)), "\(hostile.errors)")
        }

        @Test("models of earlier rounds come out of the traces and of the simulator the same")
        func earlierModels() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment, to: "experiment.json")
            var exports: [[[UInt8]]] = []
            for command in ["run", "simulate"] {
                let ended = try laboratory.start([command, file, "--quiet", "--out", command]).ended()
                #expect(ended.status == .exited(0), "\(ended.errors)")
                let parent = "\(laboratory.path)/\(command)"
                let run = "\(parent)/\(try #require(Files.names(in: parent).first))"
                func export(_ arguments: [String]) throws -> [[UInt8]] {
                    let ended = try laboratory.start(["export", run, "--out", "\(parent)/models"] + arguments).ended()
                    #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
                    return try ended.output.split(separator: "\n").map { try Files.read(String($0)) }
                }
                let snapshots = try export(["--node", "1", "--rounds", "snapshots"])
                let chosen = try export(["--node", "average", "--rounds", "3,0", "--format", "npy"])
                #expect(snapshots.count == 3 && chosen.count == 2 && Set(chosen).count == 2)
                exports.append(snapshots + chosen)
            }
            #expect(exports[0] == exports[1])
        }

        @Test("a run starts from a file in both engines alike, is verified, and with another file refused")
        func start() throws {
            let laboratory = try Laboratory()
            let layout = TensorLayout([("weight", [2, 3]), ("bias", [2])])
            let path = "\(laboratory.path)/start.safetensors"
            try Files.write(Safetensors().write(TensorFile(layout.split([1, -1, 0.5, 2, 0, 1, 3, -3]))), to: path)
            let file = try laboratory.write(Self.experiment, to: "experiment.json")
            let start = ["--set", #"training.initialisation={"file": "start.safetensors"}"#]
            var digests: [String?] = []
            for command in ["run", "simulate"] {
                let ended = try laboratory.start([command, file, "--quiet", "--json", "--out", command] + start).ended()
                #expect(ended.status == .exited(0), "\(ended.errors)")
                digests.append(try ended.summary().member("modelDigest")?.text)
            }
            #expect(digests[0] != nil && digests[0] == digests[1])
            let plain = try laboratory.start(["simulate", file, "--quiet", "--json", "--out", "plain"]).ended()
            #expect(try plain.summary().member("modelDigest")?.text != digests[0])
            let run = "run/\(try #require(Files.names(in: "\(laboratory.path)/run").first))"
            for command in ["verify", "replay"] {
                #expect(try laboratory.start([command, run]).ended().status == .exited(0))
            }
            try Files.write(Safetensors().write(TensorFile(layout.split([1, -1, 0.5, 2, 0, 1, 3, 3]))), to: path)
            let ended = try laboratory.start(["verify", run]).ended()
            #expect(ended.status == .exited(2) && ended.complaints.count == 1)
            #expect(ended.errors.contains("not the file that the experiment was made for"), "\(ended.errors)")
        }

        @Test("what cannot be exported is named in one line with status 2")
        func mistakes() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment, to: "experiment.json")
            #expect(try laboratory.finish("run", [file, "--quiet"]).status == .exited(0))
            let run = try laboratory.onlyRun()
            func expect(_ arguments: [String], _ complaint: String) throws {
                let ended = try laboratory.start(arguments).ended()
                #expect(ended.status == .exited(2) && ended.complaints.count == 1 && ended.output.isEmpty)
                #expect(ended.errors.contains(complaint), "\(ended.errors)")
            }
            try expect(["export"], "RUN is missing")
            try expect(["export", "nowhere"], "there is no run directory nowhere")
            try expect(["export", run.path, "--format", "pt"], "unknown format 'pt'")
            try expect(
                ["export", run.path, "--node", "9"], "--node is '9'; allowed: all, average, or a node of the run")
            try expect(["export", run.path, "--rounds", "7"], "--rounds is '7'; allowed: final, snapshots, or numbers")
            try expect(["export", run.path, "--node", "3", "--rounds", "0,6"], "node 3 is hostile")
            try expect(["export", run.path, "--node", "3", "--rounds", "0"], "node 3 is hostile")
            try expect(["run", file, "--export", "pt", "--out", "new"], "unknown format 'pt'")
            #expect(!Files.exists("\(laboratory.path)/new"))
            var bytes = try Files.read(run.node(NodeID(1)).model)
            bytes[40] ^= 1
            try Files.write(bytes, to: run.node(NodeID(1)).model)
            try expect(["export", run.path], "nodes/1/model.bin: has altered bytes")
            Files.remove(run.node(NodeID(1)).model)
            try expect(["export", run.path, "--node", "1"], "node 1 left no model after 6 rounds")
            let others = try laboratory.start(["export", run.path]).ended()
            #expect(others.status == .exited(0) && others.output.split(separator: "\n").count == 3)
            #expect(others.errors == "warning: not exported: node 1 left no model after 6 rounds\n")
            for node in 0..<5 { Files.remove(run.node(NodeID(node)).model) }
            Files.remove(run.summary)
            try expect(
                ["export", run.path], "goes on or was cut off, so that there is no such model; 'gossiplab resume")
        }
    }
}
