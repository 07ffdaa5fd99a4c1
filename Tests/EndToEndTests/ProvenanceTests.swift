// What a run says of how it was made is true: the commands that it prints do what they promise, and each of verify,
// replay, resume and report either does the right thing or names the command that is meant.
import Kernels
import Platform
import Scenario
import Simulation
import Testing

@testable import Harness

extension EndToEndTests {
    @Suite("Provenance") struct ProvenanceTests {
        /// Small, with checkpoints, and quick where a node is missed.
        private static let small = """
            {"name": "small", "topology": {"family": "complete", "nodes": 6},
             "task": {"dataset": {"kind": "synthetic", "features": 8, "samples": 300, "testSamples": 60}},
             "training": {"rounds": 12}, "adversary": [{"nodes": ["4"], "attack": "gaussian"}],
             "timing": {"deadlineMilliseconds": 400}, "checkpoint": {"every": 4}}
            """

        /// For real processes whose models must be those of a simulation: a deadline that nobody misses, however busy
        /// the machine.
        private static let patient = ["--set", "timing.deadlineMilliseconds=60000"]

        /// The folder that a command has printed, in the test's folder.
        private func folder(_ ended: Ended, in laboratory: borrowing Laboratory) throws -> RunDirectory {
            let path = try #require(ended.row("results"), "\(ended.errors)")
            return RunDirectory(path.hasPrefix("/") ? path : "\(laboratory.path)/\(path)")
        }

        // MARK: - Again

        private static let everyRun: [[String]] =
            Carriage.allCases.flatMap { carriage in
                // Faults, so that the events and with them the models depend on every flag.
                [[], ["--latency", "30"]].map {
                    ["simulate", "--set", "faults=lossy", "--carry", carriage.rawValue, "--threads", "1"] + $0
                }
            }
            + Transport.allCases.flatMap { transport in
                [[], ["--keys"]].map { ["run", "--transport", transport.rawValue] + $0 }
            }

        @Test("the printed commands repeat the run to its digest, and check it", arguments: everyRun)
        func again(words: [String]) throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.small, to: "small.json")
            let settings = words[0] == "run" ? Self.patient : []
            let first = try laboratory.start(words + settings + [file, "--quiet", "--out", "it's a $run"]).ended()
            #expect(first.status == .exited(0), "\(first.errors)")
            let run = try folder(first, in: laboratory)
            let commands = try run.commands()
            #expect(commands.count == 2 && commands[1].hasPrefix("gossiplab verify "))

