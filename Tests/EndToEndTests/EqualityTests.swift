// Real processes and the simulator end in the same models, bit for bit.
import JSON
import Kernels
import Platform
import Scenario
import Testing

@testable import Harness

extension EndToEndTests {
    @Suite("Equality of the engines") struct EqualityTests {
        private static let names = BuiltInExperiments.all.map(\.name)

        @Test("each built-in experiment gives one digest, however it is run", arguments: names)
        func digests(name: String) throws {
            let laboratory = try Laboratory()
            let common = [name, "--set", "training.rounds=12", "--quiet", "--json"]
            let run = try laboratory.finish("run", common)
            #expect(run.status == .exited(0) && run.errors.isEmpty)
            let summary = try run.summary()
            #expect(summary.member("engine")?.text == "processes" && summary.member("lost")?.texts == [])
            let digest = try #require(summary.member("modelDigest")?.text)
            #expect(digest.count == 64)

            let verified = try laboratory.start(["verify", laboratory.onlyRun().path]).ended()
            #expect(verified.status == .exited(0) && verified.output.hasPrefix("verified: all "))

            for options in [["--keys"], ["--transport", "udp"], ["--transport", "udp", "--keys"]] {
                let other = try laboratory.finish("run", common + options)
                #expect(other.status == .exited(0) && other.errors.isEmpty)
                #expect(try other.summary().member("modelDigest")?.text == digest)
            }

            for options in [["--threads", "1"], ["--threads", "3", "--carry", "bytes"], ["--carry", "sealed"]] {
                let simulated = try laboratory.finish("simulate", common + options)
                #expect(simulated.status == .exited(0))
                #expect(try simulated.summary().member("modelDigest")?.text == digest)
            }
        }

        @Test("a rule that goes by losses gives one digest, whether they are taken beside the links or at once")
        func losses() throws {
            let laboratory = try Laboratory()
            let common = [
                "quickstart", "--set", "aggregation.rule=ubar", "--set", "training.rounds=12", "--quiet", "--json",
            ]
            // The first losses of each node go to its worker: nobody knows yet what they cost.
            let run = try laboratory.finish("run", common)
            #expect(run.status == .exited(0) && run.errors.isEmpty, "\(run.errors)")
            let simulated = try laboratory.finish("simulate", common)
            let digest = try #require(try run.summary().member("modelDigest")?.text)
            #expect(try simulated.summary().member("modelDigest")?.text == digest)
            #expect(try laboratory.start(["replay", laboratory.onlyRun().path]).ended().status == .exited(0))
        }

        @Test("one flipped byte of a final model is found")
        func flippedByte() throws {
            let laboratory = try Laboratory()
            #expect(
                try laboratory.finish("run", ["ring-16", "--set", "training.rounds=3", "--quiet"]).status == .exited(0))
            let run = try laboratory.onlyRun()
            let path = run.node(NodeID(0)).model
            var bytes = try Files.read(path)
            bytes[bytes.count / 2] ^= 1
            try Files.write(bytes, to: path)
            let verified = try laboratory.start(["verify", run.path]).ended()
            #expect(verified.status == .exited(1) && verified.output.contains("1 of 15 models differ"))
        }

        @Test("a run leaves the files that the README names, and prints progress without control characters")
        func files() throws {
            let laboratory = try Laboratory()
            let ended = try laboratory.finish("run", ["ring-16", "--set", "training.rounds=20"])
            #expect(ended.status == .exited(0))
            #expect(ended.output.contains("accuracy, worst"))
            #expect(ended.errors.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
            let run = try laboratory.onlyRun()
            #expect(ended.output.hasSuffix("results               \(run.path)\n"))
            #expect(try run.readSummary().count(at: "rounds") == 20)
            let lines = try Files.read(run.metrics).split(separator: UInt8(ascii: "\n"))
            #expect(try lines.map { try StrictJSON.read(Array($0), name: "line").count(at: "rounds") } == [0, 10, 20])
            for node in 0..<16 {
                let folder = run.node(NodeID(node))
                #expect(Files.exists(folder.model) && Files.exists(folder.trace) && Files.exists(folder.metrics))
                #expect(try Files.read(folder.log).isEmpty)
                #expect(try Files.names(in: folder.path).allSatisfy { !$0.hasSuffix(".part") })
            }
        }
    }
}
