// Colluding hostile nodes as real processes: one vector a round from all of them, also where some have missed what
// others heard.
import Kernels
import Metrics
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Collusion of processes")
    struct ProcessCollusionTests {
        private static let group = [
            "quickstart", "--quiet", "--json", "--set", "adversary.collude=true", "--set", "adversary.taps=honest",
            "--set", "training.rounds=40", "--set", "timing.deadlineMilliseconds=400",
        ]

        /// For each round the vectors of the members that honest nodes have mixed.
        private func vectors(_ run: RunDirectory) throws -> [[UInt64]] {
            let members: Set = [3, 7, 11]
            var vectors = [Set<UInt64>](repeating: [], count: 40)
            for node in 0..<16 where !members.contains(node) {
                for input in try TraceFile(Files.read(run.node(NodeID(node)).trace)).lines.flatMap(\.inputs)
                where members.contains(input.sender.index) {
                    vectors[input.round.number].insert(input.digest)
                }
            }
            return vectors.map { $0.sorted() }
        }

        @Test("is one vector a round, and the simulator's", arguments: ["alie", "gaussian"])
        func equality(attack: String) throws {
            let laboratory = try Laboratory()
            // Nobody may be missed, busy as the machine may be.
            let options =
                Self.group + ["--set", "adversary.attack=\(attack)", "--set", "timing.deadlineMilliseconds=60000"]
            let run = try laboratory.finish("run", options)
            #expect(run.status == .exited(0), "\(run.errors)")
            #expect(try vectors(laboratory.onlyRun()).allSatisfy { $0.count == 1 })
            let simulated = try laboratory.finish("simulate", options)
            let digest = try #require(try run.summary().member("modelDigest")?.text)
            #expect(try simulated.summary().member("modelDigest")?.text == digest)
        }

        @Test("is never two where honest nodes stand still and are killed, and replays")
        func disturbed() throws {
            let laboratory = try Laboratory()
            let plan = #"[{"fault":"pause","from":5,"until":9},{"fault":"crash","from":15,"until":20}]"#
            let run = try laboratory.finish(
                "run",
                Self.group + [
                    "--set", "adversary.attack=alie", "--set", "faults=\(plan)", "--set", "checkpoint.every=4",
                ])
            #expect(run.status == .exited(0), "\(run.errors)")
            let vectors = try vectors(laboratory.onlyRun())
            #expect(vectors.allSatisfy { $0.count <= 1 } && vectors.contains { $0.count == 1 })
            #expect(try laboratory.start(["replay", laboratory.onlyRun().path]).ended().status == .exited(0))
        }

        @Test("is refused before anything starts where members hear different models")
        func refusal() throws {
            let laboratory = try Laboratory()
            let run = try laboratory.finish(
                "run", ["ring-16", "--set", #"adversary.nodes=["5","9"]"#, "--set", "adversary.collude=true"])
            #expect(run.status == .exited(2) && run.complaints.count == 1)
            #expect(run.errors.contains("adversary.0.taps is none; allowed: honest with collude"))
        }
    }
}
