// Nodes that cannot go on, or not now: their models are not finite, their disks full, or they can start no thread.
import Kernels
import Metrics
import Platform
import Registry
import Scenario
import TestSupport
import Testing

extension EndToEndTests {
    @Suite("Failing nodes") struct FailingNodeTests {
        /// Nodes that know each other, on little data. Whoever waits for another one at length waits for ever.
        private static func experiment(nodes: Int = 3, deadline: Int = 600_000) -> String {
            """
            {"topology": {"family": "complete", "nodes": \(nodes)},
             "task": {"dataset": {"kind": "synthetic", "features": 6, "classes": 3, "samples": 200, "testSamples": 50}},
             "training": {"rounds": 30}, "timing": {"deadlineMilliseconds": \(deadline)},
             "aggregation": {"rule": "weightedMean"}}
            """
        }
        private static let divergence = [
            "--set", #"training.stepSize={"kind": "constant", "value": 1000}"#, "--set", "training.weightDecay=1",
        ]

        /// Three nodes by hand, in a run directory that is there already.
        private func nodes(_ laboratory: borrowing Laboratory, _ file: String, in run: RunDirectory) throws -> [Running]
        {
            try (0..<3).map { try node($0, laboratory, file, in: run) }
        }

        private func node(
            _ node: Int, _ laboratory: borrowing Laboratory, _ file: String, in run: RunDirectory,
            flags: [String] = []
        ) throws -> Running {
            let nonce = String(repeating: "a", count: 32)
            return try laboratory.start(
                ["--experiment", file, "--node", "\(node)", "--run", run.path, "--nonce", nonce] + flags,
                program: "gossipnode")
        }

        private func shell(_ script: String, _ path: String) throws {
            #expect(try ChildProcess("/bin/sh", ["-c", script, "sh", path]).wait() == .exited(0))
        }

        @Test("a step size that no model survives ends the run, and is named with node and round by both engines")
        func divergence() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(nodes: 5), to: "diverging.json")
            let hostileNode = ["--set", #"adversary={"nodes": ["4"], "attack": "signFlip"}"#]
            let arguments = [file, "--quiet", "--json"] + Self.divergence + hostileNode
            let reasons = try ["run", "simulate"].map { engine in
                let ended = try laboratory.finish(engine, arguments)
                #expect(ended.status == .exited(1))
                return try ended.summary().member("lost")?.texts ?? []
            }
            #expect(reasons[0].count == 4 && reasons[0] == reasons[1])
            for (node, reason) in reasons[0].enumerated() {
                #expect(reason.hasPrefix("\(node): diverged at round "))
                #expect(reason.hasSuffix("; a smaller step size may help"))
            }
        }

        @Test("a node by hand says so in one line, and ends with status 1")
        func byHand() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(
                Self.experiment().replacing(
                    #""rounds": 30"#,
                    with: #""rounds": 30, "weightDecay": 1, "stepSize": {"kind": "constant", "value": 1000}"#),
                to: "diverging.json")
            let run = RunDirectory("\(laboratory.path)/run")
            for (node, running) in try nodes(laboratory, file, in: run).enumerated() {
                let ended = try running.ended()
                #expect(ended.status == .exited(1) && ended.complaints.count == 1)
                #expect(ended.errors.hasPrefix("gossipnode \(node): diverged at round "), "\(ended.errors)")
                #expect(!Files.exists(run.node(NodeID(node)).model))
            }
        }

