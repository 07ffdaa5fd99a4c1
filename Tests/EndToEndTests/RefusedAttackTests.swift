// Attacks that links refuse, by real processes: floods and lies about the graph change no model, and are counted.
import JSON
import Platform
import Scenario
import Testing

@testable import Harness

extension EndToEndTests {
    @Suite("Refused attacks") struct RefusedAttackTests {
        @Test(
            "a flood and a lie are counted and lose nobody; under a flood both engines come to the honest models",
            arguments: [
                (#"{"kind": "flood", "frames": 40}"#, "duplicateRound", []),
                (#"{"kind": "flood", "frames": 40}"#, "duplicateRound", ["--transport", "udp", "--keys"]),
                ("falseNeighbour", "wrongSender", []), ("falseNeighbour", "wrongSender", ["--keys"]),
            ] as [(String, String, [String])])
        func refused(attack: String, reason: String, options: [String]) throws {
            let laboratory = try Laboratory()
            let common = [
                "quickstart", "--quiet", "--json", "--set", "training.rounds=12", "--set",
                "adversary.attack=\(attack)", "--set", "adversary.taps=none", "--set",
                // A link that ends keeps the next round waiting; a flood does not.
                "timing.deadlineMilliseconds=\(reason == "wrongSender" ? 1000 : 60_000)",
            ]
            let run = try laboratory.finish("run", common + options)
            #expect(run.status == .exited(0), "\(run.errors)")
            let simulated = try laboratory.finish("simulate", common)
            let summaries = try [run.summary(), simulated.summary()]
            if reason == "duplicateRound" {
                let honest = try laboratory.finish("simulate", common + ["--set", "adversary.probability=0"]).summary()
                let digests = (summaries + [honest]).map { $0.member("modelDigest")?.text }
                #expect(digests[0] != nil && Set(digests).count == 1)
            }
            for summary in summaries {
                #expect((summary.member("rejections")?.count(at: reason) ?? 0) > 0, "\(summary.member("rejections")!)")
                #expect(summary.member("lost")?.texts == [])
            }
        }

        @Test("where hostile nodes were placed is printed and written down")
        func placed() throws {
            let laboratory = try Laboratory()
            let settings = [
                "quickstart", "--quiet", "--set", "training.rounds=60", "--set",
                #"adversary.nodes={"placement": "degree", "count": 2}"#,
            ]
            let run = try laboratory.finish("run", settings)
            #expect(run.status == .exited(0), "\(run.errors)")
            #expect(run.output.contains("placed                dissensus by degree: "), "\(run.output)")
            let directory = try laboratory.onlyRun()
            let group = try #require(try directory.readSummary().member("placements")?.elements.first)
            #expect(group.member("placement")?.text == "degree" && group.member("nodes")?.texts.count == 2)
            #expect(try laboratory.start(["verify", directory.path]).ended().status == .exited(0))
            #expect(try laboratory.start(["report", directory.path]).ended().status == .exited(0))
        }
    }
}
