// Series of sweeps: what cells keep of the way, keys that vary together, and parts of a sweep in files of their own.
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Sweep series and parts")
struct SweepSeriesTests: ~Copyable {
    private let folder: TemporaryDirectory
    private var path: String { folder.path }

    init() throws { folder = try TemporaryDirectory() }

    private static func plan(series: Int = 2, grid: String = "") throws -> SweepPlan {
        let json = """
            {"name": "series", "series": \(series),
             "base": {"topology": {"family": "complete", "nodes": 4}, "training": {"rounds": 5},
                      "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}}},
             "grid": {"topology, task.split": {"a": [{"family": "ring", "nodes": 5}, "iid"],
                                              "b": [{"family": "complete", "nodes": 4}, "oneLabel"]},
                      "aggregation.rule": ["csPlus", "weightedMean"], "seed": [1, 2]\(grid)}}
            """
        return try SweepPlan(Sweep(Array(json.utf8), name: "series.json"), in: "series.json")
    }

    private func run(_ plan: SweepPlan, in name: String, shard: Shard? = nil) throws -> Int {
        let files = try SweepFiles(for: plan.sweep, in: "\(path)/\(name)", shard: shard)
        let missing = files.missing(of: plan, in: shard)
        #expect(
            try SweepRun(plan, in: files).simulate(missing, threads: 2) { result throws(SystemFault) in
                try files.add(result)
            })
        return missing.count
    }

    private func results(_ plan: SweepPlan, in name: String) throws -> [CellResult?] {
        let files = try SweepFiles(for: plan.sweep, in: "\(path)/\(name)")
        return plan.keys.map { files.result(of: $0) }
    }

    @Test("keys that vary together are set together, in every cell")
    func together() throws {
        let plan = try Self.plan()
        #expect(plan.keys.count == 8)
        for cell in plan.keys.indices {
            let assembly = try plan.assembly(of: cell)
            let isFirst = plan.sweep.labels(of: cell)[0] == "a"
            #expect(assembly.topology.nodeCount == (isFirst ? 5 : 4))
            #expect(assembly.experiment.task.split.kind == (isFirst ? "iid" : "oneLabel"))
        }
    }

    @Test("a series has the measured rounds of the run, ends in the final figures, and changes no result")
    func series() throws {
        let (with, without) = (try Self.plan(), try Self.plan(series: 0))
        #expect(try run(with, in: "with") == 8 && run(without, in: "without") == 8)
        let (a, b) = (try results(with, in: "with"), try results(without, in: "without"))
        for cell in a.indices {
            let (result, plain) = (try #require(a[cell]), try #require(b[cell]))
            let series = try #require(result.series)
            #expect(series.rounds == [0, 2, 4, 5] && series.every == 2 && plain.series == nil)
            for (measure, column) in series.columns { #expect(column.last ?? nil == result.figures[measure]) }
            let ofWholeRuns = Set(result.figures.keys).subtracting(series.columns.keys)
            #expect(ofWholeRuns.contains(.learningError) && ofWholeRuns.isDisjoint(with: [.worst, .loss, .consensus]))
            #expect(result.digest == plain.digest && result.figures == plain.figures && result.digest != "")
            #expect(CellSeries(line: series.json.dropLast()) == series)
        }
    }

    @Test("a torn series is measured anew, and one of other rounds does not do")
    func torn() throws {
        let plan = try Self.plan()
        _ = try run(plan, in: "torn")
        let before = try results(plan, in: "torn").map { $0?.series }
        let file = "\(path)/torn/series-sweep/series.jsonl"
        let bytes = try Files.read(file)
        try Files.write(Array(bytes.dropLast(9)), to: file)
        #expect(try run(plan, in: "torn") == 1)
        #expect(try results(plan, in: "torn").map { $0?.series } == before)
        #expect(try run(plan, in: "torn") == 0)
        #expect(try run(Self.plan(series: 3), in: "torn") == 8)
        #expect(try run(Self.plan(series: 0), in: "torn") == 0)
    }

    @Test("parts run apart, at the same time, and together are the whole")
    func parts() throws {
        let plan = try Self.plan()
        _ = try run(plan, in: "whole")
        let shards = try (1...3).map { try Shard("\($0)/3") }
        let holding = try SweepFiles(for: plan.sweep, in: "\(path)/parts", shard: shards[2])
        #expect(try run(plan, in: "parts", shard: shards[0]) == 3)
        // Another host has the second part, and its files are copied.
        #expect(try run(plan, in: "elsewhere", shard: shards[1]) == 3)
        for kind in ["results", "series"] {
            let name = "series-sweep/\(kind).2-of-3.jsonl"
            try Files.write(Files.read("\(path)/elsewhere/\(name)"), to: "\(path)/parts/\(name)")
        }
        #expect(holding.missing(of: plan, in: shards[2]).count == 2)
        #expect(try run(plan, in: "parts") == 2)
        let (whole, parts) = (try results(plan, in: "whole"), try results(plan, in: "parts"))
        for (a, b) in zip(whole, parts) {
            #expect(a?.digest == b?.digest && a?.series == b?.series && a != nil)
        }
    }

    @Test(
        "what does not go together is refused",
        arguments: [
            (#", "seed, training.rounds": {"a": 3}"#, "expected a list of 2 values"),
            (#", "seed, training.rounds": {"a": [3]}"#, "expected a list of 2 values"),
            (#", "training.momentum, training.round": {"a": [0.5, 7]}"#, "training.round"),
        ])
    func mistakes(grid: String, expected: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try Self.plan(grid: grid) }
        #expect(fault?.description.contains(expected) == true, "\(fault?.description ?? "")")
    }
}
