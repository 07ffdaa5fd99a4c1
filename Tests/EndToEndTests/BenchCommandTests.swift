// Benchmarks of real processes: that they measure at all. How fast anything is, no test asks.
import JSON
import Kernels
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Benchmarks") struct BenchCommandTests {
        @Test("rounds of few processes, in both graphs, give every figure")
        func rounds() throws {
            let laboratory = try Laboratory()
            for family in ["ring", "complete"] {
                let words = ["--nodes", "4", "--rounds", "20", "--repetitions", "1", "--family", family, "--json"]
                let ended = try laboratory.start(["bench", "rounds", "--quiet"] + words).ended()
                #expect(ended.status == .exited(0) && ended.complaints.isEmpty, "\(ended.errors)")
                let rows = try StrictJSON.read(ended.output, name: "report").member("rows")?.elements ?? []
                #expect(rows.map { $0.member("name")?.text } == ["\(family), weightedMean"])
                let figures = ["rounds", "millisecondsPerRound", "millisecondsPerExchange", "timesExchange"]
                for key in figures + ["secondsToFirstRound", "peakMegabytesPerNode"] {
                    #expect(rows.first?.member(key)?.number ?? 0 > 0, "\(key)")
                }
            }
        }

        @Test("another program is measured in turn, and what a round costs is counted")
        func comparison() throws {
            let laboratory = try Laboratory()
            let words = ["bench", "rounds", "--quiet", "--nodes", "3", "--family", "ring", "--repetitions", "1"]
            let node = try laboratory.program("gossipnode")
            let ended = try laboratory.start(
                words + ["--rounds", "20", "--against", node, "--count", "--json"]
            ).ended()
            #expect(ended.status == .exited(0) && ended.complaints.isEmpty, "\(ended.errors)")
            let rows = try StrictJSON.read(ended.output, name: "report").member("rows")?.elements ?? []
            for key in ["otherMillisecondsPerRound", "timesOther", "timesOtherProcessor", "processorMicroseconds"] {
                #expect(rows.first?.member(key)?.number ?? 0 > 0, "\(key)")
            }
            let ratio = rows.first?.member("timesOther")?.number
            #expect(rows.first?.member("timesOtherLow")?.number == ratio)
            #expect(rows.first?.member("timesOtherHigh")?.number == ratio)
            let refused = try laboratory.start(words + ["--against", "/nowhere"]).ended()
            #expect(refused.status == .exited(2) && refused.errors.contains("--against"), "\(refused.errors)")
        }

        @Test("a rule gives every figure")
        func rules() throws {
            let laboratory = try Laboratory()
            let words = ["--rule", "Krum", "--dimension", "1000", "--repetitions", "1", "--json"]
            let ended = try laboratory.start(["bench", "rules", "--quiet"] + words).ended()
            #expect(ended.status == .exited(0) && ended.complaints.isEmpty, "\(ended.errors)")
            let rows = try StrictJSON.read(ended.output, name: "report").member("rows")?.elements ?? []
            #expect(rows.map { $0.member("name")?.text } == ["krum, 16 x 1000, f 3"])
            for key in ["milliseconds", "timesRead", "millisecondsTwoAtOnce"] {
                #expect(rows.first?.member(key)?.number ?? 0 > 0, "\(key)")
            }
        }

        @Test("the laboratory is measured beside nodes that nobody looks at")
        func laboratory() throws {
            let laboratory = try Laboratory()
            let words = ["--rounds", "20", "--repetitions", "1", "--json"]
            let ended = try laboratory.start(["bench", "laboratory", "--quiet"] + words).ended()
            #expect(ended.status == .exited(0) && ended.complaints.isEmpty, "\(ended.errors)")
            let rows = try StrictJSON.read(ended.output, name: "report").member("rows")?.elements ?? []
            #expect(rows.map { $0.member("name")?.text } == ["20 rounds"])
            for key in ["", "Processor"].flatMap({ ["laboratory\($0)Seconds", "script\($0)Seconds"] }) {
                #expect(rows.first?.member(key)?.number ?? 0 > 0, "\(key)")
            }
        }

        @Test("simulated nodes take the steps that are timed")
        func simulator() throws {
            let laboratory = try Laboratory()
            let words = ["--nodes", "8", "--rounds", "3", "--repetitions", "1"]
            let ended = try laboratory.start(["bench", "simulator", "--quiet"] + words).ended()
            #expect(ended.status == .exited(0) && ended.complaints.isEmpty, "\(ended.errors)")
            #expect(ended.output.contains("8 nodes"))
        }
    }
}
