// Sweeps as their users run them: stopped, gone on with, and with real processes.
import JSON
import Kernels
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Sweeps") struct SweepCommandTests {
        private func write(_ grid: String, engine: String = "simulation", in laboratory: borrowing Laboratory) throws
            -> String
        {
            try laboratory.write(
                """
                {"name": "tiny", "engine": "\(engine)",
                 "base": {"topology": {"family": "ring", "nodes": 4}, "training": {"rounds": 150}},
                 "grid": \(grid)}
                """, to: "sweep.json")
        }

        /// The digest of each cell.
        private func digests(_ ended: Ended) throws -> [String?] {
            try #require(StrictJSON.read(ended.output, name: "sweep").member("cells")).elements
                .map { $0.member("modelDigest")?.text }
        }

        @Test("Ctrl-C ends a sweep with status 130, and the same command goes on with what is left")
        func stopped() throws {
            let laboratory = try Laboratory()
            let seeds = (1...120).map { "\($0)" }.joined(separator: ", ")
            let sweep = try write("{\"seed\": [\(seeds)]}", in: laboratory)
            let running = try laboratory.launch("sweep", [sweep])
            let results = "\(laboratory.runs)/tiny-sweep/results.jsonl"
            #expect(try becomesTrue { try Files.exists(results) && !Files.read(results).isEmpty })
            let second = try laboratory.finish("sweep", [sweep])
            #expect(second.status == .exited(2) && second.output.isEmpty && second.complaints.count == 1)
            #expect(second.errors.contains("another sweep is running in \(laboratory.runs)/tiny-sweep"))
            try running.process.send(.interrupt)
            let stopped = try running.ended()
            #expect(stopped.status == .exited(130) && stopped.output.isEmpty)
            let done = try lines(of: results)
            #expect(stopped.errors.hasSuffix("stopped; the same command goes on with the \(120 - done) cells left\n"))

            let ended = try laboratory.finish("sweep", [sweep])
            #expect(ended.status == .exited(0) && ended.output.contains("over 120 seeds"))
            #expect(ended.errors.contains("120 cells, \(done) of them done before"))
            #expect(try lines(of: results) == 120 && repeated(in: results).isEmpty)
        }

        /// The cells of a results file that were run more than once.
        private func repeated(in path: String) throws -> [String] {
            let identities = try Files.read(path).split(separator: UInt8(ascii: "\n")).compactMap { line in
                try? StrictJSON.read(Array(line), name: "line").member("identity")?.text
            }
            return Dictionary(grouping: identities) { $0 }.filter { $0.value.count > 1 }.map(\.key)
        }

        @Test("kill -9 loses what was running and no more: no cell that was done runs again, whatever line was torn")
        func killed() throws {
            let laboratory = try Laboratory()
            let seeds = (1...120).map { "\($0)" }.joined(separator: ", ")
            let sweep = try write("{\"seed\": [\(seeds)]}", in: laboratory)
            let results = "\(laboratory.runs)/tiny-sweep/results.jsonl"
            let running = try laboratory.launch("sweep", [sweep, "--quiet"])
            #expect(try becomesTrue { try Files.exists(results) && lines(of: results) > 3 })
            try running.process.send(.kill)
            #expect(try running.ended().status == .signalled(.kill))
            // A line that was being written when the machine stopped.
            let whole = try Files.read(results)
            let done = whole.count { $0 == UInt8(ascii: "\n") }
            let last = try #require(whole.dropLast().lastIndex(of: UInt8(ascii: "\n")))
            try Files.write(whole + Array(whole[(last + 1)...].prefix(90)), to: results)
            #expect(done < 120)

            let ended = try laboratory.finish("sweep", [sweep])
            #expect(ended.status == .exited(0) && ended.output.contains("over 120 seeds"), "\(ended.errors)")
            #expect(ended.errors.contains("120 cells, \(done) of them done before"), "\(ended.errors)")
            #expect(try repeated(in: results).isEmpty && lines(of: results) == 121)
        }

        private func lines(of path: String) throws -> Int { try Files.read(path).count { $0 == UInt8(ascii: "\n") } }

        @Test("processes and the simulator fill the same table")
        func engines() throws {
            let laboratory = try Laboratory()
            let grid = #"{"aggregation.rule": ["csPlus", "weightedMean"], "seed": [1, 2]}"#
            let options = ["--quiet", "--json"]
            let simulated = try laboratory.finish("sweep", [write(grid, in: laboratory)] + options)
            let launched = try laboratory.finish(
                "sweep", [write(grid, engine: "processes", in: laboratory)] + options)
            #expect(simulated.status == .exited(0) && simulated.errors.isEmpty)
            #expect(launched.status == .exited(0) && launched.errors.isEmpty)
            #expect(try digests(launched) == digests(simulated) && Set(digests(launched)).count == 4)
            let runs = try Files.names(in: "\(laboratory.runs)/tiny-sweep/runs")
            #expect(runs.count == 5 && runs.contains("index.html"))
            #expect(
                try Files.names(in: "\(laboratory.runs)/tiny-sweep")
                    == ["lock", "report.html", "results.csv", "results.jsonl", "runs", "table.csv", "verdict.json"])
        }
    }
}
