// What the fault plan does to real processes: to what they send, through links of the laboratory, and to themselves.
import JSON
import Kernels
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Chaos") struct ChaosTests {
        /// Six nodes in a ring on little data.
        private static func experiment(deadline: Int, rounds: Int = 20, _ faults: String) -> String {
            """
            {"topology": {"family": "ring", "nodes": 6},
             "task": {"dataset": {"kind": "synthetic", "features": 6, "classes": 3, "samples": 200, "testSamples": 50}},
             "training": {"rounds": \(rounds)}, "timing": {"deadlineMilliseconds": \(deadline)},
             "checkpoint": {"every": 2}, "aggregation": {"rule": "weightedMean"}, "faults": \(faults)}
            """
        }

        /// A run with faults, which must have struck, and come to what its traces say.
        private func disturbed(
            _ laboratory: borrowing Laboratory, deadline: Int, _ faults: String, _ flags: [String]
        ) throws -> (summary: JSONValue, run: RunDirectory) {
            let file = try laboratory.write(Self.experiment(deadline: deadline, faults), to: "chaos.json")
            let ended = try laboratory.finish("run", [file, "--quiet", "--json"] + flags)
            #expect(ended.status == .exited(0), "\(ended.errors)")
            let summary = try ended.summary()
            #expect(summary.member("lost")?.texts == [])
            let run = try laboratory.onlyRun()
            #expect(!Files.exists(run.links))
            let replay = try laboratory.start(["replay", run.path]).ended()
            let digest = try #require(summary.member("modelDigest")?.text)
            #expect(replay.status == .exited(0) && replay.output.contains(digest), "\(replay.output)")
            return (summary, run)
        }

        /// Rounds that take a while, so that the laboratory sees them go by.
        private static let slow = #"{"fault": {"kind": "delay", "milliseconds": 15}}"#

        private func strikes(_ kind: String, in summary: JSONValue) -> Int {
            summary.member("faults")?.member(kind)?.count ?? 0
        }

        @Test(
            "whatever a network does to datagrams, no model is lost: the digest is that of an undisturbed simulation",
            arguments: [[], ["--keys"]])
        func datagrams(flags: [String]) throws {
            let laboratory = try Laboratory()
            let faults = """
                [{"fault": {"kind": "loss", "rate": 0.05}}, {"fault": {"kind": "duplication", "rate": 0.1}},
                 {"fault": {"kind": "reordering", "rate": 0.1, "milliseconds": 5}},
                 {"fault": {"kind": "corruption", "rate": 0.05}}, {"fault": {"kind": "delay", "milliseconds": 2}}]
                """
            // Nobody is missed before that.
            let (summary, _) = try disturbed(laboratory, deadline: 60_000, faults, ["--transport", "udp"] + flags)
            for kind in ["loss", "duplication", "reordering", "corruption", "delay"] {
                #expect(strikes(kind, in: summary) > 0, "\(kind)")
            }
            let calm = try laboratory.finish(
                "simulate", ["\(laboratory.path)/chaos.json", "--quiet", "--json", "--set", "faults=[]"])
            #expect(try calm.summary().member("modelDigest")?.text == summary.member("modelDigest")?.text)
        }

        @Test(
            "streams that are cut, clogged, reset or slowed down cost models, and no node",
            arguments: [
                (#"{"kind": "loss", "rate": 0.1}"#, []),
                (#"{"kind": "partition", "shape": "halves"}"#, []),
                (#"{"kind": "partition", "shape": "oneWay"}"#, ["--keys"]),
                (#"{"kind": "swizzleClog"}"#, []),
                (#"{"kind": "reset", "rate": 0.05}"#, ["--keys"]),
                (#"{"kind": "reset", "rate": 0.05, "how": "halfClose"}"#, []),
                (#"{"kind": "rateLimit", "bytesPerSecond": 5000}"#, []),
            ])
        func streams(fault: String, flags: [String]) throws {
            let laboratory = try Laboratory()
            let faults = #"[\#(Self.slow), {"fault": \#(fault), "from": 2, "until": 14}]"#
            let (summary, _) = try disturbed(laboratory, deadline: 100, faults, flags)
            let kind = try #require(fault.split(separator: "\"").dropFirst(3).first.map(String.init))
            #expect(strikes(kind, in: summary) > 0)
        }

        @Test("a wrong bit is never read as a neighbour's word")
        func corruption() throws {
            let laboratory = try Laboratory()
            let faults = #"[{"fault": {"kind": "corruption", "rate": 0.1}}]"#
            let (summary, _) = try disturbed(laboratory, deadline: 100, faults, ["--keys"])
            #expect(summary.member("rejections")?.member("badSeal")?.count ?? 0 > 0)
            #expect(strikes("corruption", in: summary) > 0)
        }

        @Test("a node without room stands still, one that is killed meanwhile comes back when there is room")
        func fullDisk() throws {
            let laboratory = try Laboratory()
            let faults = """
                [\(Self.slow), {"fault": "fullDisk", "nodes": ["1", "4"], "from": 4, "until": 9},
                 {"fault": "crash", "nodes": ["4"], "from": 5, "until": 7}]
                """
            let (summary, run) = try disturbed(laboratory, deadline: 100, faults, [])
            #expect(summary.member("restarted")?.texts == ["4"])
            #expect(strikes("fullDisk", in: summary) == 2 && strikes("crash", in: summary) == 1)
            // Its log had no room either.
            #expect(Files.size(of: run.node(NodeID(1)).log) ?? 0 <= Heartbeat.byteCount)
        }

        @Test("a process that is stopped while its disk is full bears it for longer")
        func stoppedWithoutRoom() throws {
            let laboratory = try Laboratory()
            // Without room for 50 deadlines, 26 of them stopped; 30 are borne. Node 3 goes on, four rounds a second.
            let struck = #""nodes": ["0", "1", "2"]"#
            let faults = """
                [\(Self.slow), {"fault": "fullDisk", \(struck), "from": 5, "until": 30},
                 {"fault": "pause", \(struck), "from": 7, "until": 20}]
                """
            let (summary, _) = try disturbed(
                laboratory, deadline: 100, faults,
                ["--set", "training.rounds=50", "--set", #"topology={"family": "complete", "nodes": 4}"#])
            #expect(strikes("fullDisk", in: summary) == 3 && strikes("pause", in: summary) == 3)
        }

        @Test("a node whose newest checkpoint is damaged while it is down comes back, and goes by an older one")
        func damagedCheckpoint() throws {
            let laboratory = try Laboratory()
            let faults = """
                [\(Self.slow), {"fault": "checkpointCorruption", "nodes": ["2"], "from": 7, "until": 8},
                 {"fault": "crash", "nodes": ["2"], "from": 6, "until": 9}]
                """
            let (summary, run) = try disturbed(laboratory, deadline: 100, faults, [])
            #expect(summary.member("restarted")?.texts == ["2"])
            #expect(strikes("checkpointCorruption", in: summary) == 1)
            let log = String(decoding: try Files.read(run.node(NodeID(2)).log), as: UTF8.self)
            #expect(log.contains("cannot be used"), "\(log)")
        }

        @Test("a laboratory that is asked twice leaves no process, though one of them does not hear it")
        func askedTwice() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(
                Self.experiment(
                    deadline: 2_000, rounds: 1_000_000, #"[{"fault": {"kind": "delay", "milliseconds": 2}}]"#),
                to: "endless.json")
            let running = try laboratory.launch("run", [file, "--quiet"])
            let run = try laboratory.onlyRun()
            for node in 0..<6 { try laboratory.waitForRecord(ofNode: node, in: run) }
            // The plan does not know of it, so nobody lets it go on.
            let deaf = try laboratory.process(ofNode: 3, in: run)
            send(.stop, to: deaf)
            #expect(try becomesTrue { Self.status(of: deaf, "State") == "T (stopped)" })
            try running.process.send(.terminate)
            // The first request has gone out, or this test was asleep until those who do not hear were killed for it.
            #expect(try becomesTrue { try Self.isToHear(.terminate, deaf) || running.process.poll() != nil })
            try running.process.send(.terminate)
            #expect(try running.ended().status == .exited(130))
            #expect(!Self.isToHear(.terminate, deaf), "it was killed")
            #expect(try laboratory.isDeserted())
            #expect(Files.exists(run.summary) && !Files.exists(run.links))
        }

        /// A line of what the kernel says of a process, if there is one.
        private static func status(of process: Int32, _ name: String) -> String? {
            guard let bytes = try? Files.read("/proc/\(process)/status") else { return nil }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            return lines.first { $0.hasPrefix("\(name):\t") }.map { String($0.dropFirst(name.count + 2)) }
        }

        /// Whether a signal waits for a process that stands still.
        private static func isToHear(_ signal: Signal, _ process: Int32) -> Bool {
            let pending = status(of: process, "ShdPnd").flatMap { UInt64($0, radix: 16) } ?? 0
            return pending >> UInt64(signal.number - 1) & 1 == 1
        }

        @Test("what cannot be done to processes is refused before anything is started")
        func refused() throws {
            let laboratory = try Laboratory()
            let clock = try laboratory.finish("run", ["--set", #"faults=[{"fault": "clockJump"}]"#])
            #expect(clock.status == .exited(2) && clock.complaints.count == 1)
            #expect(clock.errors.contains("faults.0 is clockJump, and all processes of a machine share its clock"))
            let file = try laboratory.write(
                """
                {"topology": {"nodes": [{"id": "a"}, {"id": "b", "address": "127.0.0.1:7600"}],
                              "edges": [{"source": "a", "target": "b"}]},
                 "faults": [{"fault": "crash"}, {"fault": "loss"}]}
                """, to: "fixed.json")
            let fixed = try laboratory.finish("run", [file])
            #expect(fixed.status == .exited(2))
            let reason = "faults.1 is loss, and node 'b' has the address 127.0.0.1:7600"
            #expect(fixed.complaints.last?.contains(reason) == true)
            #expect(!Files.exists(laboratory.runs))
        }
    }
}
