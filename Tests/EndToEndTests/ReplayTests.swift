// Real runs that are disturbed on purpose, and recomputed from what their traces say was heard.
import Kernels
import Metrics
import Platform
import Scenario
import TestSupport
import Testing

extension EndToEndTests {
    @Suite("Replay")
    struct ReplayTests {
        private static let quick = [
            "quickstart", "--quiet", "--set", "timing.deadlineMilliseconds=400", "--set", "training.rounds=60", "--set",
            "checkpoint.every=4",
        ]

        @Test(
            "killed, restarted and paused nodes come to models that their traces explain",
            arguments: [
                "crash-storm", "cold-boot", #"[{"fault":"pause","from":5,"until":15}]"#,
                #"[{"fault":"crash","from":5},{"fault":"pause","from":9,"until":30}]"#,
            ])
        func disturbed(plan: String) throws {
            let laboratory = try Laboratory()
            let run = try laboratory.finish("run", Self.quick + ["--set", "faults=\(plan)", "--json"])
            // A plan may leave fewer than half of the nodes: that is said, and replays like any other run.
            #expect(try run.status == .exited(Int32(run.summary().member("failed")?.count ?? -1)), "\(run.errors)")
            let replay = try laboratory.start(["replay", laboratory.onlyRun().path]).ended()
            #expect(replay.status == .exited(0), "\(replay.output)")
            let digest = try #require(try run.summary().member("modelDigest")?.text)
            #expect(replay.output.contains(digest))
        }

        @Test("an undisturbed run replays to its digest, and an altered or missing trace is named")
        func altered() throws {
            let laboratory = try Laboratory()
            let run = try laboratory.finish("run", ["quickstart", "--quiet", "--set", "training.rounds=12"])
            #expect(run.status == .exited(0))
            let folder = try laboratory.onlyRun()
            func replay() throws -> Ended { try laboratory.start(["replay", folder.path]).ended() }
            #expect(try replay().status == .exited(0))

            let path = folder.node(NodeID(4)).trace
            let bytes = try Files.read(path)
            let assembly = try Self.assembly(of: folder)
            let header = TraceHeader(of: NodeID(4), experiment: assembly.identity, dimension: assembly.dimension)
            let whole = try TraceFile(bytes, of: header).lines
            #expect(header.bytes(whole) == bytes)
            var lines = whole
            lines[6] = TraceLine(round: lines[6].round, inputs: lines[6].inputs, result: lines[6].result ^ 1)
            try Files.write(header.bytes(lines), to: path)
            let differs = try replay()
            #expect(differs.status == .exited(1) && differs.output.contains("differs first at node 4, round 6"))

            let place = header.bytes(Array(whole.prefix(3))).count
            var altered = bytes
            altered[place + 20] ^= 1
            try Files.write(altered, to: path)
            let broken = try replay()
            #expect(
                broken.status == .exited(2) && broken.errors.contains("record 3, at byte \(place), does not follow"))
            let shown = try laboratory.start(["trace", folder.path, "--node", "4"]).ended()
            #expect(shown.status == .exited(2) && shown.output.split(separator: "\n").count == 3)
            #expect(shown.errors.contains("record 3, at byte \(place)"))
            let end = try laboratory.start(["trace", folder.path, "--node", "5", "--last", "2"]).ended()
            #expect(end.status == .exited(0) && end.output.hasPrefix(#"{"record":10,"round":10,"inputs":[["#))
            let unknown = try laboratory.start(["trace", folder.path, "--node", "x"]).ended()
            #expect(unknown.status == .exited(2) && unknown.errors.contains("node"))

            // A program that wrote JSON lines has made this folder.
            try Files.write(bytes, to: path)
            let old = folder.node(NodeID(4)).traceOfFirstFormat
            try Files.write(Array("{\"round\":0}\n".utf8), to: old)
            for command in [["replay"], ["trace", "--node", "4"]] {
                let refused = try laboratory.start(command + [folder.path]).ended()
                #expect(refused.status == .exited(2) && refused.output.isEmpty)
                #expect(refused.errors.contains("version 1 of the format; this program reads version 3"))
            }
            Files.remove(old)

            Files.remove(path)
            let missing = try replay()
            #expect(missing.status == .exited(2) && missing.errors.contains("node 4 has no trace"))
        }

        private static func assembly(of run: RunDirectory) throws -> Assembly {
            let experiment = try Experiment(try Files.read(run.experiment), name: run.experiment)
            return try Assembly(
                experiment, topology: TopologyFile.read(try Files.read(run.topology), name: run.topology))
        }

        /// On little data, for so many rounds that traces are shortened before and after a node is killed.
        private static let long = """
            {"topology": {"family": "complete", "nodes": 8}, "trace": "recent",
             "task": {"dataset": {"kind": "synthetic", "features": 6, "classes": 3, "samples": 200, "testSamples": 50}},
             "training": {"rounds": 2000}, "timing": {"deadlineMilliseconds": 100}, "checkpoint": {"every": 100},
             "faults": [{"fault": "crash", "nodes": ["1"], "from": 1500, "until": 1600}]}
            """

        @Test("where only recent traces are kept they stay short, also of nodes that are killed, and replay says so")
        func recent() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.long, to: "long.json")
            let run = try laboratory.finish("run", [file, "--quiet", "--json"])
            #expect(run.status == .exited(0), "\(run.errors)")
            let folder = try laboratory.onlyRun()
            for node in 0..<8 {
                #expect(try #require(Files.size(of: folder.node(NodeID(node)).trace)) <= 1 << 17)
            }
            #expect(try run.summary().member("restarted")?.texts == ["1"] && run.summary().member("lost")?.texts == [])
            let replay = try laboratory.start(["replay", folder.path]).ended()
            #expect(replay.status == .exited(2) && replay.complaints.count == 1)
            #expect(
                replay.errors.contains("as the experiment's key trace is 'recent'; 'replay' needs all, which 'full'"))
        }
    }
}