        @Test("a node whose disk is full says nothing that it cannot write down, and goes on when there is room")
        func room() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(), to: "experiment.json")
            let run = RunDirectory("\(laboratory.path)/run")
            let full = run.node(NodeID(0))
            var running = [try node(0, laboratory, file, in: run)]
            #expect(try becomesTrue { Files.exists(full.endpoint) })
            // A sparse file, a few bytes shorter than the longest that this file system has.
            try shell(
                #"""
                low=0 high=9223372036854775807
                while [ $((high - low)) -gt 1 ]; do
                    middle=$((low + (high - low) / 2))
                    if truncate -s $middle "$1" 2>/dev/null; then low=$middle; else high=$middle; fi
                done
                truncate -s $((low - 4)) "$1" && echo >>"$1"
                """#, full.trace)
            for other in 1...2 { running.append(try node(other, laboratory, file, in: run)) }
            #expect(
                try becomesTrue {
                    String(decoding: try Files.read(running[0].errors), as: UTF8.self)
                        .contains("it stands still until there is room")
                })
            func heardOfIt(by node: Int) throws -> [Int] {
                try TraceFile(Files.read(run.node(NodeID(node)).trace)).lines
                    .flatMap(\.inputs).filter { $0.sender == NodeID(0) }.map(\.round.number)
            }
            for node in 1...2 { #expect(try heardOfIt(by: node).allSatisfy { $0 == 0 }) }
            try shell(#": >"$1""#, full.trace)
            for node in running { #expect(try node.ended().status == .exited(0)) }
            for node in 1...2 { #expect(try heardOfIt(by: node) == Array(0..<30), "the others have waited for it") }
            #expect(try TraceFile(Files.read(full.trace)).lines.map(\.round.number) == Array(0..<30))
        }

        @Test("one whose disk stays full gives up with status 1, and the others finish")
        func noRoom() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(deadline: 30), to: "experiment.json")
            let run = RunDirectory("\(laboratory.path)/run")
            try Files.makeDirectory(run.node(NodeID(0)).path)
            try shell(#"ln -s /dev/full "$1""#, run.node(NodeID(0)).trace)
            let ended = try nodes(laboratory, file, in: run).map { try $0.ended() }
            #expect(ended.map(\.status) == [.exited(1), .exited(0), .exited(0)])
            let complaints = ended[0].complaints
            #expect(complaints.count == 2, "\(complaints)")
            #expect(complaints.first?.contains("No space left on device (ENOSPC); it stands still until") == true)
            #expect(complaints.last?.hasPrefix("gossipnode 0: gave up at round ") == true)
        }

        @Test("told to stop while it waits for room, it does so")
        func stoppedWithoutRoom() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(), to: "experiment.json")
            let run = RunDirectory("\(laboratory.path)/run")
            try Files.makeDirectory(run.node(NodeID(0)).path)
            try shell(#"ln -s /dev/full "$1""#, run.node(NodeID(0)).trace)
            let running = try nodes(laboratory, file, in: run)
            #expect(try becomesTrue { try !Files.read(running[0].errors).isEmpty })
            for node in running { try node.process.send(.terminate) }
            let ended = try running.map { try $0.ended() }
            #expect(ended.map(\.status) == [.exited(0), .exited(0), .exited(0)])
        }

        @Test("one whose trace tells of a round that nobody is near says so, and nothing to its neighbours")
        func farAhead() throws {
            let laboratory = try Laboratory()
            let endless = Self.experiment(deadline: 20).replacing(#""rounds": 30"#, with: #""rounds": 1000000"#)
            let file = try laboratory.write(endless, to: "endless.json")
            let run = RunDirectory("\(laboratory.path)/run")
            let trace = run.node(NodeID(0)).trace
            let running = try nodes(laboratory, file, in: run)
            #expect(try becomesTrue { Files.size(of: trace) ?? 0 > 0 })
            try running[0].process.send(.kill)
            #expect(try running[0].process.wait() == .signalled(.kill))

            let experiment = try Experiment(Array(endless.utf8), name: file)
            let assembly = try Assembly(
                experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
            let header = TraceHeader(of: NodeID(0), experiment: assembly.identity, dimension: assembly.dimension)
            let claim = TraceLine(round: Round(999_990), inputs: [], result: 0)
            let claimed = try header.bytes(TraceFile(Files.read(trace), of: header).lines + [claim])
            try Files.write(claimed, to: trace)
            let again = try node(0, laboratory, file, in: run, flags: ["--rejoin"])
            let word =
                "gossipnode 0: by its trace it has sent a model of round 999991, and its neighbours are in round "
            #expect(
                try becomesTrue { String(decoding: try Files.read(again.errors), as: UTF8.self).contains(word) })
            for node in [again] + running.dropFirst() { try node.process.send(.terminate) }
            for node in [again] + running.dropFirst() { #expect(try node.ended().status == .exited(0)) }
            #expect(try Files.read(trace) == claimed, "it has closed no round")
        }

        @Test("a final model that cannot be written is a failure")
        func lostModel() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(), to: "experiment.json")
            let run = RunDirectory("\(laboratory.path)/run")
            let folder = run.node(NodeID(0))
            var running = [try node(0, laboratory, file, in: run)]
            #expect(try becomesTrue { Files.exists(folder.endpoint) })
            // A folder that is not empty cannot be replaced by a file.
            try Files.makeDirectory("\(folder.model)/inner")
            for other in 1...2 { running.append(try node(other, laboratory, file, in: run)) }
            let ended = try running.map { try $0.ended() }
            #expect(ended.map(\.status) == [.exited(1), .exited(0), .exited(0)])
            #expect(ended[0].complaints.count == 1 && ended[0].errors.contains("cannot write \(run.path)"))
        }

        @Test("nodes that can start no thread train without one, to the same models")
        func noThread() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(), to: "experiment.json")
            // Stacks that no address space has room for.
            let run = try laboratory.start(
                ["run", file, "--json", "--quiet", "--out", laboratory.runs], limits: "ulimit -s 1099511627776;"
            ).ended()
            #expect(run.status == .exited(0), "\(run.errors)")
            let log = try Files.read(laboratory.onlyRun().node(NodeID(0)).log)
            #expect(
                String(decoding: log, as: UTF8.self) == "gossipnode 0: cannot start a thread: "
                    + "Resource temporarily unavailable (EAGAIN); long steps hold up its links\n")
            let simulated = try laboratory.finish("simulate", [file, "--json", "--quiet"])
            #expect(try simulated.summary().member("modelDigest")?.text == run.summary().member("modelDigest")?.text)
        }

        @Test("a node that the plan holds for good is no hung one; it is ended when nothing else is left")
        func held() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(deadline: 5), to: "experiment.json")
            let pause = #"faults=[{"fault": "pause", "nodes": ["1"], "from": 2}]"#
            let ended = try laboratory.finish(
                "run", [file, "--quiet", "--json", "--set", pause, "--set", "training.rounds=400"])
            #expect(try ended.summary().member("lost")?.texts == ["1: held by the fault plan to the end"])
            #expect(ended.status == .exited(0))
        }
    }
}
