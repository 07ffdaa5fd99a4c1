// Benchmarks, as far as they depend on no time: what is measured, and what is said of the measurements.
import JSON
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Benchmarks")
struct BenchTests {
    @Test("medians and spreads are those of the ordered values")
    func samples() {
        var sample = Sample()
        #expect(sample.median.isNaN)
        for value in [5.0, 1, 4, 2] { sample.add(value) }
        #expect(sample.median == 3)
        #expect(sample.spread == (4.25 - 1.75) / 3)
        sample.add(100)
        #expect(sample.median == 4)
        #expect(sample.quantile(0) == 1)
        #expect(sample.quantile(1) == 100)
    }

    @Test("the interval of a median leaves out as many values as the sign test allows")
    func intervals() {
        func interval(_ count: Int) -> [Double] {
            var sample = Sample()
            for value in (1...count).reversed() { sample.add(Double(value)) }
            return [sample.intervalOfMedian.low, sample.intervalOfMedian.high]
        }
        #expect(interval(1) == [1, 1])
        #expect(interval(5) == [1, 5])
        #expect(interval(6) == [1, 6])
        // Conover, Practical Nonparametric Statistics, table A3: P(Bin(9, 1/2) <= 1) = 0.0195, P(<= 2) = 0.09.
        #expect(interval(9) == [2, 8])
        #expect(interval(20) == [6, 15])
        #expect(Sample().intervalOfMedian.low.isNaN)
    }

    @Test("calls are read from the table that strace writes")
    func calls() {
        let table = """
            % time     seconds  usecs/call     calls    errors syscall
            ------ ----------- ----------- --------- --------- ----------------
             50.00    0.000030          15       200           writev
             30.00    0.000020          12       150        40 read
             20.00    0.000010          11        10           readv
              0.00    0.000000           0        12           poll
              0.00    0.000000           0         7         2 openat
            ------ ----------- ----------- --------- --------- ----------------
            100.00    0.000060                   379        42 total
            """
        #expect(SystemCallCounts.counts(table) == [160, 200, 12, 7, 42])
        #expect(SystemCallCounts.counts("").allSatisfy { $0 == 0 })
    }

    @Test("every benchmark has its own name and flags that are not everybody's")
    func catalogue() throws {
        let names = BenchCatalog.all.map { $0.name }
        #expect(Set(names).count == names.count && !names.contains(BareExchange.word))
        for bench in BenchCatalog.all {
            let flags = bench.flags.map(\.name)
            #expect(Set(flags).count == flags.count)
            #expect(Set(flags).isDisjoint(with: ["repetitions", "quiet", "json"]))
        }
        #expect(throws: ConfigurationFault.self) { try BenchCatalog.named("kernel") }
    }

    @Test("the task of rounds is the one that its figures are compared with", arguments: BenchTask.families)
    func task(family: String) throws {
        let assembly = try BenchTask(family: family, nodes: 8, rule: "csPlus", rounds: 5).assembly()
        #expect(assembly.dimension == 7_850)
        #expect(assembly.topology.nodeCount == 8 && assembly.hostile.isEmpty)
        #expect(assembly.parts.allSatisfy { $0.count == 200 })
        #expect(assembly.experiment.training.batchSize == 32 && assembly.experiment.training.rounds == 5)
        #expect(assembly.experiment.measureEvery == 0 && assembly.experiment.checkpointEvery == 0)
    }

    @Test("rows are shown as they are measured, the first one under its header; JSON says the same")
    func report() throws {
        var report = BenchReport(
            "lengths", repetitions: 3, conditions: [("nodes", .number(4))],
            columns: [
                .init(key: "metres", header: "m", decimals: 2), .init(key: "share", header: "of all", decimals: 0),
            ],
            notes: ["Measured with a ruler."])
        var shown: [[String]] = []
        let settings = BenchSettings(
            flags: try Flags([], allowed: []), repetitions: 3, node: "", laboratory: "", announce: { _ in },
            show: { shown.append($0) })
        report.add(.init(name: "table", figures: [1.234, nil]), settings)
        #expect(shown.count == 2 && shown[0].last?.split(separator: " ") == ["lengths", "m", "of", "all"])
        report.add(.init(name: "room", figures: [10, 1]), settings)
        #expect(shown.count == 3)
        let lines = shown.flatMap(\.self)
        #expect(lines.contains { $0.split(separator: " ") == ["table", "1.23"] })
        #expect(lines.contains { $0.split(separator: " ") == ["room", "10.00", "1"] })
        // Figures end where their header does.
        #expect(lines[lines.count - 1].count == lines[2].count && report.closing == ["", "Measured with a ruler."])
        let json = try StrictJSON.read(report.json, name: "report")
        #expect(json.member("bench")?.text == "lengths")
        #expect(json.member("conditions")?.member("nodes")?.count == 4)
        let rows = json.member("rows")?.elements ?? []
        #expect(rows.map { $0.member("name")?.text } == ["table", "room"])
        #expect(rows.map { $0.member("metres")?.number } == [1.234, 10])
    }
}
