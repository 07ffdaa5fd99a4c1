// Several runs of one experiment at once, on one host and in one folder: nobody takes part in two of them.
import Kernels
import Metrics
import Scenario
import Testing
import Wire

@testable import Platform

extension EndToEndTests {
    @Suite("Runs apart") struct RunsApartTests {
        /// Three nodes that all know each other; `address` is that of node 1.
        private static func experiment(rounds: Int = 5, deadline: Int = 1_000, address: String? = nil) -> String {
            let second = address.map { ", \"address\": \"\($0)\"" } ?? ""
            return """
                {"topology": {
                   "nodes": [{"id": "a"}, {"id": "b"\(second)}, {"id": "c"}],
                   "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"},
                             {"source": "c", "target": "a"}]},
                 "task": {"dataset": {"kind": "synthetic", "features": 6, "classes": 3, "samples": 200}},
                 "training": {"rounds": \(rounds)},
                 "timing": {"deadlineMilliseconds": \(deadline), "joinSeconds": \(Double(deadline) / 1_000)}}
                """
        }

        /// As if no launcher had started the tests.
        private static let noLauncher = LauncherJob.known.flatMap { $0.needed }.map { (name: $0, value: "") }

        private static func nonce(_ name: String) -> String { "\(RunNonce(hashing: name))" }

        private func start(_ arguments: [String], in laboratory: borrowing Laboratory) throws -> Running {
            try laboratory.start(arguments, program: "gossipnode", environment: Self.noLauncher)
        }

        private func endpoint(ofNode node: Int, in run: RunDirectory) throws -> Endpoint {
            let path = run.node(NodeID(node)).endpoint
            #expect(try becomesTrue { Files.exists(path) })
            return try #require(Endpoint.read(path))
        }

        private func senders(atNode node: Int, of run: RunDirectory) throws -> Set<NodeID> {
            Set(try TraceFile(Files.read(run.node(NodeID(node)).trace)).lines.flatMap { $0.inputs.map(\.sender) })
        }

