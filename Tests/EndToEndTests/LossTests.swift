// Nodes that die or never start, and launchers that are stopped or killed: the rest goes on or ends, nothing is left.
import Kernels
import Platform
import Scenario
import Testing

@testable import Harness

extension EndToEndTests {
    @Suite("Losses and stops") struct LossTests {
        /// Six nodes that all know each other, one of them hostile; far more rounds than a test waits for.
        private static let endless = """
            {"name": "endless", "topology": {"family": "complete", "nodes": 6},
             "task": {"dataset": {"kind": "synthetic", "features": 20, "samples": 600, "testSamples": 100}},
             "training": {"rounds": 1000000}, "adversary": [{"nodes": ["4"], "attack": "gaussian"}],
             "timing": {"deadlineMilliseconds": 2000}, "measure": {"every": 20}, "checkpoint": {"every": 20}}
            """
        private static let hundreds = ["--set", "training.rounds=2000", "--quiet"]

        /// The endless experiment as real processes, all of them some rounds into it.
        private func started(
            _ laboratory: borrowing Laboratory, _ settings: [String] = [], limits: String = ""
        ) throws -> (laboratory: Running, run: RunDirectory) {
            let file = try laboratory.write(Self.endless, to: "endless.json")
            let running = try laboratory.launch("run", [file] + settings, limits: limits)
            let run = try laboratory.onlyRun()
            for node in 0..<6 { try laboratory.waitForRecord(ofNode: node, in: run) }
            return (running, run)
        }

        @Test("killed nodes are named, and the others finish")
        func killedNodes() throws {
            let laboratory = try Laboratory()
            let (running, run) = try started(laboratory, Self.hundreds)
            for node in [2, 4] { send(.kill, to: try laboratory.process(ofNode: node, in: run)) }
            let ended = try running.ended()
            #expect(ended.status == .exited(0))
            let summary = try run.readSummary()
            #expect(
                summary.member("lost")?.texts.map { String($0.prefix { $0 != "," }) }
                    == ["2: killed by SIGKILL", "4: killed by SIGKILL"])
            #expect(ended.output.hasPrefix("1 of 5 honest nodes was lost (2 killed); the others "), "\(ended.output)")
            #expect(ended.output.contains("honest node 2: killed") && ended.output.contains("hostile node 4: killed"))
            for node in [0, 1, 3, 5] { #expect(Files.exists(run.node(NodeID(node)).model)) }
            #expect(try laboratory.isDeserted())
        }

        @Test("a node that never starts is named with its reason, and the others finish")
        func neverStarts() throws {
            let laboratory = try Laboratory()
            // An address of documentation, which no machine has.
            let file = try laboratory.write(
                """
                {"topology": {
                   "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c", "address": "192.0.2.1:7600"}, {"id": "d"}],
                   "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"},
                             {"source": "c", "target": "d"}, {"source": "d", "target": "a"}]},
                 "training": {"rounds": 5}, "timing": {"deadlineMilliseconds": 300}}
                """, to: "lonely.json")
            let ended = try laboratory.finish("run", [file, "--quiet", "--json"])
            #expect(ended.status == .exited(1))
            let lost = try #require(try ended.summary().member("lost")?.texts)
            #expect(lost.count == 1 && lost[0].hasPrefix("c: ended with status 2: gossipnode: "))
            #expect(lost[0].contains("192.0.2.1:7600"), "\(lost)")
            let verdict = try #require(try ended.summary().member("verdict")?.text)
            #expect(verdict.hasPrefix("The run failed: 1 of 4 honest nodes was lost (c never started: "))
            #expect(verdict.contains("192.0.2.1:7600"), "\(verdict)")
        }

