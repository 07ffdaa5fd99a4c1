// Every exchange, and every graph that changes: processes, simulator and replay end in the same models.
import JSON
import Kernels
import Platform
import Scenario
import Testing

@testable import Harness

extension EndToEndTests {
    @Suite("Equality under every exchange and schedule") struct ExchangeEqualityTests {
        /// On little data, and patient: a busy machine must not decide who is heard.
        private static let common =
            [
                #"task.dataset={"kind":"synthetic","features":6,"classes":3,"samples":400,"testSamples":50}"#,
                "timing.deadlineMilliseconds=30000", "measure.every=50",
            ].flatMap { ["--set", $0] } + ["--quiet", "--json"]

        private static let topologies =
            #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/Topologies"

        private static func digest(of ended: Ended) throws -> String {
            #expect(ended.status == .exited(0), "\(ended.errors)")
            return try #require(try ended.summary().member("modelDigest")?.text)
        }

        /// Runs the experiment over each of these links, replays the first run, and simulates it.
        private static func expectOneDigest(
            _ settings: [String], over links: [[String]] = [[], ["--transport", "udp", "--keys"]]
        ) throws {
            let laboratory = try Laboratory()
            let arguments = ["quickstart"] + common + settings.flatMap { ["--set", $0] }
            let simulated = try laboratory.finish(
                "simulate", arguments + ["--threads", "3", "--carry", "bytes"])
            let digest = try digest(of: simulated)
            for link in links {
                let run = try laboratory.launch("run", arguments + link).ended()
                #expect(try self.digest(of: run) == digest, "\(link)")
                #expect(try run.summary().member("missedModels")?.count ?? 0 == 0)
            }
            for name in try laboratory.runNames() {
                let run = "\(laboratory.runs)/\(name)"
                guard Files.exists(RunDirectory(run).node(NodeID(0)).trace) else { continue }
                let replay = try laboratory.start(["replay", run]).ended()
                #expect(replay.status == .exited(0) && replay.output.contains(digest), "\(replay.output)")
            }
        }

        private static let complete = [
            #"topology={"family":"complete","nodes":8}"#, #"adversary=[{"nodes":["3"],"attack":"signFlip"}]"#,
            "aggregation.rule=trimmedMean", "aggregation.tolerates.count=1", "training.rounds=20",
        ]

        @Test(
            "each exchange gives one digest, however it is run, with one hostile node",
            arguments: [
                ["exchange=update", "participation=0.7", "localSteps=2"], ["exchange=gradient", "participation=0.7"],
                ["exchange=momentum", "participation=0.7"], ["exchange=model", "gossipSteps=2"],
                ["sampling=window", #"initialisation={"normal":2,"nodes":"different"}"#, "localSteps=2"],
                ["exchange=momentum", "gossipSteps=2"], ["exchange=tracking"],
                ["exchange=momentum", "batchSize=4", #"privacy={"clip":1,"epsilon":5}"#],
                ["localSteps=2", #"privacy={"clip":1,"noiseMultiplier":1,"sampling":"shuffled"}"#],
                ["exchange=tracking", "gossipSteps=2", "participation=0.7", "momentum=0"],
            ])
        func exchanges(training: [String]) throws {
            try Self.expectOneDigest(Self.complete + training.map { "training.\($0)" })
        }

        private static func schedule(_ name: String, rounds: Int, adversary: String = "[]") -> [String] {
            [
                "topology=\(topologies)/\(name)-16.json", "aggregation.rule=weightedMean",
                "aggregation.tolerates.count=0", "adversary=\(adversary)", "training.rounds=\(rounds)",
            ]
        }

        @Test(
            "a graph that changes gives one digest, however it is run",
            arguments: [("one-peer", 40), ("part-and-meet", 130), ("ring-to-torus", 110)])
        func schedules(name: String, rounds: Int) throws {
            try Self.expectOneDigest(Self.schedule(name, rounds: rounds))
        }

        @Test(
            "so does every other kind of schedule, over one link each",
            arguments: [
                (#"{"kind":"churn","meanUp":6,"meanDown":3}"#, "tcp"), (#"{"kind":"pull","count":3}"#, "udp"),
                (#""randomMatching""#, "tcp"), (#"{"kind":"baseGraph","count":2}"#, "udp"),
                (
                    #"{"kind":"intervals","repeat":9,"intervals":[{"edge":["0","1"],"from":3},{"node":"4","from":4}]}"#,
                    "udp"
                ),
            ])
        func kinds(schedule: String, transport: String) throws {
            let graph = #"topology={"family":"complete","nodes":8,"schedule":\#(schedule)}"#
            try Self.expectOneDigest(
                Self.complete + [graph, "training.rounds=24"], over: [["--transport", transport]])
        }

        @Test("a trace of contacts is found beside its topology, and nobody asks for it when the run is replayed")
        func contacts() throws {
            try Self.expectOneDigest(Self.schedule("contacts", rounds: 40), over: [["--transport", "udp"]])
        }

        @Test("so it does with a hostile node")
        func hostile() throws {
            let adversary = #"[{"nodes":["5"],"attack":"gaussian"}]"#
            try Self.expectOneDigest(
                Self.schedule("one-peer", rounds: 40, adversary: adversary), over: [["--transport", "udp"]])
        }

        private static let digraph = [
            "topology=\(topologies)/one-way-8.json", "adversary=[]", "aggregation.rule=weightedMean",
            "aggregation.tolerates.count=0", "training.exchange=pushSum",
        ]

        @Test("push-sum on a directed graph gives one digest, however it is run", arguments: [1, 2])
        func pushSum(gossipSteps: Int) throws {
            try Self.expectOneDigest(
                Self.digraph + ["training.rounds=20", "training.gossipSteps=\(gossipSteps)"])
        }

        private static let crash = [
            #"faults=[{"fault":"crash","nodes":["2"],"from":5,"until":9}]"#, "checkpoint.every=4",
            "timing.deadlineMilliseconds=400",
        ]

        @Test(
            "a node that is killed and comes back is replayed to its models",
            arguments: [
                complete + ["training.exchange=gradient", "training.rounds=30"],
                complete + ["training.exchange=momentum", "training.gossipSteps=2", "training.rounds=30"],
                complete + ["training.exchange=tracking", "training.rounds=30"],
                digraph + ["training.rounds=30"],
                schedule("one-peer", rounds: 30),
            ])
        func crashes(settings: [String]) throws {
            let laboratory = try Laboratory()
            let arguments = ["quickstart"] + Self.common + (settings + Self.crash).flatMap { ["--set", $0] }
            let run = try laboratory.finish("run", arguments)
            let digest = try Self.digest(of: run)
            #expect(try run.summary().member("restarted")?.texts == ["2"])
            let replay = try laboratory.start(["replay", laboratory.onlyRun().path]).ended()
            #expect(replay.status == .exited(0) && replay.output.contains(digest), "\(replay.output)")
        }
    }
}