        @Test("two laboratories at once get a folder and a nonce each, and the same models")
        func laboratories() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(deadline: 20_000), to: "same.json")
            let running = try (0..<2).map { _ in try laboratory.launch("run", [file, "--quiet", "--json"]) }
            let summaries = try running.map { try $0.ended().summary() }
            for summary in summaries {
                #expect(summary.member("lost")?.texts == [] && summary.member("rejections")?.members.isEmpty == true)
            }
            #expect(Set(summaries.map { $0.member("modelDigest")?.text }).count == 1)
            let runs = try laboratory.runNames().map { RunDirectory("\(laboratory.runs)/\($0)") }
            #expect(runs.count == 2)
            let nonces = try runs.map { run in try (0..<3).map { try endpoint(ofNode: $0, in: run).nonce } }
            #expect(nonces.allSatisfy { Set($0).count == 1 && $0[0] != .none } && nonces[0] != nonces[1])
        }

        @Test(
            "nodes of two runs never talk to each other, whatever folder and port they share",
            arguments: Transport.allCases)
        func twoRuns(over transport: Transport) throws {
            let laboratory = try Laboratory()
            let plain = try laboratory.write(Self.experiment(), to: "plain.json")
            func flags(_ experiment: String, rank: Int, _ run: RunDirectory, _ name: String) -> [String] {
                [
                    "--experiment", experiment, "--rank", "\(rank)", "--run", run.path, "--endpoints",
                    "\(laboratory.path)/endpoints", "--nonce", Self.nonce(name), "--transport", transport.rawValue,
                ]
            }
            let (one, other) = (RunDirectory("\(laboratory.path)/one"), RunDirectory("\(laboratory.path)/other"))
            let stranger = try start(flags(plain, rank: 1, other, "other"), in: laboratory)
            let address = try endpoint(ofNode: 1, in: other).address
            // This run looks for its own second node where that of the other run listens.
            let misled = try laboratory.write(Self.experiment(address: address), to: "misled.json")
            let nodes = try [0, 2].map { try start(flags(misled, rank: $0, one, "one"), in: laboratory) }
            for node in nodes {
                let ended = try node.ended()
                #expect(ended.status == .exited(0), "\(ended.errors)")
            }
            try stranger.process.send(.terminate)
            let refused = try stranger.ended()
            #expect(refused.status == .exited(0))
            #expect(refused.errors.contains("refused a peer that did not say who it is: otherRun"), "\(refused.errors)")
            // A node's own model is one of what it mixes.
            for node in [0, 2] { #expect(try senders(atNode: node, of: one) == [NodeID(0), NodeID(2)]) }
            #expect(try senders(atNode: 1, of: other).isSubset(of: [NodeID(1)]))
        }

        @Test("one process a node: a second is refused until the first is gone, and comes back in the same run")
        func oneProcess() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(rounds: 1_000_000, deadline: 20), to: "endless.json")
            let run = RunDirectory("\(laboratory.path)/run")
            let known = ["--experiment", file, "--run", run.path]
            func refusal(_ arguments: [String]) throws -> String {
                let ended = try start(known + arguments, in: laboratory).ended()
                #expect(ended.status == .exited(2) && ended.output.isEmpty && ended.complaints.count == 1)
                return ended.errors
            }
            let trace = run.node(NodeID(0)).trace
            let first = try start(known + ["--node", "a", "--nonce", Self.nonce("one")], in: laboratory)
            #expect(try becomesTrue { Files.size(of: trace) ?? 0 > 0 })
            for arguments in [["--node", "a"], ["--rank", "0", "--rejoin"], ["--rank", "0", "--resume", "1"]] {
                let errors = try refusal(arguments)
                #expect(errors.contains("node 0 runs already in \(run.node(NodeID(0)).path)"), "\(errors)")
            }
            try first.process.send(.kill)
            #expect(try first.process.wait() == .signalled(.kill))

            let errors = try refusal(["--node", "a"])
            #expect(
                errors.contains("holds what an earlier process of this node left; allowed is --rejoin"), "\(errors)")
            let again = try start(known + ["--node", "a", "--rejoin"], in: laboratory)
            let pid = Int(again.process.processIdentifier)
            #expect(try becomesTrue { Endpoint.read(run.node(NodeID(0)).endpoint)?.pid == pid })
            #expect(try endpoint(ofNode: 0, in: run).nonce == RunNonce(hashing: "one"))
            try again.process.send(.terminate)
            let ended = try again.ended()
            #expect(ended.status == .exited(0) && !ended.errors.contains("--nonce"), "\(ended.errors)")
        }

        @Test("a node that never reaches a neighbour ends with status 1 and says why")
        func alone() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(rounds: 2, deadline: 50), to: "alone.json")
            let known = ["--experiment", file, "--run", "\(laboratory.path)/run", "--rank", "1"]
            let ended = try start(known, in: laboratory).ended()
            #expect(ended.status == .exited(1) && ended.output.isEmpty)
            let nameless =
                "no --nonce and no job of a launcher: other runs of this experiment without one are taken for this run"
            let lament = "never reached a neighbour (0, 2): its model comes from its own data alone"
            #expect(ended.errors.hasPrefix("gossipnode 1: \(nameless)\n"), "\(ended.errors)")
            #expect(ended.errors.hasSuffix("gossipnode 1: \(lament)\n"), "\(ended.errors)")
            #expect(Files.exists(RunDirectory("\(laboratory.path)/run").node(NodeID(1)).model))
        }

        @Test("a laboratory counts a node whose neighbours never came, and says that it learned alone")
        func aloneInLaboratory() throws {
            let laboratory = try Laboratory()
            // An address of documentation, which no machine has.
            let file = try laboratory.write(
                """
                {"topology": {
                   "nodes": [{"id": "a"}, {"id": "b", "address": "192.0.2.1:7600"}, {"id": "c"}],
                   "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]},
                 "training": {"rounds": 2}, "timing": {"deadlineMilliseconds": 50}}
                """, to: "apart.json")
            let ended = try laboratory.finish("run", [file, "--quiet"])
            let summary = try laboratory.onlyRun().readSummary()
            #expect(summary.member("lost")?.texts.count == 1)
            let sentences = ["a", "c"].enumerated().map { index, label in
                "node \(label) finished, but ended with status 1: gossipnode \(2 * index): never reached a neighbour (1): "
                    + "its model comes from its own data alone"
            }
            let warnings = try #require(summary.member("warnings")?.texts)
            for sentence in sentences {
                #expect(warnings.contains(sentence), "\(warnings)")
                #expect(ended.output.contains("warning               \(sentence)\n"))
            }
            for line in (summary.member("perNode")?.elements ?? []) where line.member("node")?.text != "b" {
                #expect(line.member("accuracy")?.number != nil)
            }
        }

        @Test("a node that a fault plan restarts stays in its run; a run that is resumed is a new one")
        func restarted() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(Self.experiment(rounds: 40, deadline: 300), to: "crash.json")
            let settings = ["--set", #"faults=[{"fault":"crash","from":5,"until":8}]"#, "--set", "checkpoint.every=4"]
            let ended = try laboratory.finish("run", [file, "--quiet", "--json"] + settings)
            #expect(try ended.summary().member("lost")?.texts == [], "\(ended.errors)")
            let run = try laboratory.onlyRun()
            func nonces() throws -> Set<RunNonce> { Set(try (0..<3).map { try endpoint(ofNode: $0, in: run).nonce }) }
            let first = try nonces()
            #expect(first.count == 1)
            // As if the laboratory had been cut off before it wrote it.
            Files.remove(run.summary)
            #expect(try laboratory.start(["resume", run.path, "--quiet"]).ended().status == .exited(0))
            let second = try nonces()
            #expect(second.count == 1 && second != first)
        }
    }
}
