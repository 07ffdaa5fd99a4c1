// Real runs that are disturbed on purpose, and recomputed from what their traces say was heard.
import Kernels
import Platform
import Scenario
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
            let whole = String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n").map(String.init)
            func write(_ lines: [String]) throws {
                try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
            }
            var lines = whole
            let start = try #require(lines[6].firstRange(of: #""result":""#)).upperBound
            lines[6].replaceSubrange(start...start, with: lines[6][start] == "0" ? "1" : "0")
            try write(lines)
            let differs = try replay()
            #expect(differs.status == .exited(1) && differs.output.contains("differs first at node 4, round 6"))

            lines = whole
            lines[3] = "{\"round\":3"
            try write(lines)
            let torn = try replay()
            #expect(torn.status == .exited(2) && torn.errors.contains("line 4 of"))

            Files.remove(path)
            let missing = try replay()
            #expect(missing.status == .exited(2) && missing.errors.contains("node 4 has no trace"))
        }

        @Test("faults that only the simulator can make are refused before anything is started")
        func simulatedOnly() throws {
            let laboratory = try Laboratory()
            let run = try laboratory.finish("run", ["--set", "faults=lossy"])
            #expect(run.status == .exited(2) && run.errors.contains("faults.0 is loss"))
        }
    }
}