            let second = try laboratory.shell(commands[0] + " --quiet")
            #expect(second.status == .exited(0), "\(second.errors)")
            #expect(second.row("model digest") == first.row("model digest"))
            let repeated = try folder(second, in: laboratory)
            #expect(try Files.read(repeated.record) == Files.read(run.record))
            #expect(
                try repeated.readSummary().member("transport")?.text == run.readSummary().member("transport")?.text)

            let checked = try laboratory.shell(commands[1])
            #expect(checked.status == .exited(0) && checked.output.hasPrefix("verified: all 5 "), "\(checked.output)")
        }

        @Test(
            "after a run that no simulation repeats, the report offers what recomputes it",
            arguments: [
                #"faults=[{"fault":"crash","from":3,"until":9}]"#, #"faults=[{"fault":"pause","from":3,"until":4}]"#,
                "timing.kind=asynchronous",
            ])
        func disturbed(setting: String) throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.small, to: "small.json")
            let ended = try laboratory.finish(
                "run", [file, "--quiet", "--set", setting, "--set", "training.rounds=200"])
            #expect(ended.status == .exited(0), "\(ended.errors)")
            let run = try folder(ended, in: laboratory)
            let hasCrashed = setting.contains("crash")
            #expect(try run.readSummary().member("restarted")?.texts.isEmpty == !hasCrashed)
            let commands = try run.commands()
            #expect(commands.count == 2 && commands[1] == "gossiplab replay \(run.path)")
            let replayed = try laboratory.shell(commands[1])
            let digest = try #require(ended.row("model digest"))
            #expect(replayed.status == .exited(0) && replayed.output.contains(digest), "\(replayed.output)")
            try expectRefusal(laboratory.start(["resume", run.path]).ended(), naming: "has finished")
            // Where nobody missed a paused node, its models are those of an undisturbed run all the same.
            guard !setting.contains("pause") else { return }
            try expectRefusal(laboratory.start(["verify", run.path]).ended(), naming: "'\(commands[1])' recomputes")
        }

        @Test("a node that never started has no trace, and the others are replayed")
        func neverStarted() throws {
            let laboratory = try Laboratory()
            let (run, _) = try madeRun("run", in: laboratory)
            // As if node 4, which is hostile, had never been there: nobody has heard of it.
            Files.removeTree(run.node(NodeID(4)).path)
            let complaint = "node 4 has no trace at"
            try expectRefusal(laboratory.start(["replay", run.path]).ended(), naming: complaint)
            for node in (0..<6).map({ NodeID($0) }) where node.index != 4 {
                try Files.write([], to: run.node(node).trace)
                Files.remove(run.node(node).model)
            }
            let replayed = try laboratory.start(["replay", run.path]).ended()
            #expect(replayed.status == .exited(0) && replayed.output.contains("no honest node has finished"))
        }

        // MARK: - Which command is meant

        private func expectRefusal(_ ended: Ended, naming meant: String) throws {
            #expect(ended.status == .exited(2) && ended.output.isEmpty, "\(ended.output)")
            #expect(ended.complaints.count == 1 && ended.errors.contains(meant), "\(ended.errors)")
        }

        private func madeRun(
            _ command: String, in laboratory: borrowing Laboratory
        ) throws -> (run: RunDirectory, digest: String) {
            let file = try laboratory.write(Self.small, to: "small.json")
            let ended = try laboratory.finish(command, [file, "--quiet"] + (command == "run" ? Self.patient : []))
            return (try folder(ended, in: laboratory), try #require(ended.row("model digest")))
        }

        /// As a run is left that was stopped, without waiting for the moment to stop one.
        private func stop(_ run: RunDirectory) throws {
            let summary = String(decoding: try Files.read(run.summary), as: UTF8.self)
            let stopped = summary.replacing(#""stopped":0"#, with: #""stopped":1"#)
            #expect(stopped != summary)
            try Files.write(Array(stopped.utf8), to: run.summary)
            for node in 0..<6 { Files.remove(run.node(NodeID(node)).model) }
        }

        /// What a command must say, in one line with status 2; `nil`: it does what it is for.
        private func expect(
            _ run: RunDirectory, in laboratory: borrowing Laboratory, verify: String?, replay: String?,
            resume: String??, report: String? = nil
        ) throws {
            var expected: [(command: String, refusal: String?)] = [
                ("verify", verify), ("replay", replay), ("report", report),
            ]
            if let resume { expected.append(("resume", resume)) }
            for (command, refusal) in expected {
                let ended = try laboratory.start([command, run.path]).ended()
                if let refusal {
                    try expectRefusal(ended, naming: refusal)
                } else {
                    #expect(ended.status == .exited(0), "\(command): \(ended.errors)")
                }
            }
        }

        @Test("of real processes that finished")
        func processes() throws {
            let laboratory = try Laboratory()
            let (run, _) = try madeRun("run", in: laboratory)
            try expect(
                run, in: laboratory, verify: nil, replay: nil,
                resume: "has finished: nothing is left to be done; 'gossiplab run \(run.experiment)' repeats it")
        }

        @Test("of real processes that were stopped, which go on as they were made")
        func stoppedProcesses() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.small, to: "small.json")
            let endless = ["--quiet", "--set", "training.rounds=1000000", "--transport", "udp", "--keys"]
            let running = try laboratory.launch("run", [file] + endless)
            let run = try laboratory.onlyRun()
            for node in 0..<6 { try laboratory.waitForRecord(ofNode: node, in: run) }
            try expectRefusal(laboratory.start(["resume", run.path]).ended(), naming: "is still running")
            try running.process.send(.interrupt)
            let ended = try running.ended()
            #expect(ended.status == .exited(130))
            #expect(ended.row("interrupted") == "all 6 nodes")
            #expect(ended.row("to go on") == "gossiplab resume \(run.path)")
            #expect(ended.row("rounds")?.contains(" of 1000000 in ") == true)
            #expect(ended.row("lost") == nil && ended.row("model digest") == nil)
            let reached = try #require(try run.readSummary().member("reached"))
            #expect(reached.count(at: "least") > 0 && reached.count(at: "least") <= reached.count(at: "greatest"))
            #expect(try run.commands()[1] == "gossiplab resume \(run.path)")
            try expect(
                run, in: laboratory, verify: "was stopped before its end", replay: nil, resume: .none)

            let resumed = try laboratory.start(["resume", run.path]).ended(afterNodesHave: "--keys", laboratory)
            #expect(resumed.status == .exited(130) && resumed.errors.hasPrefix("resuming from round "))
            #expect(resumed.row("rounds")?.hasSuffix("(processes, udp)") == true)
        }

        @Test("of a simulation that finished")
        func simulation() throws {
            let laboratory = try Laboratory()
            let (run, _) = try madeRun("simulate", in: laboratory)
            try expect(
                run, in: laboratory, verify: nil, replay: "'gossiplab verify \(run.path)' recomputes it",
                resume: "has finished: nothing is left to be done; 'gossiplab simulate \(run.experiment)' repeats it")
        }

        @Test("of a simulation that was stopped, which is computed again")
        func stoppedSimulation() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.small, to: "small.json")
            let made = [file, "--quiet", "--set", "faults=lossy", "--carry", "bytes", "--latency", "30"]
            let whole = try laboratory.finish("simulate", made)
            let run = try folder(whole, in: laboratory)
            let record = try Files.read(run.record)
            try stop(run)
            try expect(
                run, in: laboratory, verify: "'gossiplab resume \(run.path)' goes on with it",
                replay: "'gossiplab resume \(run.path)' computes it to its end", resume: .none)
            let resumed = try laboratory.start(["resume", run.path]).ended()
            #expect(resumed.status == .exited(0))
            #expect(
                resumed.errors == "a simulation keeps no checkpoints: it is computed again, from the start\n")
            #expect(resumed.row("model digest") == whole.row("model digest"))
            #expect(try folder(resumed, in: laboratory) == run && Files.read(run.record) == record)
            #expect(try Files.names(in: run.node(NodeID(0)).path) == ["model.bin"])
            try expect(run, in: laboratory, verify: nil, replay: "is a simulation", resume: "has finished")
        }

        @Test("a simulation that is stopped says how far it came and how to go on")
        func interruptedSimulation() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.small, to: "small.json")
            let running = try laboratory.launch("simulate", [file, "--quiet", "--set", "training.rounds=1000000"])
            let run = try laboratory.onlyRun()
            #expect(try becomesTrue { try Files.exists(run.metrics) && !Files.read(run.metrics).isEmpty })
            try running.process.send(.interrupt)
            let ended = try running.ended()
            #expect(ended.status == .exited(130))
            #expect(ended.row("interrupted") == "all 6 nodes")
            #expect(ended.row("to go on") == "gossiplab resume \(run.path)")
            #expect(ended.row("rounds")?.contains(" of 1000000 in ") == true)
            #expect(try run.commands()[1] == "gossiplab resume \(run.path)")
        }

        @Test("of nodes that no laboratory started, and of what is gathered of them")
        func byHand() throws {
            let laboratory = try Laboratory()
            let (run, digest) = try madeRun("run", in: laboratory)
            for path in [run.record, run.metrics, run.summary, run.report] { Files.remove(path) }
            try expect(
                run, in: laboratory, verify: nil, replay: nil,
                resume: "no laboratory started the nodes of \(run.path); to go on, start them again as they were, each "
                    + "with --resume 12")
            let names = try Files.names(in: "\(laboratory.path)/runs").filter {
                $0 != "index.html" && !run.path.hasSuffix("/\($0)")
            }
            #expect(names.count == 1)
            let gathered = RunDirectory("\(laboratory.path)/runs/\(try #require(names.first))")
            #expect(try gathered.readSummary().member("modelDigest")?.text == digest)
            #expect(
                try gathered.commands() == [
                    "gossiplab run runs/\(names[0])/experiment.json", "gossiplab verify runs/\(names[0])",
                ])
            try expect(gathered, in: laboratory, verify: nil, replay: nil, resume: "has finished")
            for node in 0..<6 { Files.remove(gathered.node(NodeID(node)).trace) }
            try expect(
                gathered, in: laboratory, verify: nil, replay: "'gossiplab verify \(gathered.path)' recomputes",
                resume: "has finished")

            let model = try Files.read(run.node(NodeID(0)).model)
            Files.removeTree(run.node(NodeID(5)).path)
            for (command, meant) in [
                ("verify", "there is nothing of node 5 in"), ("replay", "node 5 has no trace at"),
            ] {
                let ended = try laboratory.start([command, run.path]).ended()
                try expectRefusal(ended, naming: meant)
                #expect(ended.errors.contains("'gossiplab report' gathers"))
            }
            try Files.makeDirectory(run.node(NodeID(5)).path)
            try Files.write(model, to: run.node(NodeID(5)).model)
            try Files.write(Array("{\"rounds\":12,\"missedModels\":3}\n".utf8), to: run.node(NodeID(5)).metrics)
            try expectRefusal(
                laboratory.start(["verify", run.path]).ended(),
                naming: "(1 of 5 models differ, 0 are missing), as 3 models were missed; 'gossiplab replay \(run.path)'"
            )

            for node in 0..<6 { Files.remove(run.node(NodeID(node)).model) }
            try expectRefusal(
                laboratory.start(["verify", run.path]).ended(), naming: "no node of \(run.path) has finished")
        }

        @Test("of a sweep, of folders that hold runs, and of what is no folder")
        func noRun() throws {
            let laboratory = try Laboratory()
            let sweep = try laboratory.write(
                #"{"name": "tiny", "engine": "processes", "base": \#(Self.small), "grid": {"seed": [1]}}"#,
                to: "sweep.json")
            #expect(try laboratory.finish("sweep", [sweep, "--quiet"] + Self.patient).status == .exited(0))
            let path = "\(laboratory.runs)/tiny-sweep"
            let cell = "\(path)/runs/\(try #require(try Files.names(in: "\(path)/runs").first { $0 != "index.html" }))"
            for (path, meant) in [
                (
                    path,
                    "is the folder of a sweep, which 'gossiplab sweep' goes on with and shows; its runs have folders"
                ),
                (path, cell), ("\(path)/runs", "it holds folders of runs, as \(cell)"),
                ("\(laboratory.path)/small.json", "there is no run directory"), (sweep, "is a file"),
                (laboratory.runs, "there is no experiment.json in it"),
            ] {
                try expect(
                    RunDirectory(path), in: laboratory, verify: meant, replay: meant, resume: meant, report: meant)
            }
            #expect(try laboratory.start(["verify", cell]).ended().status == .exited(0))
        }
    }
}

extension Running {
    /// Stops it once every node of its run was started with this flag.
    fileprivate func ended(afterNodesHave flag: String, _ laboratory: borrowing Laboratory) throws -> Ended {
        #expect(
            try becomesTrue {
                let lines = try laboratory.processes().map { process in
                    String(decoding: (try? Files.read("/proc/\(process)/cmdline")) ?? [], as: UTF8.self)
                }
                return lines.count { $0.contains("\0\(flag)\0") && $0.contains("gossipnode\0") } == 6
            })
        try process.send(.interrupt)
        return try ended()
    }
}