        /// Sixteen nodes; `fault` is the plan.
        private static func sixteen(_ fault: String) -> String {
            """
            {"name": "sixteen", "topology": {"family": "complete", "nodes": 16},
             "task": {"dataset": {"kind": "synthetic", "features": 20, "samples": 600, "testSamples": 100}},
             "training": {"rounds": 1000}, "measure": {"every": 0}, "timing": {"deadlineMilliseconds": 200},
             "faults": [\(fault)]}
            """
        }

        @Test("a run that lost fifteen of sixteen nodes has failed, in both engines", arguments: ["run", "simulate"])
        func fellApart(command: String) throws {
            let laboratory = try Laboratory()
            let lost = (1...15).map { "\"\($0)\"" }.joined(separator: ", ")
            let file = try laboratory.write(
                Self.sixteen("{\"fault\": \"crash\", \"from\": 5, \"nodes\": [\(lost)]}"), to: "sixteen.json")
            let ended = try laboratory.finish(command, [file, "--quiet"])
            #expect(ended.status == .exited(1))
            #expect(
                ended.output.hasPrefix(
                    "The run failed: 15 of 16 honest nodes were lost (1, 2, 3, 4, 5 and 10 more killed); the other "),
                "\(ended.output)")
        }

        @Test("a node whose port is taken makes the run a failure, and its cell is left out of a sweep")
        func portInUse() throws {
            let laboratory = try Laboratory()
            let holder = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
            defer { withExtendedLifetime(holder) {} }
            let topology = """
                {"nodes": [{"id": "a"}, {"id": "b", "address": "\(holder.address)"}, {"id": "c"}],
                 "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]}
                """
            let base = """
                {"topology": \(topology), "training": {"rounds": 5}, "timing": {"deadlineMilliseconds": 500}}
                """
            let run = try laboratory.finish("run", [try laboratory.write(base, to: "base.json"), "--quiet"])
            #expect(run.status == .exited(1))
            let verdict = "The run failed: 1 of 3 honest nodes was lost (b never started: cannot listen on "
            #expect(run.output.hasPrefix("\(verdict)\(holder.address)"), "\(run.output)")

            let free = "{\"family\": \"ring\", \"nodes\": 3}"
            let sweep = try laboratory.write(
                """
                {"name": "ports", "engine": "processes", "base": \(base),
                 "grid": {"topology": {"free": \(free), "taken": \(topology)}}}
                """, to: "ports.json")
            let swept = try laboratory.finish("sweep", [sweep, "--quiet"])
            #expect(swept.status == .exited(1))
            let lines = swept.output.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("taken") && $0.hasSuffix("left out") }, "\(swept.output)")
            #expect(lines.contains { $0.hasPrefix("left out: taken: " + verdict) }, "\(swept.output)")
            #expect(lines.count { $0.hasPrefix("left out: ") } == 1)
        }

        @Test("moments that the laboratory slept through are measured after the run, as the simulator measures them")
        func missedEvaluations() throws {
            let laboratory = try Laboratory()
            let settings = ["quickstart", "--quiet", "--set", "training.rounds=120", "--set", "measure.every=1"]
            let running = try laboratory.launch("run", settings)
            let run = try laboratory.onlyRun()
            #expect(try becomesTrue { Files.exists(run.metrics) && Files.size(of: run.metrics) ?? 0 > 0 })
            try running.process.send(.stop)
            #expect(try becomesTrue { (0..<16).allSatisfy { Files.exists(run.node(NodeID($0)).model) } })
            try running.process.send(.continue)
            let ended = try running.ended()
            #expect(ended.status == .exited(0) && !ended.output.contains("evaluation points"), "\(ended.output)")
            let measured = try Files.read(run.metrics)
            Files.removeTree(run.path)
            #expect(try laboratory.finish("simulate", settings).status == .exited(0))
            #expect(try Files.read(laboratory.onlyRun().metrics) == measured)
        }

        @Test("Ctrl-C ends the run with status 130, every node cleanly and with its checkpoint")
        func interrupted() throws {
            let laboratory = try Laboratory()
            let (running, run) = try started(laboratory, ["--quiet"])
            try running.process.send(.interrupt)
            let ended = try running.ended()
            #expect(ended.status == .exited(130))
            #expect(ended.output.contains("Stopped before the end.") && ended.errors.isEmpty)
            #expect(try laboratory.isDeserted())
            for node in 0..<6 {
                let folder = run.node(NodeID(node))
                #expect(try Files.read(folder.log).isEmpty)
                #expect(try Files.names(in: folder.path).contains { NodeDirectory.rounds(ofCheckpoint: $0) != nil })
                #expect(!Files.exists(folder.model))
            }
            #expect(try run.readSummary().member("lost")?.texts == (0..<6).map { "\($0): stopped" })
        }

        /// Long enough to be cut short.
        private static let searching = [
            #"topology={"family": "ring", "nodes": 6}"#, "measure.optimum=solve", "training.weightDecay=1e-7",
            "adversary=[]",
            #"task.dataset={"kind": "synthetic", "samples": 40000, "features": 200, "classes": 10, "separation": 0.1}"#,
            "task.model=softmax",
        ]

        /// Sends Ctrl-C until the program ends, from when there are so many folders on: until it listens, its shell has
        /// it ignored.
        private func interrupt(_ running: Running, once folders: Int, in laboratory: borrowing Laboratory) throws
            -> Ended
        {
            #expect(
                try becomesTrue {
                    if (try? laboratory.runNames())?.count ?? 0 >= folders { try running.process.send(.interrupt) }
                    return try running.process.poll() != nil
                })
            return try running.ended()
        }

        @Test("Ctrl-C while the optimum is searched for ends with status 130, and is no fault of a sweep's cell")
        func interruptedSearch() throws {
            let laboratory = try Laboratory()
            let settings = Self.searching.flatMap { ["--set", $0] }
            let alone = try interrupt(
                try laboratory.launch("simulate", ["quickstart", "--quiet"] + settings, limits: "trap '' INT;"),
                once: 1, in: laboratory)
            #expect(alone.status == .exited(130) && alone.complaints.count == 1 && alone.output.isEmpty)
            #expect(alone.errors.contains("stopped while the optimum"), "\(alone.errors)")
            let sweep = try laboratory.write(
                #"{"name": "search", "base": "quickstart", "grid": {"seed": [1, 2]}}"#, to: "sweep.json")
            let swept = try interrupt(
                try laboratory.launch(
                    "sweep", [sweep, "--quiet", "--threads", "1"] + settings, limits: "trap '' INT;"),
                once: 2, in: laboratory)
            #expect(swept.status == .exited(130), "\(swept.errors)")
            #expect(swept.errors.contains("goes on with the 2 cells left"), "\(swept.errors)")
            let results = "\(laboratory.runs)/search-sweep/results.jsonl"
            #expect(try Files.read(results).isEmpty)
        }

        @Test("started in the background, where a shell has it ignore Ctrl-C, a run is interrupted all the same")
        func interruptedInBackground() throws {
            let laboratory = try Laboratory()
            let (running, _) = try started(laboratory, ["--quiet"], limits: "trap '' INT;")
            try running.process.send(.interrupt)
            #expect(try running.ended().status == .exited(130))
        }

        @Test("a terminal that hangs up ends the run in good order: no key is left, and the summary is written")
        func hungUp() throws {
            let laboratory = try Laboratory()
            let (running, run) = try started(laboratory, ["--quiet", "--keys"])
            #expect(Files.exists(run.keys))
            try running.process.send(.hangUp)
            #expect(try running.ended().status == .exited(130))
            #expect(!Files.exists(run.keys) && Files.exists(run.summary))
            #expect(try laboratory.isDeserted())
        }

        @Test("a node whose folder is deleted is named at once and counts as lost; the others finish")
        func deletedNode() throws {
            let laboratory = try Laboratory()
            let (running, run) = try started(laboratory, Self.hundreds)
            let folder = run.node(NodeID(2)).path
            #expect(
                try becomesTrue {
                    Files.removeTree(folder)
                    return !Files.exists(folder)
                })
            let ended = try running.ended()
            #expect(ended.status == .exited(0) && ended.complaints.count == 1)
            #expect(ended.errors.contains("\(folder) was deleted while node 2 runs"), "\(ended.errors)")
            #expect(try run.readSummary().member("lost")?.texts == ["2: its folder was deleted while it ran"])
        }

        @Test("a run whose directory is deleted says so and ends")
        func deletedRun() throws {
            let laboratory = try Laboratory()
            let (running, run) = try started(laboratory, ["--quiet"])
            #expect(
                try becomesTrue {
                    Files.removeTree(run.path)
                    return !Files.exists(run.path)
                })
            let ended = try running.ended()
            #expect(ended.status == .exited(1) && ended.complaints.count == 1)
            #expect(ended.errors.contains("\(run.path), which was deleted while the run went on"), "\(ended.errors)")
            #expect(try laboratory.isDeserted())
        }

        @Test("a run that was stopped and resumed ends in the uninterrupted models")
        func resumed() throws {
            let laboratory = try Laboratory()
            // Nobody misses it while others start or stop, however busy the machine.
            let settings = Self.hundreds + ["--set", "timing.deadlineMilliseconds=60000"]
            let (running, run) = try started(laboratory, settings)
            try running.process.send(.terminate)
            #expect(try running.ended().status == .exited(130))
            // As if it had taken long until then.
            let before = String(decoding: try Files.read(run.summary), as: UTF8.self)
            let seconds = try #require(run.readSummary().member("wallSeconds")?.number)
            let longer = before.replacing("\"wallSeconds\":\(seconds)", with: "\"wallSeconds\":1000.5")
            #expect(longer != before)
            try Files.write(Array(longer.utf8), to: run.summary)
            let resumed = try laboratory.start(["resume", run.path, "--json"]).ended()
            #expect(try resumed.summary().member("wallSeconds")?.number ?? 0 > 1000.5)
            #expect(resumed.status == .exited(0) && resumed.errors.contains("resuming from round "))
            let simulated = try laboratory.finish(
                "simulate", ["\(laboratory.path)/endless.json", "--json"] + settings)
            #expect(
                try simulated.summary().member("modelDigest")?.text == resumed.summary().member("modelDigest")?.text)
        }

        @Test("nodes end when their launcher is killed")
        func launcherKilled() throws {
            let laboratory = try Laboratory()
            let (running, run) = try started(laboratory, ["--quiet"])
            #expect(try laboratory.processes().count == 7)
            try running.process.send(.kill)
            #expect(try running.ended().status == .signalled(.kill))
            #expect(try laboratory.isDeserted())
            for node in 0..<6 { #expect(try Files.read(run.node(NodeID(node)).log).isEmpty) }
        }

        @Test("a node told to stop alone does so; the others finish without it")
        func nodeStopped() throws {
            let laboratory = try Laboratory()
            let (running, run) = try started(laboratory, Self.hundreds)
            send(.terminate, to: try laboratory.process(ofNode: 1, in: run))
            let ended = try running.ended()
            #expect(ended.status == .exited(0))
            #expect(try run.readSummary().member("lost")?.texts == ["1: ended with status 0"])
            #expect(try Files.read(run.node(NodeID(1)).log).isEmpty)
        }

        @Test("a run of which nobody finishes has failed")
        func allKilled() throws {
            let laboratory = try Laboratory()
            let (running, run) = try started(laboratory, ["--quiet"])
            for node in 0..<6 { send(.kill, to: try laboratory.process(ofNode: node, in: run)) }
            let ended = try running.ended()
            #expect(ended.status == .exited(1))
            #expect(
                ended.output.hasPrefix("No honest node finished: all 5 honest nodes were lost (0, 1, 2, 3, 5 killed)."))
        }
    }
}
